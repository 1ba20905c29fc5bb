using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Build.Locks;
using Buildit.Build.Sandboxing;
using Buildit.Build.Tools;
using Buildit.Build.Verification;
using Buildit.Build.Workspaces;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Graphs;
using Buildit.Store;
using Buildit.Store.Binhosts;
using Buildit.Store.Compression;
using Buildit.Store.Fetching;
using Buildit.Store.Git;
using Buildit.Store.Layers;
using Buildit.Store.Sources;

namespace Buildit.Cli;

/// <summary>Everything that a building command works with, put together in order.</summary>
internal sealed class Session : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    public Session(Workspace workspace, EngineOptions options, Action<BuildEvent> report, Action<BinhostEvent>? binhosts = null)
    {
        var told = binhosts ?? (static _ => { });
        Workspace = workspace;
        Store = Own(ContentStore.Open(workspace.StoreDirectory));
        Roots = new(Store);
        Toolbox = new(Store, workspace.Distribution?.Packages, Roots);
        Sandbox = new Bubblewrap(cancel => Toolbox.RootAsync("bubblewrap", cancel));
        Archive = new(Store.Scratch);
        Files = new(workspace.RecipeTrees, workspace.Display, Archive, TimeProvider.System);
        Apt = new(() => DistributionMirrors.Of(workspace));
        var fetching = new FetchOptions { Proxy = address => Apt.Value.ProxyOf(address) };
        Fetcher = Own(new Fetcher(new StoreBlobSink(Store), TimeProvider.System, fetching));
        Git = new(Store, Archive, options.Offline, TimeProvider.System, new((what, holder) => report(new BuildEvent.Waiting(what, holder)), (name, bytes) => report(new BuildEvent.Fetched(name, bytes))));
        Pins = new(Fetcher, Git, report);
        Places = new(fetching, Patience, TimeProvider.System);
        Binhosts = Own(new BinhostSet(Store, [.. workspace.Binhosts.Readable(options.Offline).Select(b => Open(b, told))], TimeProvider.System, told));
        Records = new RecordKeeper(Store, Platform.LinuxAmd64);
        Layers = new(Store.Paths.Root, Store.VerifiedBlobPath);
        var substitution = new Substitution(Binhosts, Records, report);
        var sources = new PackageSources(Store, Fetcher, Binhosts, Archive, Git, new(() => new MirrorList(Apt.Value.BaseUrls)), options, report);
        var builder = Own(new PackageBuilder(Store, Records, substitution, sources, Sandbox, Roots, options, TimeProvider.System, report));
        var debian = Own(new DebianImport(Store, Records, sources, report));
        var groups = new GroupMaker(Store, Records);
        Engine = Own(new BuildEngine(Records, substitution, builder, debian, groups, options, report));
        Remaker = new(Store, Engine, builder, new(Store, Sandbox, Roots, report), debian, groups, options, report);
        Toolbox.Engine = Engine;
    }

    public Workspace Workspace { get; }

    public ContentStore Store { get; }

    public RootComposer Roots { get; }

    public Toolbox Toolbox { get; }

    public ISandbox Sandbox { get; }

    public SourceArchive Archive { get; }

    public WorkspaceFiles Files { get; }

    public Fetcher Fetcher { get; }

    public RecordKeeper Records { get; }

    public LayerCache Layers { get; }

    /// <summary>The binhosts that are read from.</summary>
    public BinhostSet Binhosts { get; }

    public PlaceFactory Places { get; }

    /// <summary>Patience with binhosts.</summary>
    public static PlaceLimits Patience { get; } = new();

    public GitSources Git { get; }

    public PinFinder Pins { get; }

    public BuildEngine Engine { get; }

    public Remaker Remaker { get; }

    public Lazy<DistributionMirrors> Apt { get; }

    /// <summary>The compressor of a format; null for <c>none</c>.</summary>
    public ICompressor? Compressor(string format) => format switch
    {
        "gzip" => new GzipCompressor(Sandbox, Toolbox, VersionOf("libdeflate-tools"), Environment.ProcessorCount),
        "zstd" => new ZstdCompressor(Sandbox, Toolbox, VersionOf("zstd")),
        _ => null,
    };

    public void Dispose()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
        {
            owned.Dispose();
        }
    }

    private Binhost Open(BinhostSetting binhost, Action<BinhostEvent> report) => new(
        binhost.Name,
        Places.Read(binhost.Download),
        () => Workspace.Binhosts.TrustOf(binhost),
        Path.Combine(Store.Paths.Binhosts, Digest.Of(binhost.Download).Hex[..16]),
        Patience,
        TimeProvider.System,
        report);

    private string VersionOf(string package) => Workspace.Distribution?.Lock.Packages.GetValueOrDefault(package)?.Version ?? "unlocked";

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}
