using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Build.Sandboxing;
using Buildit.Build.Tools;
using Buildit.Build.Workspaces;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Debian;
using Buildit.Core.Graphs;
using Buildit.Store;
using Buildit.Store.Compression;
using Buildit.Store.Debian;
using Buildit.Store.Fetching;
using Buildit.Store.Sources;

namespace Buildit.Cli;

/// <summary>Everything that a building command works with, put together in order.</summary>
internal sealed class Session : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    public Session(Workspace workspace, EngineOptions options, Action<BuildEvent> report)
    {
        Workspace = workspace;
        Store = Own(ContentStore.Open(workspace.StoreDirectory));
        Roots = new(Store);
        Toolbox = new(Store, workspace.Distribution?.Packages, Roots);
        Sandbox = new Bubblewrap(cancel => Toolbox.RootAsync("bubblewrap", cancel));
        var zstd = new ZstdDecoder(Sandbox, Toolbox);
        var decompressor = new Decompressor(zstd);
        Archive = new(decompressor, Store.Scratch);
        Files = new(workspace.RecipeTrees, workspace.Display, Archive, TimeProvider.System);
        Apt = new(() => DistributionMirrors.Of(workspace));
        Fetcher = Own(new Fetcher(new StoreBlobSink(Store), TimeProvider.System, new() { Proxy = address => Apt.Value.ProxyOf(address) }));
        var records = new RecordKeeper(Store, Platform.LinuxAmd64);
        var sources = new PackageSources(Store, Fetcher, Archive, new(() => new MirrorList(Apt.Value.BaseUrls)), options, report);
        var builder = Own(new PackageBuilder(Store, records, sources, Sandbox, Roots, options, TimeProvider.System, report));
        var debian = Own(new DebianImport(Store, records, sources, pin => IsNeededForZstd(pin) ? new() : new(zstd.Open), report));
        Engine = Own(new BuildEngine(records, builder, debian, new(Store, records), options, report));
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

    public BuildEngine Engine { get; }

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
