using System.Collections.Immutable;
using Buildit.Core.Recipes;

namespace Buildit.Core.Graphs;

/// <summary>A source or patch that a build gets from elsewhere.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Digest">Empty if nothing says it yet.</param>
/// <param name="Addresses">As the recipe writes them, in the order in which they are tried.</param>
/// <param name="HasMirrors">Whether any mirror of sources may have it by its name.</param>
public sealed record RemoteFile(string Name, Digest Digest, ImmutableArray<string> Addresses, bool HasMirrors)
{
    /// <summary>A source by its address.</summary>
    public static RemoteFile Of(ResolvedSource source, Source.Remote remote) => new(source.FileName, source.Digest, [remote.Url, .. remote.Mirrors], HasMirrors: true);

    /// <summary>A patch by its address.</summary>
    public static RemoteFile Of(ResolvedPatch patch) => new(patch.FileName, patch.Digest, [patch.Origin.Location], HasMirrors: false);

    /// <summary>All that a recipe's build gets from elsewhere: sources, then patches.</summary>
    public static ImmutableArray<RemoteFile> AllOf(ResolvedRecipe recipe) => [.. recipe.Sources.Select(Of).OfType<RemoteFile>(), .. recipe.Patches.Where(p => p.Origin.IsRemote).Select(Of)];

    private static RemoteFile? Of(ResolvedSource source) => source.Origin switch
    {
        Source.Remote remote => Of(source, remote),
        Source.Git git => new(source.FileName, source.Digest, [$"git+{git.Origin.Url}@{source.Commit}"], HasMirrors: false),
        _ => null,
    };
}
