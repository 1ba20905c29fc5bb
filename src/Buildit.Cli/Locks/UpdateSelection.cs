using System.Collections.Immutable;
using Buildit.Cli.Targets;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Git;
using Buildit.Core.Locks;
using Buildit.Core.Recipes;
using Buildit.Store.Fetching;

namespace Buildit.Cli.Locks;

/// <summary>What of all that is locked is to be looked up again.</summary>
/// <param name="IsAll">Everything.</param>
/// <param name="Lookups">These lookups, in whatever lock they are.</param>
/// <param name="Packages">These packages of the distribution, without category.</param>
/// <param name="Targets">Everything in the locks of these targets.</param>
internal sealed record UpdateSelection(bool IsAll, ImmutableHashSet<Lookup> Lookups, ImmutableArray<string> Packages, ImmutableArray<Target> Targets)
{
    private const string Debian = PackageAtom.Debian + "/";

    /// <summary>Whether a lookup is meant by itself.</summary>
    public bool Covers(Lookup lookup) => IsAll || Lookups.Contains(lookup);

    /// <summary>Whether all of a target's lock is meant.</summary>
    public bool Covers(Target target) => IsAll || Targets.Any(t => t.Path == target.Path);

    /// <summary>
    /// Finds out what names mean: <c>debian/NAME</c>, the address of something that is locked or the last part of it, or a target. No names mean everything.
    /// Throws if one means nothing.
    /// </summary>
    /// <param name="names">As on the command line.</param>
    /// <param name="locked">Everything that is locked or declared.</param>
    /// <param name="packages">Names of the locked distribution packages.</param>
    /// <param name="target">A target of this name, or null.</param>
    public static UpdateSelection Of(IReadOnlyCollection<string> names, IReadOnlyCollection<Lookup> locked, IReadOnlyCollection<string> packages, Func<string, Target?> target)
    {
        var selection = new UpdateSelection(names.Count == 0, [], [], []);
        foreach (var name in names)
        {
            var lookups = locked.Where(l => NamesOf(l).Contains(name)).ToArray();
            selection = lookups.Length > 0 ? selection with { Lookups = selection.Lookups.Union(lookups) }
                : name.StartsWith(Debian, StringComparison.Ordinal) && packages.Contains(name[Debian.Length..]) ? selection with { Packages = selection.Packages.Add(name[Debian.Length..]) }
                : target(name) is { } found ? selection with { Targets = selection.Targets.Add(found) }
                : throw Unknown(name, [.. locked.SelectMany(NamesOf), .. packages.Select(p => Debian + p)]);
        }

        return selection;
    }

    private static string[] NamesOf(Lookup lookup) => [lookup.Url, Redaction.Of(lookup.Url), GitAddress.Name(lookup.Url)];

    private static BuilditException Unknown(string name, IEnumerable<string> known) => new(
        ExitCode.Unresolvable, $"'{name}' names nothing that is locked", Suggestion.Hint(name, known) ?? "name a target, the address of a patch or git repository or the last part of it, or debian/NAME");
}
