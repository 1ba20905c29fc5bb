using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Keys;
using Buildit.Core.Records;
using Buildit.Core.Trees;
using Buildit.Core.Trust;
using Buildit.Store.Binhosts;
using Buildit.Store.Layers;
using Buildit.Store.Tests.Compression;
using Buildit.Store.Trust;
using Buildit.Testing;
using Record = Buildit.Core.Records.Record;

namespace Buildit.Store.Tests.Binhosts;

/// <summary>A small package with one output, made by hand, as it is in a binhost.</summary>
/// <param name="Record">What its record says.</param>
/// <param name="Envelope">Signed, with the layer.</param>
/// <param name="Layer">The compressed output.</param>
internal sealed record Shared(Record Record, Envelope Envelope, byte[] Layer)
{
    public Digest Key => Record.RecipeKey.Digest;

    public Digest DiffId => Record.Outputs["runtime"];

    public LayerForm Form => Envelope.Layers[0];
}

/// <summary>Web servers with binhosts on them, a store, and what was told.</summary>
internal sealed class BinhostBench : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<FileServer> _servers = [];
    private ImmutableArray<Binhost> _binhosts = [];
    private BinhostSet? _set;

    public BinhostBench() => Store = ContentStore.Open(Path.Combine(_directory, "store"));

    public ContentStore Store { get; private set; }

    public SigningKey Key { get; } = SigningKey.New("test", null, null);

    public ConcurrentQueue<BinhostEvent> Told { get; } = [];

    public PlaceLimits Limits { get; set; } = new() { Patience = TimeSpan.FromSeconds(60), FirstDelay = TimeSpan.FromMilliseconds(1) };

    public BinhostSet Set => _set ??= new(Store, _binhosts, TimeProvider.System, Told.Enqueue);

    /// <summary>Adds a binhost on a web server of its own, or at an address where there is none.</summary>
    public FileServer Add(string name, string? url = null, TrustPolicy? trust = null)
    {
        var server = new FileServer();
        _servers.Add(server);
        var place = new PlaceFactory(new(), Limits, new(Path.Combine(_directory, "logins")), new(), TimeProvider.System).Read(url ?? server.Url);
        _binhosts = _binhosts.Add(new(name, place, () => trust ?? new([Key.Public], 1, ImmutableDictionary<Digest, string>.Empty), Path.Combine(_directory, "cache-" + name), Limits, TimeProvider.System, Told.Enqueue));
        return server;
    }

    /// <summary>Where what is remembered of a binhost is kept.</summary>
    public string CacheOf(string name) => Path.Combine(_directory, "cache-" + name);

    /// <summary>A new run: nothing is remembered but what is on disk.</summary>
    public void Restart()
    {
        _set?.Dispose();
        _set = null;
        _binhosts = [];
        Told.Clear();
    }

    /// <summary>A package whose one file has this text.</summary>
    public Shared Package(string text, SigningKey? key = null)
    {
        var content = Encoding.UTF8.GetBytes(text);
        var tree = Tree.Create([new("usr/share/text", EntryKind.File) { Size = content.Length, Content = Digest.Of(content) }, new("usr/share/link", EntryKind.Symlink) { Target = "text" }], 1714521600);
        using var tar = new MemoryStream();
        new LayerSource(tree, _ => new MemoryStream(content)).WriteTar(tar);
        var layer = ZstdTests.Stored(tar.ToArray());
        var recipe = Digest.Of("recipe " + text);
        var record = new Record
        {
            Package = "app/" + text[..Math.Min(8, text.Length)],
            Version = "1",
            Platform = Platform.LinuxAmd64,
            RecipeKey = new(recipe),
            BuildKey = new(Digest.Of("build " + text)),
            Outputs = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("runtime", Digest.Of(tar.ToArray()))]),
            RuntimeNeeds = [],
            Sonames = [],
            Materials = [],
            Preimage = recipe,
            SourceDate = 1714521600,
        };
        var form = new LayerForm(record.Outputs["runtime"], "application/vnd.oci.image.layer.v1.tar+zstd", Digest.Of(layer), layer.Length);
        return new(record, (key ?? Key).Sign(RecordFormat.Seal(record)) with { Layers = [form] }, layer);
    }

    /// <summary>Puts packages on a server, with the catalog of all of them.</summary>
    public static void Publish(FileServer server, params Shared[] packages)
    {
        var rows = Catalog.Split("", packages.SelectMany(p => new CatalogRow[] { new(p.Key, p.Key), new(p.Record.BuildKey.Digest, p.Key) }));
        foreach (var package in packages)
        {
            server.Files[BinhostLayout.Record(package.Key)] = package.Envelope.Write();
            server.Files[BinhostLayout.Blob(package.Form.Digest)] = package.Layer;
        }

        var bytes = Catalog.PrintRows(rows[0].Rows);
        server.Files[BinhostLayout.Blob(Digest.Of(bytes))] = bytes;
        server.Files[BinhostLayout.Catalog] = Encoding.ASCII.GetBytes(new Catalog([new("", rows[0].Rows.Length, Digest.Of(bytes))]).Print());
    }

    /// <summary>What is found of a package: the names of the binhosts whose records count.</summary>
    public async Task<string[]> FindAsync(Shared package, Digest? key = null)
    {
        var found = new List<string>();
        await foreach (var record in Set.FindAsync(key ?? package.Key, package.Record.Package, RecordFormat.Open, r => r.RecipeKey == package.Record.RecipeKey ? null : "it is about another one", default))
        {
            found.Add(record.Binhost.Name);
        }

        return [.. found];
    }

    /// <summary>Downloads the output of a package.</summary>
    public Task<bool> PullAsync(Shared package) => Set.PullOutputAsync(package.DiffId, new RecipeKey(package.Key), package.Record.Package, null, default);

    /// <summary>The text of a package that the store has now.</summary>
    public string TextOf(Shared package) => File.ReadAllText(Path.Combine(Store.Paths.Tree(package.DiffId), "usr/share/text"));

    /// <summary>Files that are neither finished nor in a process's own directory.</summary>
    public IEnumerable<string> Partial => Directory.EnumerateFiles(Store.Paths.Partial).Select(f => Path.GetFileName(f)!);

    public void Dispose()
    {
        _set?.Dispose();
        Key.Dispose();
        Store.Dispose();
        _servers.ForEach(s => s.Dispose());
        _directory.Dispose();
    }
}
