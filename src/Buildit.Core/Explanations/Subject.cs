using Buildit.Core.Graphs;
using Buildit.Core.Records;

namespace Buildit.Core.Explanations;

/// <summary>A package as it is compared with another one: what went into its key, and whatever else is known of it.</summary>
/// <param name="Name"><c>category/name</c> or <c>debian/NAME</c>.</param>
/// <param name="Preimage">Of its recipe key.</param>
public sealed record Subject(string Name, string Preimage)
{
    /// <summary>The package itself, if its files are at hand: it knows names and places that no key holds.</summary>
    public Package? Package { get; init; }

    /// <summary>Its record, if there is one: it knows names of files, too.</summary>
    public Record? Record { get; init; }

    /// <summary>A package of the graph.</summary>
    public static Subject Of(Package package) => new(package.Name, package.Preimage) { Package = package };

    /// <summary>What was built before.</summary>
    public static Subject Of(PastRecord past) => new(past.Record.Package, past.Preimage) { Record = past.Record };

    /// <summary>The recipe, if its files are at hand.</summary>
    internal ResolvedRecipe? Recipe => (Package as Package.Built)?.Recipe;

    /// <summary>A source or patch by its digest, as the record has it.</summary>
    internal Material? Material(string digest) => Record?.Materials.FirstOrDefault(m => m.Digest.Hex == digest);
}
