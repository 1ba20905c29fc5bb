using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Cli.Locks;
using Buildit.Cli.Registries;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Discovery;
using Buildit.Store.Binhosts;

namespace Buildit.Cli.Building;

/// <summary>What the building commands were told.</summary>
internal sealed record BuildRequest(string Start, IReadOnlyList<string> Targets, string Output, IReadOnlyList<ImageFormat> Formats, int? Jobs, LookupPolicy Lookups, EngineOptions Engine)
{
    /// <summary>Where to push to: null = where the configuration says so, empty = the default place, else the name of a binhost.</summary>
    public string? Push { get; init; }

    /// <summary>Registries that the image is pushed to; null = none.</summary>
    public ImageDestinations? Publish { get; init; }

    /// <summary>Places to discover recipes and binhosts at.</summary>
    public ImmutableArray<DiscoveryEntry> Discover { get; init; } = [];

    /// <summary>Fingerprints of keys that are accepted at what is discovered.</summary>
    public IReadOnlyCollection<Digest> Trusted { get; init; } = [];

    /// <summary>A directory to push to instead of any binhost of the configuration; null = none.</summary>
    public string? PushDirectory { get; init; }

    /// <summary>Nothing is made, and images must come from binhosts, too.</summary>
    public bool IsPull { get; init; }

    /// <summary>A shell is opened where a build or test failed.</summary>
    public bool OpensShell { get; init; }

    /// <summary>What is pushed besides packages and images.</summary>
    public PushChoices PushChoices { get; init; } = new(null, false, false, false);

    /// <summary>The binhosts to push to. Throws if one that was asked for cannot be written to.</summary>
    public IReadOnlyList<PushTarget> Pushes(Workspace workspace)
    {
        if (IsPull)
        {
            return [];
        }

        if (PushDirectory is { } directory)
        {
            return [new(new(new(new(Path.GetFileName(directory), default)) { Download = directory }, directory, directory, []), true)];
        }

        var always = workspace.Binhosts.All.Where(b => b.Entry.Push && PlaceFactory.CannotWrite(b.Upload!) is null).ToArray();
        return Push switch
        {
            null => [.. always.Select(b => new PushTarget(b, false))],
            "" when always.Length > 0 => [.. always.Select(b => new PushTarget(b, true))],
            "" => [new(workspace.Binhosts.ForWriting(null), true)],
            var name => [new(workspace.Binhosts.ForWriting(name), true)],
        };
    }
}
