using System.Collections.Immutable;
using Buildit.Cli.Registries;
using Buildit.Cli.Targets;
using Buildit.Core.Containers;
using Buildit.Core.Keys;
using Buildit.Core.Planning;
using Buildit.Images.ContainerLayers;
using Buildit.Store;

namespace Buildit.Cli.Planning;

/// <summary>An image of a container: where it will be, and whether it is there already, the same that would be composed.</summary>
/// <param name="Step">The step that asks for it.</param>
/// <param name="Path">Where it is written.</param>
/// <param name="IsThere">Whether nothing is to be done for it.</param>
/// <param name="Preimage">Everything that decides about its bytes; null while that is not known, since a package must be built first.</param>
/// <param name="IsShared">Whether it is taken from a binhost.</param>
internal sealed record PlannedImage(Step.Image Step, string Path, bool IsThere, string? Preimage, bool IsShared = false)
{
    /// <summary>What is done for it.</summary>
    public string Word => IsThere ? "keep" : IsShared ? "download" : "compose";
}

/// <summary>All that a build of a target would do.</summary>
/// <param name="Graph">The target.</param>
/// <param name="Plan">The steps of its packages.</param>
/// <param name="Images">The images of a container; none for a package.</param>
/// <param name="Files">The container's own files.</param>
internal sealed record TargetPlan(TargetGraph Graph, Plan Plan, ImmutableArray<PlannedImage> Images, ContainerFiles Files)
{
    /// <summary>The container's tests: they are run before the first image is written.</summary>
    public IEnumerable<Step.Test> Tests => Images.Any(i => !i.IsThere && !i.IsShared) ? Graph.Container!.Steps.OfType<Step.Test>() : [];

    /// <summary>The base images of what is to be composed that a store lacks.</summary>
    public IEnumerable<ImageBase> MissingBases(ContentStore store) =>
        Images.Any(i => i is { IsThere: false, IsShared: false, Step.Base: not null }) ? new StoredImages(store).MissingOf(Graph.Container!) : [];

    /// <summary>Whether nothing is to be done.</summary>
    public bool IsDone => Plan.IsDone && Images.All(i => i.IsThere);

    /// <summary>The same plan without what another one has done before.</summary>
    public TargetPlan After(IReadOnlySet<RecipeKey> done) => this with { Plan = new([.. Plan.Steps.Where(s => !done.Contains(s.Package.Key))]) };
}
