using System.Collections.Immutable;
using Buildit.Core.Debian;
using Buildit.Core.Graphs;
using Buildit.Core.Planning;
using Buildit.Core.Recipes;
using Buildit.Store.Fetching;

namespace Buildit.Build.Engine;

/// <summary>Where files come from, in the order in which the addresses are tried.</summary>
/// <param name="mirrors">Base addresses of the distribution's mirrors, for .debs and <c>debian:</c> addresses.</param>
/// <param name="sourceMirrors">Base addresses that may have any source by its file name.</param>
public sealed class FileAddresses(Lazy<MirrorList> mirrors, ImmutableArray<string> sourceMirrors)
{
    /// <summary>A .deb.</summary>
    public ImmutableArray<string> Of(LockedPackage pin) => mirrors.Value.ForPath(pin.Path);

    /// <summary>A remote source: its own address first, as it is written (<c>file:</c> may be relative to the recipe's directory).</summary>
    public ImmutableArray<string> Of(ResolvedSource source, Source.Remote remote) =>
        mirrors.Value.ExpandAll([remote.Url, .. remote.Mirrors, .. sourceMirrors.Select(m => m + "/" + source.FileName)]);

    /// <summary>A remote patch.</summary>
    public static ImmutableArray<string> Of(ResolvedPatch patch) => [patch.Origin.Location];

    /// <summary>A source or patch of a plan.</summary>
    public ImmutableArray<string> Of(PlannedFile file) => file switch
    {
        { Source: { Origin: Source.Remote remote } source } => Of(source, remote),
        { Source: { Origin: Source.Git git, Commit: var commit } } => [$"git+{git.Origin.Url}@{commit}"],
        { Patch: { } patch } => Of(patch),
        _ => [],
    };
}
