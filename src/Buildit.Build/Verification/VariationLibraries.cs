using Buildit.Build.Engine;
using Buildit.Core.Graphs;
using Buildit.Store;

namespace Buildit.Build.Verification;

/// <summary>The libraries of the package <see cref="PackageName"/>, which show programs another machine. Their sources are an ordinary recipe, built as any other.</summary>
public sealed class VariationLibraries
{
    /// <summary>The recipe that has them.</summary>
    public const string PackageName = "buildit/vary";

    private const string Place = "usr/lib/buildit-vary";
    private readonly string _directory;

    private VariationLibraries(string directory) => _directory = directory;

    /// <summary>Builds the package, if it is not there.</summary>
    public static async Task<VariationLibraries> RealiseAsync(BuildEngine engine, ContentStore store, Package package, CancellationToken cancel)
    {
        var realised = await engine.RealiseAsync(package, cancel);
        return new(Path.Combine(realised.Parts(store, "runtime").Single().Tree.Directory, Place));
    }

    /// <summary>The file of a library on this machine.</summary>
    public string PathOf(string name) => Path.Combine(_directory, name + ".so");
}
