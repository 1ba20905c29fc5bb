using Buildit.Cli.Graphs;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;

namespace Buildit.Cli.Why;

/// <summary>What to say when a pattern matches nothing.</summary>
internal static class NoMatch
{
    private const int Shown = 3;

    /// <summary>The failure, with what is near.</summary>
    public static BuilditException Of(RuntimeView view, string pattern) =>
        new(ExitCode.Failed, $"nothing in '{view.Target.DisplayName}' matches '{pattern}'", StandIn(view, pattern) ?? Excluded(view, pattern) ?? Similar(view, pattern) ?? $"'buildit graph {view.Target.Target.Written} --runtime' shows its packages");

    private static string? StandIn(RuntimeView view, string pattern) => view.Closure.Packages
        .SelectMany(p => p.Package.Replaces.Where(r => r == pattern || TreePath.Name(r) == pattern).Select(r => $"'{p.Package.DisplayName}' stands for '{r}' there"))
        .FirstOrDefault();

    private static string? Excluded(RuntimeView view, string pattern) => view.Target.Container?.Excluded
        .Where(e => e.Key == pattern || TreePath.Name(e.Key) == pattern).Select(e => $"the container excludes '{e.Key}' at {e.Value}").FirstOrDefault();

    // A name with a category is hardly a file's.
    private static string? Similar(RuntimeView view, string pattern) =>
        pattern.IndexOf('/', StringComparison.Ordinal) > 0 ? Near(view, pattern) ?? SameName(view, pattern) : SameName(view, pattern) ?? Near(view, pattern);

    private static string? SameName(RuntimeView view, string pattern)
    {
        var name = TreePath.Name(pattern);
        var found = view.Root.Entries.Select(e => e.Entry.Path).Where(p => TreePath.Name(p) == name).Select(p => $"'/{p}'").ToArray();
        return found.Length == 0 ? null : $"there is {string.Join(", ", found.Take(Shown))}{(found.Length > Shown ? FormattableString.Invariant($" and {found.Length - Shown} more of that name") : "")}";
    }

    private static string? Near(RuntimeView view, string pattern)
    {
        var packages = view.Closure.Packages.Select(p => p.Package.Name).ToArray();
        return pattern.StartsWith('/')
            ? Suggestion.Hint(pattern, view.Root.Entries.Select(e => "/" + e.Entry.Path))
            : Suggestion.Hint(pattern, [.. packages, .. packages.Select(TreePath.Name), .. view.Links.Libraries.Select(l => l.Soname)]);
    }
}
