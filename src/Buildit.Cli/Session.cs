using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Build.Locks;
using Buildit.Build.Sandboxing;
using Buildit.Build.Tools;
using Buildit.Build.Verification;
using Buildit.Build.Workspaces;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Debian;
using Buildit.Core.Explanations;
using Buildit.Core.Graphs;
using Buildit.Store;
using Buildit.Store.Compression;
using Buildit.Store.Debian;
using Buildit.Store.Fetching;
using Buildit.Store.Git;
using Buildit.Store.Sources;

namespace Buildit.Cli;

/// <summary>Everything that a building command works with, put together in order.</summary>
internal sealed class Session : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    public Session(Workspace workspace, EngineOptions options, Action<BuildEvent> report)
        : this(workspace, ContentStore.Open(workspace.StoreDirectory), options, report)
    {
    }

    private Session(Workspace workspace, ContentStore store, EngineOptions options, Action<BuildEvent> report)
    {
        Workspace = workspace;
        Store = Own(store);
        Roots = new(Store);
        Toolbox = new(Store, workspace.Distribution?.Packages, Roots);
        Sandbox = new Bubblewrap(cancel => Toolbox.RootAsync(Toolbox.Sandbox, cancel));
        var zstd = new ZstdDecoder(Sandbox, Toolbox);
        Decompressor = new Decompressor(zstd);
        Archive = new(Decompressor, Store.Scratch);
        Files = new(workspace.RecipeTrees, workspace.Display, Archive, TimeProvider.System);
        Apt = new(() => DistributionMirrors.Of(workspace));
        Fetcher = Own(new Fetcher(new StoreBlobSink(Store), TimeProvider.System, new() { Proxy = address => Apt.Value.ProxyOf(address) }));
        Addresses = new(new(() => new MirrorList(Apt.Value.BaseUrls)), options.SourceMirrors);
        Git = new(Store, Archive, options.Offline, TimeProvider.System, new((what, holder) => report(new BuildEvent.Waiting(what, holder)), (name, bytes) => report(new BuildEvent.Fetched(name, bytes))));
        Pins = new(Fetcher, Git, report);
        Records = new(Store, Platform.LinuxAmd64);
        var sources = new PackageSources(Store, Fetcher, Archive, Git, Addresses, options, report);
        var groups = new GroupMaker(Store, Records);
        var builder = Own(new PackageBuilder(Store, Records, sources, Sandbox, Roots, options, TimeProvider.System, report));
        var debian = Own(new DebianImport(Store, Records, sources, pin => IsNeededForZstd(pin) ? new() : new(zstd.Open), report));
        Engine = Own(new BuildEngine(Records, builder, debian, groups, options, report));
        Remaker = new(Store, Engine, builder, new(Store, Sandbox, Roots, report), debian, groups, options, report);
        Toolbox.Engine = Engine;
        History = new(Store);
        Explainer = new(History, CausesOf(workspace, History), new LocalSources(Store, Archive));
    }

    /// <summary>For commands that only look: the store is not made, nothing in it is changed, and nothing can be built.</summary>
    public static Session ToRead(Workspace workspace) =>
        new(workspace, ContentStore.OpenToRead(workspace.StoreDirectory), new() { SourceMirrors = workspace.Config.Mirrors }, static _ => { });

    public Workspace Workspace { get; }

    public ContentStore Store { get; }

    public RootComposer Roots { get; }

    public Toolbox Toolbox { get; }

    public ISandbox Sandbox { get; }

    public Decompressor Decompressor { get; }

    public SourceArchive Archive { get; }

    public WorkspaceFiles Files { get; }

    public Fetcher Fetcher { get; }

    public FileAddresses Addresses { get; }

    public RecordKeeper Records { get; }

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

    // The tool that opens zstd, and the sandbox that it runs in, cannot be opened by themselves.
    private bool IsNeededForZstd(LockedPackage pin) =>
        Workspace.Distribution is { Lock: var locked } && locked.Packages.ContainsKey("zstd") && locked.Packages.ContainsKey("bubblewrap") && locked.Closure(["zstd", "bubblewrap"]).Contains(pin.Name);

    private string VersionOf(string package) => Workspace.Distribution?.Lock.Packages.GetValueOrDefault(package)?.Version ?? "unlocked";

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}
