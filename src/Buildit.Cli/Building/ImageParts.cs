using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Core.Graphs;
using Buildit.Images;
using Buildit.Store;

namespace Buildit.Cli.Building;

/// <summary>What images get of packages.</summary>
internal static class ImageParts
{
    /// <summary>The output of each package that goes into images.</summary>
    public const string Output = "runtime";

    /// <summary>The parts that these packages are in an image.</summary>
    public static ImmutableArray<ImagePart> Of(ContentStore store, IEnumerable<Realised> closure) =>
        [.. closure.SelectMany(c => c.Parts(store, Output)).Select(p => new ImagePart(p.Package, p.Output, p.Tree))];

    /// <summary>The source date of an image of these packages: the newest of theirs.</summary>
    public static long DateOf(IEnumerable<Realised> closure) => closure.Select(c => c.Record.SourceDate).DefaultIfEmpty(0).Max();
}
