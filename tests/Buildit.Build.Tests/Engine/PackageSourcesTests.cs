using System.Formats.Tar;
using Buildit.Build.Engine;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Git;
using Buildit.Core.Graphs;
using Buildit.Core.Recipes;
using Buildit.Core.Trust;
using Buildit.Store;
using Buildit.Store.Binhosts;
using Buildit.Store.Fetching;
using Buildit.Store.Git;
using Buildit.Store.Sources;
using Buildit.Testing;

namespace Buildit.Build.Tests.Engine;

public sealed class PackageSourcesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ContentStore _store;

    public PackageSourcesTests() => _store = ContentStore.Open(Path.Combine(_directory, "store"));

    [Fact]
    public async Task A_git_source_whose_server_cannot_be_asked_is_taken_from_a_binhost()
    {
        using var canonical = new MemoryStream();
        new SourceArchive(_store.Scratch).FromFile(new(await TarFileAsync(), "x.tar"), canonical, default);
        var digest = await PushAsync(canonical.ToArray());
        Assert.Equal(digest, (await SourceAsync(digest)).Digest);
    }

    [Fact]
    public async Task What_a_binhost_has_under_the_digest_of_a_git_source_must_be_a_canonical_tar_as_well()
    {
        var digest = await PushAsync(File.ReadAllBytes(await TarFileAsync()));
        var e = await Assert.ThrowsAsync<BuilditException>(() => SourceAsync(digest));
        Assert.Equal(ExitCode.Missing, e.Code);
    }

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    /// <summary>A tar as any program may write it.</summary>
    private async Task<string> TarFileAsync()
    {
        var path = Path.Combine(_directory, "x.tar");
        await using var writer = new TarWriter(File.Create(path), TarEntryFormat.Ustar);
        await writer.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, "./file") { DataStream = new MemoryStream("text"u8.ToArray()), Uid = 1234, ModificationTime = DateTimeOffset.UnixEpoch.AddYears(40) });
        return path;
    }

    private string Binhost => Path.Combine(_directory, "binhost");

    private async Task<Digest> PushAsync(byte[] bytes)
    {
        var digest = Digest.Of(bytes);
        using var place = new DirectoryPlace(Binhost, TimeProvider.System);
        await place.PutBlobAsync(digest, bytes.Length, () => new MemoryStream(bytes), default);
        return digest;
    }

    private async Task<PreparedSource> SourceAsync(Digest digest)
    {
        using var fetcher = new Fetcher(new StoreBlobSink(_store), TimeProvider.System, new());
        using var binhosts = new BinhostSet(
            _store, [new("shared", new DirectoryPlace(Binhost, TimeProvider.System), () => TrustPolicy.Nobody, null, new(), TimeProvider.System, static _ => { })], TimeProvider.System, static _ => { });
        var archive = new SourceArchive(_store.Scratch);
        var git = new GitSources(_store, archive, offline: true, TimeProvider.System, new(static (_, _) => { }, static (_, _) => { }));
        var sources = new PackageSources(_store, fetcher, binhosts, archive, git, new(new(() => throw new InvalidOperationException()), []), new() { Offline = true }, static _ => { });
        var origin = new Source.Git(new(Path.Combine(_directory, "nowhere.git"), new(GitRevisionKind.Branch, "main"))) { Span = new(new("build.yaml", ""), 1, 1) };
        return await sources.SourceAsync(new("x", digest, origin, "x", _directory) { Commit = new('1', 40) }, default);
    }
}
