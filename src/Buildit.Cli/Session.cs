using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Build.Locks;
using Buildit.Build.Sandboxing;
using Buildit.Build.Tools;
using Buildit.Build.Verification;
using Buildit.Build.Workspaces;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Explanations;
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
        : this(workspace, ContentStore.Open(workspace.StoreDirectory), options, report, binhosts ?? (static _ => { }))
    {
    }

    private Session(Workspace workspace, ContentStore store, EngineOptions options, Action<BuildEvent> report, Action<BinhostEvent> told)
    {
        Workspace = workspace;
        Store = Own(store);
        Roots = new(Store);
        Toolbox = new(Store, workspace.Distribution?.Packages, Roots);
        Sandbox = new Bubblewrap(cancel => Toolbox.RootAsync(Toolbox.Sandbox, cancel));
        Archive = new(Store.Scratch);
        Files = new(workspace.RecipeTrees, workspace.Display, Archive, TimeProvider.System);
        Apt = new(() => DistributionMirrors.Of(workspace));
        Addresses = new(new(() => new MirrorList(Apt.Value.BaseUrls)), options.SourceMirrors);
        var fetching = new FetchOptions { Proxy = address => Apt.Value.ProxyOf(address) };
        Fetcher = Own(new Fetcher(new StoreBlobSink(Store), TimeProvider.System, fetching));
        Git = new(Store, Archive, options.Offline, TimeProvider.System, new((what, holder) => report(new BuildEvent.Waiting(what, holder)), (name, bytes) => report(new BuildEvent.Fetched(name, bytes))));
        Pins = new(Fetcher, Git, new(Store, Git, fetching), report);
        Places = new(fetching, Patience, Settings.RegistryLogins(), Settings.Buckets(), TimeProvider.System) { Mask = ProcessMask.Inherited };
        Binhosts = Own(new BinhostSet(Store, [.. workspace.Binhosts.Readable(options.Offline).Select(b => Open(b, told))], TimeProvider.System, told));
        Records = new RecordKeeper(Store, Platform.LinuxAmd64);
        Layers = new(Store.Paths.Root, Store.VerifiedBlobPath, () => Store.NewWorkPath("layer"));
        var substitution = new Substitution(Binhosts, Records, report);
        Sources = new(Store, Fetcher, Binhosts, Archive, Git, Addresses, options, report);
        var runner = new ActionRunner(Sandbox, options.OnFailure, report);
        var builder = Own(new PackageBuilder(Store, Records, substitution, Sources, runner, Roots, options, TimeProvider.System, report));
        var debian = Own(new DebianImport(Store, Records, Sources, report));
        var groups = new GroupMaker(Store, Records);
        Engine = Own(new BuildEngine(Records, substitution, builder, debian, groups, options, report));
        Remaker = new(Store, Engine, builder, new(Store, runner, Roots), debian, groups, options, report);
        Toolbox.Engine = Engine;
        History = new(Store);
        Explainer = new(History, CausesOf(workspace, History), new LocalSources(Store, Archive));
    }

    /// <summary>For commands that only look: the store is not made, nothing in it is changed, nothing can be built, and no binhost is asked.</summary>
    public static Session ToRead(Workspace workspace) =>
        new(workspace, ContentStore.OpenToRead(workspace.StoreDirectory), new() { SourceMirrors = workspace.Config.Mirrors }, static _ => { }, static _ => { });

    public Workspace Workspace { get; }

    public ContentStore Store { get; }

    public RootComposer Roots { get; }

    public Toolbox Toolbox { get; }

    public ISandbox Sandbox { get; }

    public SourceArchive Archive { get; }

    public WorkspaceFiles Files { get; }

    public Fetcher Fetcher { get; }

    public FileAddresses Addresses { get; }

    public PackageSources Sources { get; }

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

    public RecordHistory History { get; }

    public Explainer Explainer { get; }

    public Lazy<DistributionMirrors> Apt { get; }

    /// <summary>The compressor of a format; null for <c>none</c>.</summary>
    public ICompressor? Compressor(string format) => CompressorPackage(format) switch
    {
        Toolbox.Gzip => new GzipCompressor(Sandbox, Toolbox, VersionOf(Toolbox.Gzip), Environment.ProcessorCount),
        Toolbox.Zstd => new ZstdCompressor(Sandbox, Toolbox, VersionOf(Toolbox.Zstd)),
        _ => null,
    };

    /// <summary>The distribution package that compresses in a format; null for <c>none</c>.</summary>
    public static string? CompressorPackage(string format) => format switch { "gzip" => Toolbox.Gzip, "zstd" => Toolbox.Zstd, _ => null };

    /// <summary>Words for changes of distribution packages; null if no tree declares a distribution.</summary>
    public static DistributionCauses? CausesOf(Workspace workspace, IHistory history) => workspace.Distribution is { } d ? new(history, d.Lock, d.LockText, d.Text) : null;

    public void Dispose()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
        {
            owned.Dispose();
        }
    }

    /// <summary>Opens some binhosts, to look at them; whoever asks disposes of them.</summary>
    public BinhostSet Open(IEnumerable<BinhostSetting> binhosts, Action<BinhostEvent> told) => new(Store, [.. binhosts.Select(b => Open(b, told))], TimeProvider.System, told);

    private Binhost Open(BinhostSetting binhost, Action<BinhostEvent> report) => new(
        binhost.Name,
        Places.Read(binhost.Download),
        () => Workspace.Binhosts.TrustOf(binhost),
        Store.IsReadOnly ? null : Path.Combine(Store.Paths.Binhosts, Digest.Of(binhost.Download).Hex[..16]),
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
