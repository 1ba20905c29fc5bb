using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Core.Graphs;
using Buildit.Images;
using Buildit.Store;

namespace Buildit.Cli.Building;

/// <summary>The outputs of packages as images get them.</summary>
internal static class ImageParts
{
    /// <summary>Reads the trees, which must be in the store.</summary>
    public static ImmutableArray<ImagePart> Of(ContentStore store, IEnumerable<Realised> closure) =>
    [
        .. closure.SelectMany(c => c.Parts(store, Composition.Output).Select(p => new ImagePart(p.Package, p.Output, p.Tree)
        {
            Version = c.Record.Version,
            Dlopen = c.Package is Package.Built built ? built.Recipe.Outputs.Dlopen : [],
        })),
    ];
}
