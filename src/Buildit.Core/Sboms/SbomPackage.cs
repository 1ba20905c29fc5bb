using System.Collections.Immutable;
using Buildit.Core.Keys;
using Buildit.Core.Licenses;

namespace Buildit.Core.Sboms;

/// <summary>A package in a bill of materials.</summary>
public sealed record SbomPackage
{
    /// <summary><c>category/name</c> or <c>debian/NAME</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Empty for a group.</summary>
    public required string Version { get; init; }

    /// <summary>Its recipe key: what tells two packages of one name and version apart.</summary>
    public required RecipeKey Key { get; init; }

    /// <summary>Package URL.</summary>
    public required string Purl { get; init; }

    /// <summary>CPE 2.3 name; null where the purl says it better.</summary>
    public string? Cpe { get; init; }

    /// <summary>Who made it available, as SPDX writes agents, or null.</summary>
    public string? Supplier { get; init; }

    /// <summary>One line for people, or null.</summary>
    public string? Summary { get; init; }

    /// <summary>An address for people, or null.</summary>
    public string? Homepage { get; init; }

    /// <summary>Where an imported package comes from.</summary>
    public SbomSource? Download { get; init; }

    /// <summary>What it says itself that its license is; null if nothing is known.</summary>
    public LicenseExpression? License { get; init; }

    /// <summary>What a person found its license to be (<c>licenses: {concluded: ...}</c> of a container), or null.</summary>
    public LicenseExpression? Concluded { get; init; }

    /// <summary>License texts found in its sources, or, of an imported package, its copyright file.</summary>
    public ImmutableArray<SbomText> Texts { get; init; } = [];

    /// <summary>Its sources.</summary>
    public ImmutableArray<SbomSource> Sources { get; init; } = [];

    /// <summary>Its patches, in the order in which they were applied.</summary>
    public ImmutableArray<SbomPatch> Patches { get; init; } = [];

    /// <summary>Its regular files that are there; null where they are not listed.</summary>
    public ImmutableArray<SbomFile>? Files { get; init; }

    /// <summary>The last part of the name.</summary>
    public string ShortName => Name[(Name.LastIndexOf('/') + 1)..];

    /// <summary>What counts for a policy: what a person found, else what the package says; by names that a policy can have.</summary>
    public LicenseExpression? Effective => (Concluded ?? License)?.Listed;
}
