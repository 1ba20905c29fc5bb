using System.Collections.Immutable;
using Buildit.Build.Sandboxing;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Store;

namespace Buildit.Build.Engine;

/// <summary>The outputs of realised packages as trees of the store.</summary>
public static class RealisedParts
{
    /// <summary>Reads the trees of the outputs of these names, as far as the package has them.</summary>
    public static ImmutableArray<RootPart> Parts(this Realised realised, ContentStore store, params string[] outputs)
    {
        var (package, record) = realised;
        return [.. outputs.Where(record.Outputs.ContainsKey).Select(o => new RootPart(package.Name, o, store.FindTree(record.Outputs[o]) ?? throw Damaged(package, o)))];
    }

    // It was there when the package was realised, so what cannot be read of it now is damaged, unless somebody has removed it meanwhile.
    private static BuilditException Damaged(Package package, string output) => new(
        ExitCode.StoreFailed,
        $"the output '{output}' of '{package.DisplayName}' is damaged in the store",
        "'buildit store verify' puts aside all that is damaged; run the command again then, and it is made or fetched anew");
}
