using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Store.Binhosts;
using Buildit.Testing;
using Buildit.Tests.Shared;

namespace Buildit.Store.Tests.Binhosts;

public sealed class DirectoryPlaceTests : SerialPlaceContract, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    protected override IPlace Reader => Writer;

    protected override IWritablePlace Writer => new DirectoryPlace(Path.Combine(_directory, "binhost"), TimeProvider.System);

    [Fact]
    public async Task What_is_written_first_makes_it_an_image_layout()
    {
        await PutAsync("records/catalog", [1]);
        Assert.Equal("""{"imageLayoutVersion":"1.0.0"}""", File.ReadAllText(Path.Combine(_directory, "binhost", "oci-layout")));
        Assert.Equal(OciIndex.Empty, File.ReadAllBytes(Path.Combine(_directory, "binhost", "index.json")));
    }

    [Fact]
    public async Task Reading_makes_nothing()
    {
        await What_is_not_there_is_null();
        Assert.False(Directory.Exists(Path.Combine(_directory, "binhost")));
    }

    [Fact]
    public async Task Nothing_half_written_stays_behind()
    {
        await A_blob_whose_bytes_end_early_is_never_there();
        Assert.Equal(["blobs/sha256/" + Digest.Of(Large).Hex, "index.json", "oci-layout"],
            Directory.EnumerateFiles(Path.Combine(_directory, "binhost"), "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Path.Combine(_directory, "binhost"), f)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_fails_with_the_reason()
    {
        File.WriteAllText(Path.Combine(_directory, "binhost"), "a file");
        var error = await Assert.ThrowsAsync<PlaceException>(() => PutAsync("records/catalog", [1]));
        Assert.NotEmpty(error.Message);
    }

    [Theory]
    [InlineData("022", "755", "644")]
    [InlineData("002", "775", "664")]
    [InlineData("077", "700", "600")]
    public async Task Who_may_read_and_write_what_is_made_is_up_to_the_umask(string mask, string directories, string files)
    {
        await FillAsync(Path.Combine(_directory, "binhost"), mask);
        Assert.Equal([directories], Modes(Directory.EnumerateDirectories).Distinct());
        Assert.Equal([files], Modes(Directory.EnumerateFiles).Distinct());
    }

    [Theory]
    [InlineData("022", "2775", "664")]
    [InlineData("077", "2770", "660")]
    public async Task What_is_made_in_a_directory_of_a_group_is_the_groups(string mask, string directories, string files)
    {
        Directory.CreateDirectory(Path.Combine(_directory, "binhost"));
        File.SetUnixFileMode(Path.Combine(_directory, "binhost"), Mode("2770"));
        await FillAsync(Path.Combine(_directory, "binhost"), mask);
        Assert.Equal([directories], Modes(Directory.EnumerateDirectories).Distinct());
        Assert.Equal([files], Modes(Directory.EnumerateFiles).Distinct());
    }

    [Fact]
    public async Task A_directory_that_a_group_may_write_to_but_that_gives_files_no_group_is_no_groups()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "binhost"));
        File.SetUnixFileMode(Path.Combine(_directory, "binhost"), Mode("770"));
        await FillAsync(Path.Combine(_directory, "binhost"), "022");
        Assert.Equal(["644"], Modes(Directory.EnumerateFiles).Distinct());
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Makes everything that is ever made: blobs, documents, their replacements (with the lock and the turn), further names.</summary>
    private static async Task FillAsync(string root, string mask)
    {
        using var place = new DirectoryPlace(root, TimeProvider.System, Mode(mask));
        await place.PutBlobAsync(Digest.Of(Large), Large.Length, () => new MemoryStream(Large), None);
        await place.UpdateAsync("records/catalog", _ => Task.FromResult<ReadOnlyMemory<byte>?>("one"u8.ToArray()), None);
        await place.UpdateAsync("records/catalog", _ => Task.FromResult<ReadOnlyMemory<byte>?>("two"u8.ToArray()), None);
        await place.LinkAsync("aci/image.aci", Digest.Of(Large), None);
    }

    private static UnixFileMode Mode(string octal) => (UnixFileMode)Convert.ToInt32(octal, 8);

    /// <summary>Modes of all in the binhost, as people write them.</summary>
    private string[] Modes(Func<string, string, SearchOption, IEnumerable<string>> list) =>
        [.. list(Path.Combine(_directory, "binhost"), "*", SearchOption.AllDirectories).Select(p => Convert.ToString((int)File.GetUnixFileMode(p), 8))];
}
