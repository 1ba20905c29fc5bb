using System.Collections.Immutable;
using System.Text;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Records;
using Buildit.Store.Binhosts;
using Buildit.Store.Fetching;
using Buildit.Store.Trust;
using Buildit.Testing;

namespace Buildit.Store.Tests.Binhosts;

public sealed class BinhostWriterTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly BinhostBench _bench = new();

    private string Root => Path.Combine(_directory, "bin");

    [Fact]
    public async Task What_is_pushed_is_found()
    {
        var package = _bench.Package("hello");
        await PushAsync(NewWriter(), package);
        _bench.Add("dir", Root);
        Assert.Equal(["dir"], await _bench.FindAsync(package));
        Assert.Equal(["dir"], await _bench.FindAsync(package, package.Record.BuildKey.Digest));
        Assert.True(await _bench.PullAsync(package));
    }

    [Fact]
    public async Task Pushing_again_writes_nothing()
    {
        var package = _bench.Package("hello");
        await PushAsync(NewWriter(), package);
        var before = Files();
        await PushAsync(NewWriter(), package);
        Assert.Equal(before, Files());
    }

    [Fact]
    public async Task A_blob_of_another_size_is_not_there_and_put_again()
    {
        var package = _bench.Package("hello");
        await PushAsync(NewWriter(), package);
        var blob = Path.Combine(Root, BinhostLayout.Blob(package.Form.Digest));
        File.WriteAllText(blob, "");
        Assert.Empty(await NewWriter().FindBlobsAsync([(package.Form.Digest, package.Layer.Length)], default));
        await PushAsync(NewWriter(), package);
        Assert.Equal(package.Layer, File.ReadAllBytes(blob));
    }

    [Fact]
    public async Task R25_two_who_push_at_once_lose_nothing()
    {
        var packages = Enumerable.Range(0, 12).Select(i => _bench.Package($"package {i}")).ToArray();
        await Task.WhenAll(packages.Select(p => Task.Run(() => PushAsync(NewWriter(), p))));
        _bench.Add("dir", Root);
        foreach (var package in packages)
        {
            Assert.Equal(["dir"], await _bench.FindAsync(package));
        }
    }

    [Fact]
    public async Task A_catalog_grows_over_its_first_part()
    {
        var writer = NewWriter();
        var rows = Enumerable.Range(0, 6000).Select(i => Digest.Of($"row {i}")).Select(d => new CatalogRow(d, d)).ToArray();
        await writer.AddToCatalogAsync(rows[..4000], [], default);
        await writer.AddToCatalogAsync(rows[4000..], [], default);
        var catalog = Catalog.Parse(File.ReadAllBytes(Path.Combine(Root, BinhostLayout.Catalog)))!;
        Assert.Equal(16, catalog.Shards.Length);
        var all = catalog.Shards.SelectMany(s => Catalog.ParseRows(File.ReadAllBytes(Path.Combine(Root, BinhostLayout.Blob(s.Blob))))!.Value);
        Assert.Equal(rows.OrderBy(r => r.Key), all);
    }

    [Fact]
    public async Task The_signatures_of_two_builders_are_joined()
    {
        using var second = SigningKey.New("second", null, null);
        await PushAsync(NewWriter(), _bench.Package("hello"));
        await PushAsync(NewWriter(), _bench.Package("hello", second));
        _bench.Add("dir", Root, trust: new([_bench.Key.Public, second.Public], 2, ImmutableDictionary<Digest, string>.Empty));
        Assert.Equal(["dir"], await _bench.FindAsync(_bench.Package("hello")));
    }

    [Fact]
    public async Task R38_a_blob_that_cannot_be_put_keeps_none_of_the_others_back()
    {
        var writer = NewWriter();
        var (good, bad) = ("good"u8.ToArray(), "bad"u8.ToArray());
        var failed = await writer.PutBlobsAsync([new(Digest.Of(bad), 3, () => throw new IOException("the disk is on fire")), new(Digest.Of(good), 4, () => new MemoryStream(good))], static _ => { }, default);
        Assert.Equal([Digest.Of(bad)], failed.Keys);
        Assert.Contains("on fire", failed[Digest.Of(bad)], StringComparison.Ordinal);
        Assert.Equal([Digest.Of(good)], await writer.FindBlobsAsync([(Digest.Of(bad), 3), (Digest.Of(good), 4)], default));
    }

    [Fact]
    public async Task A_damaged_catalog_is_not_written_over()
    {
        Directory.CreateDirectory(Path.Combine(Root, "records"));
        File.WriteAllText(Path.Combine(Root, BinhostLayout.Catalog), "<html>");
        await Assert.ThrowsAsync<PlaceException>(() => NewWriter().AddToCatalogAsync([new(Digest.Of("a"), Digest.Of("a"))], [], default));
        Assert.Equal("<html>", File.ReadAllText(Path.Combine(Root, BinhostLayout.Catalog)));
    }

    [Fact]
    public async Task Keys_on_offer_are_listed_once()
    {
        await NewWriter().OfferKeyAsync(_bench.Key.Public, default);
        await NewWriter().OfferKeyAsync(_bench.Key.Public, default);
        Assert.Equal(_bench.Key.Public.Id.Hex + "\n", File.ReadAllText(Path.Combine(Root, BinhostLayout.KeyList)));
    }

    public void Dispose()
    {
        _bench.Dispose();
        _directory.Dispose();
    }

    private BinhostWriter NewWriter() => new("dir", new DirectoryPlace(Root, TimeProvider.System), new(), TimeProvider.System);

    private static async Task PushAsync(BinhostWriter writer, Shared package)
    {
        Assert.Empty(await writer.PutBlobsAsync([new(package.Form.Digest, package.Layer.Length, () => new MemoryStream(package.Layer))], static _ => { }, default));
        await writer.PutRecordAsync(package.Key, package.Envelope, default);
        await writer.AddToCatalogAsync([new(package.Key, package.Key), new(package.Record.BuildKey.Digest, package.Key)], [], default);
    }

    private string Files() => string.Join('\n', Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal)
        .Select(f => FormattableString.Invariant($"{f} {File.GetLastWriteTimeUtc(f):O}")));
}
