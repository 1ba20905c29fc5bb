using System.Collections.Concurrent;
using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Build.Sandboxing;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Store;

namespace Buildit.Build.Tools;

/// <summary>Roots with pinned tools that buildit itself works with (the sandbox, compressors, gpgv), composed when they are first wanted.</summary>
public sealed class Toolbox(ContentStore store, DistributionPackages? distribution, RootComposer roots)
{
    /// <summary>Makes the sandbox.</summary>
    public const string Sandbox = "bubblewrap";

    /// <summary>Compresses by gzip.</summary>
    public const string Gzip = "libdeflate-tools";

    /// <summary>Compresses by zstd.</summary>
    public const string Zstd = "zstd";

    /// <summary>Gives a shell in a sandbox a terminal of its own: script(1).</summary>
    public const string Shell = "bsdutils";

    /// <summary>Runs instances of images: runc(8).</summary>
    public const string Runtime = "runc";

    /// <summary>Brings connections into the network of an instance: socat(1).</summary>
    public const string Relay = "socat";

    /// <summary>Distribution packages that running an instance needs besides; 'buildit lock' always locks them, too.</summary>
    public static IReadOnlyList<string> RunPackages { get; } = [Runtime, Relay, "dash"];

    /// <summary>Distribution packages that buildit's own work needs; 'buildit lock' always locks them.</summary>
    public static IReadOnlyList<string> Packages { get; } = [Sandbox, "gpgv", Gzip, Zstd, Shell];

    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _roots = new(StringComparer.Ordinal);

    /// <summary>Makes packages real; set once, when the engine that does it exists.</summary>
    public BuildEngine? Engine { get; set; }

    /// <summary>The directory of a root that holds this distribution package and what it depends on.</summary>
    public Task<string> RootAsync(string package, CancellationToken cancel) => _roots.GetOrAdd(package, p => new(() => ComposeAsync(p, cancel))).Value;

    /// <summary>The node of one of these packages; throws if nothing declares it.</summary>
    public Package Node(string package)
    {
        var bag = new DiagnosticBag();
        var node = distribution?.Get(package, null, bag);
        bag.ThrowIfErrors();
        return node ?? throw new BuilditException(Core.ExitCode.InvalidInput, $"buildit needs 'debian/{package}', but no recipe tree declares a distribution", "add pkgs/debian/distribution.yaml and run 'buildit lock'");
    }

    /// <summary>The directory of a root that holds several of them.</summary>
    public async Task<string> RootAsync(IEnumerable<string> packages, CancellationToken cancel)
    {
        var parts = new List<RootPart>();
        foreach (var package in packages)
        {
            parts.AddRange(await PartsAsync(package, cancel));
        }

        return await roots.ComposeAsync([.. parts.DistinctBy(p => p.Tree.DiffId)], cancel);
    }

    /// <summary>What such a root is made of, for one that shall hold more.</summary>
    public async Task<ImmutableArray<RootPart>> PartsAsync(string package, CancellationToken cancel)
    {
        var realised = await Engine!.RealiseAllAsync(Closure.Of([Node(package)]), Need.Run, cancel);
        return [.. realised.SelectMany(r => r.Parts(store, "runtime"))];
    }

    private async Task<string> ComposeAsync(string package, CancellationToken cancel) => await roots.ComposeAsync(await PartsAsync(package, cancel), cancel);
}
