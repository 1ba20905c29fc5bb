using System.Collections.Immutable;
using Buildit.Core.Keys;

namespace Buildit.Core.Records;

/// <summary>
/// "This recipe key, by way of this build key, gave these outputs": at once the cache entry and the provenance of a package.
/// Written as an in-toto statement, see <see cref="RecordFormat"/>.
/// </summary>
public sealed record Record
{
    /// <summary><c>category/name</c> or <c>debian/NAME</c>.</summary>
    public required string Package { get; init; }

    /// <summary>Empty for a group.</summary>
    public required string Version { get; init; }

    /// <summary>What it was built for.</summary>
    public required Platform Platform { get; init; }

    /// <summary>Key of everything declared.</summary>
    public required RecipeKey RecipeKey { get; init; }

    /// <summary>Key of the action.</summary>
    public required BuildKey BuildKey { get; init; }

    /// <summary>What it installs, by output name; empty outputs are left out.</summary>
    public required ImmutableSortedDictionary<string, Digest> Outputs { get; init; }

    /// <summary>Names of the packages that the runtime output needs: found in its ELF files and scripts, or declared.</summary>
    public required ImmutableArray<string> RuntimeNeeds { get; init; }

    /// <summary>Sonames that the runtime output offers.</summary>
    public required ImmutableArray<string> Sonames { get; init; }

    /// <summary>Everything that was put into it: sources, patches, files of the recipe, .debs, outputs of dependencies.</summary>
    public required ImmutableArray<Material> Materials { get; init; }

    /// <summary>Blob with the preimage of the recipe key.</summary>
    public required Digest Preimage { get; init; }

    /// <summary>Source date, in seconds since 1970.</summary>
    public required long SourceDate { get; init; }
}

/// <summary>Something that a package was made from.</summary>
/// <param name="Name">For people: a file name, or package and output.</param>
/// <param name="Uri">Where it can be had, as <see cref="PublicUri"/> gives it, or null.</param>
/// <param name="Digest">What it was.</param>
public sealed record Material(string Name, string? Uri, Digest Digest);
