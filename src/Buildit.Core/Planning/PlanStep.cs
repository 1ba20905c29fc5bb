using Buildit.Core.Debian;
using Buildit.Core.Graphs;
using Buildit.Core.Records;

namespace Buildit.Core.Planning;

/// <summary>One thing that a build would do.</summary>
/// <param name="Package">What it is done for.</param>
public abstract record PlanStep(Package Package)
{
    /// <summary>Nothing is done: there is a record under the recipe key.</summary>
    public sealed record Reuse(Package Package, Record Record) : PlanStep(Package);

    /// <summary>A binhost has it under its recipe key: it is taken from there.</summary>
    public sealed record Download(Package Package, Record Record) : PlanStep(Package);

    /// <summary>Early cutoff: what it is made from is there and gives an action that was done before. It gets a further record.</summary>
    public sealed record CutOff(Package Package, Record Same) : PlanStep(Package);

    /// <summary>A .deb is fetched, unless it is there, and unpacked.</summary>
    public sealed record Import(Package.Imported Imported, bool IsFetched) : PlanStep(Imported)
    {
        /// <summary>What is fetched.</summary>
        public LockedPackage Pin => Imported.Pin;
    }

    /// <summary>The links and files of a group are put together.</summary>
    public sealed record Make(Package.Group Group) : PlanStep(Group);

    /// <summary>A source or patch is fetched.</summary>
    public sealed record Fetch(Package.Built Built, RemoteFile File) : PlanStep(Built);

    /// <summary>A package is built in the sandbox.</summary>
    /// <param name="Built">The package.</param>
    /// <param name="MayBeCutOff">Whether it was made before, and only its dependencies, which are not all there yet, decide whether that was the same.</param>
    public sealed record Build(Package.Built Built, bool MayBeCutOff) : PlanStep(Built);
}
