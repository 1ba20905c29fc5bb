using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Buildit.Cli.Graphs;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Trees;
using Buildit.Images.Composition;

namespace Buildit.Cli.Why;

/// <summary>Looks for a path, a soname or a package in what a target consists of at run time.</summary>
internal sealed class WhyFinder
{
    private readonly RuntimeView _view;
    private readonly Dictionary<string, Realised> _packages;
    private readonly Dictionary<string, SourceSpan> _steps;

    public WhyFinder(RuntimeView view)
    {
        _view = view;
        _packages = view.Closure.Packages.ToDictionary(p => p.Package.Name, StringComparer.Ordinal);
        // The container's files are folded into /usr as the packages' are.
        _steps = view.Files.Entries.ToDictionary(e => e.Entry.Path, e => e.Span, StringComparer.Ordinal);
    }

    /// <summary>What starts with a slash is a path; with a slash inside it may be a package or a path; without any, a soname or the last part of a package's name.</summary>
    public ImmutableArray<WhyMatch> Find(string pattern)
    {
        var glob = PathGlob.Compile(pattern.Length > 1 ? pattern.TrimEnd('/') : pattern);
        return pattern switch
        {
            ['/', ..] => [.. Paths(pattern, glob)],
            _ when pattern.Contains('/', StringComparison.Ordinal) => [.. Packages(glob, p => [p.Name, p.DisplayName]), .. Paths("/" + pattern, PathGlob.Compile("/" + pattern.TrimEnd('/')))],
            _ => [.. Sonames(glob), .. Packages(glob, p => [TreePath.Name(p.Name), TreePath.Name(p.DisplayName)])],
        };
    }

    private IEnumerable<WhyMatch> Paths(string pattern, Regex glob)
    {
        var matched = _view.Root.Entries.Where(e => glob.IsMatch("/" + e.Entry.Path)).ToArray();
        if (matched.Length == 0 && pattern.AsSpan().IndexOfAny("*?") < 0 && _view.Root.Resolve(pattern) is { } found)
        {
            matched = [found];
        }

        // A directory stands for what is in it, unless there is nothing.
        var files = matched.Where(e => e.Entry.Kind != EntryKind.Directory).ToArray();
        return (files.Length > 0 ? files : matched)
            .GroupBy(e => (e.Part?.Package, Step: StepOf(e)))
            .Select(g => Match(MatchKind.Path, [.. g.Select(e => "/" + e.Entry.Path)], g.Key.Package) with { Step = g.Key.Step });
    }

    private IEnumerable<WhyMatch> Sonames(Regex glob) => _view.Links.Libraries.Where(l => glob.IsMatch(l.Soname) || glob.IsMatch(TreePath.Name(l.File.Entry.Path))).Select(library =>
    {
        var path = "/" + library.File.Entry.Path;
        return Match(MatchKind.Soname, [library.Soname], library.File.Part?.Package) with
        {
            Path = path,
            Step = StepOf(library.File),
            LoadedBy = [.. _view.Links.Links.Where(l => l.Kind is ReasonKind.Library or ReasonKind.Dlopen && l.Provider == path)],
        };
    });

    private IEnumerable<WhyMatch> Packages(Regex glob, Func<Package, string[]> names) => _view.Closure.Packages
        .Where(p => names(p.Package).Any(glob.IsMatch))
        .Select(p => Match(MatchKind.Package, [p.Package.Name], p.Package.Name) with { NeededBy = [.. _view.Graph.Edges.Where(e => e.To == p.Package.Name)] });

    private WhyMatch Match(MatchKind kind, ImmutableArray<string> names, string? package) =>
        new(kind, names, package is null ? null : _packages[package], package is null ? [] : _view.Graph.ChainTo(package));

    private SourceSpan? StepOf(RootEntry entry) => entry.Part is not null
        ? null
        : _steps.TryGetValue(entry.Entry.Path, out var span) || (entry.Entry.Path.StartsWith("usr/", StringComparison.Ordinal) && _steps.TryGetValue(entry.Entry.Path["usr/".Length..], out span)) ? span : null;
}
