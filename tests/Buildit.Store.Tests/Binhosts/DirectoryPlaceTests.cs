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

    public void Dispose() => _directory.Dispose();
}
