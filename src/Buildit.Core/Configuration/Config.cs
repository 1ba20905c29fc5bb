using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Discovery;
using Buildit.Core.Git;

namespace Buildit.Core.Configuration;

/// <summary>A <c>.buildit-config.yaml</c>. Paths are as written: relative to the directory of the file. See docs/configuration.md.</summary>
public sealed record Config
{
    /// <summary>What counts where there is no file.</summary>
    public static Config Default { get; } = new();

    /// <summary>In order of preference; the one of <c>repository:</c> comes first.</summary>
    public ImmutableArray<BinhostEntry> Binhosts { get; init; } = [];

    /// <summary>Where recipes are looked for, in order.</summary>
    public ImmutableArray<RecipeTree> Recipes { get; init; } = [];

    /// <summary>Places where further recipes and binhosts are discovered.</summary>
    public ImmutableArray<DiscoveryEntry> Discover { get; init; } = [];

    /// <summary>Directory of the store; null = the user's.</summary>
    public Spanned<string>? Store { get; init; }

    /// <summary>Base URLs that may have any source, tried after those of the recipe.</summary>
    public ImmutableArray<string> Mirrors { get; init; } = [];

    /// <summary>Replace the mirrors of <c>distribution.yaml</c>: <c>apt</c> or base URLs; empty = they stay.</summary>
    public ImmutableArray<string> DistributionMirrors { get; init; } = [];

    /// <summary>How many jobs at once; null = as many as there are processors.</summary>
    public int? Jobs { get; init; }
}

/// <summary>A place that packages and images are shared at.</summary>
/// <param name="Name">For people and for <c>--push=NAME</c>.</param>
public sealed record BinhostEntry(Spanned<string> Name)
{
    /// <summary>Directory or URL to read from: <c>https:</c>, <c>http:</c>, <c>file:</c>, <c>ssh:</c>, <c>oci:</c>, <c>s3:</c>.</summary>
    public required string Download { get; init; }

    /// <summary>Directory or URL to write to; null = it cannot be written to.</summary>
    public string? Upload { get; init; }

    /// <summary>Whether what was built is uploaded without being asked for.</summary>
    public bool Push { get; init; }

    /// <summary>Files of the public keys whose signatures are trusted for this binhost.</summary>
    public ImmutableArray<Spanned<string>> Keys { get; init; } = [];

    /// <summary>How many different trusted keys must have signed a record.</summary>
    public int Require { get; init; } = 1;
}

/// <summary>A place where recipes are.</summary>
public abstract record RecipeTree
{
    private RecipeTree()
    {
    }

    /// <summary>Where it is written.</summary>
    public required SourceSpan Span { get; init; }

    /// <summary>A directory.</summary>
    public sealed record Local(string Path) : RecipeTree;

    /// <summary>A state of a git repository, read from a checkout in the store.</summary>
    public sealed record Git(GitOrigin Origin) : RecipeTree;
}
