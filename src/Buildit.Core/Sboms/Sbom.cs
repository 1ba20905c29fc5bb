using System.Collections.Immutable;

namespace Buildit.Core.Sboms;

/// <summary>What an SBOM is about.</summary>
public enum SbomKind
{
    /// <summary>One package: all its outputs, what it was made from and with, what it needs.</summary>
    Package,

    /// <summary>The file system of a container's images.</summary>
    Image,
}

/// <summary>How one package depends on another.</summary>
public enum SbomLink
{
    /// <summary>Needs it to run.</summary>
    Runtime,

    /// <summary>Was built by it.</summary>
    BuildTool,

    /// <summary>Was built against it.</summary>
    BuildLibrary,
}

/// <summary>A dependency between two packages, by name.</summary>
/// <param name="From">The one that needs.</param>
/// <param name="To">The one that is needed.</param>
/// <param name="Link">For what.</param>
public sealed record SbomRelation(string From, string To, SbomLink Link);

/// <summary>
/// A software bill of materials as a value, before it becomes a document of some format. Nothing in it comes from the clock or the machine: equal packages give equal
/// documents.
/// </summary>
public sealed record Sbom
{
    /// <summary>What it is about.</summary>
    public required SbomKind Kind { get; init; }

    /// <summary>Name of the package or container.</summary>
    public required string Name { get; init; }

    /// <summary>Its version; empty for a group.</summary>
    public required string Version { get; init; }

    /// <summary>Source date, in seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>What is there: of an image all its packages, of a package first itself, then what it needs to run. Sorted by name otherwise.</summary>
    public required ImmutableArray<SbomPackage> Packages { get; init; }

    /// <summary>What is not there but was used to make it; of a package only.</summary>
    public ImmutableArray<SbomPackage> BuildPackages { get; init; } = [];

    /// <summary>An image's files of no package: the container's own.</summary>
    public ImmutableArray<SbomFile> OwnFiles { get; init; } = [];

    /// <summary>Who needs whom.</summary>
    public ImmutableArray<SbomRelation> Relations { get; init; } = [];
}

/// <summary>A regular file.</summary>
/// <param name="Path">Relative to the root.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">Digest of its bytes.</param>
/// <param name="Sha1">The digest that SPDX asks for of every file, 40 hexadecimal digits.</param>
public sealed record SbomFile(string Path, long Size, Digest Sha256, string Sha1);

/// <summary>A license text or notice that was found.</summary>
/// <param name="Name">The file that it was found in.</param>
/// <param name="Text">All of it.</param>
public sealed record SbomText(string Name, string Text);

/// <summary>What something was made from.</summary>
/// <param name="Name">For people.</param>
/// <param name="Uri">Where it can be had, or null.</param>
/// <param name="Digest">SHA-256 of the file; of the canonical tar for a local directory and for git.</param>
public sealed record SbomSource(string Name, string? Uri, Digest Digest);

/// <summary>A patch that was applied.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Uri">Where it can be had, or null.</param>
/// <param name="Digest">SHA-256 of the file.</param>
/// <param name="Description">What the recipe says that it is for, or null.</param>
public sealed record SbomPatch(string Name, string? Uri, Digest Digest, string? Description);
