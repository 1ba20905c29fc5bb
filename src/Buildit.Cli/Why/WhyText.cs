using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Buildit.Core.Graphs;

namespace Buildit.Cli.Why;

/// <summary>An answer for people: what it is and where it comes from, then the chain, one step a line.</summary>
internal sealed class WhyText(RuntimeGraph graph)
{
    private const int ShownPaths = 10;
    private const int ShownFiles = 3;
    private readonly Dictionary<string, string> _names = graph.Packages.ToDictionary(p => p.Package.Name, p => p.Package.DisplayName, StringComparer.Ordinal);

    /// <summary>The answer as lines.</summary>
    public string Print(IEnumerable<WhyMatch> matches) => string.Join('\n', matches.Select(Print));

    private string Print(WhyMatch match)
    {
        var text = new StringBuilder(Head(match));
        if (match.Step is { } step)
        {
            text.Append(CultureInfo.InvariantCulture, $"    the step at {step} puts {(match.Names.Length == 1 ? "it" : "them")} there\n");
        }

        foreach (var edge in match.Chain)
        {
            text.Append("    ").Append(Line(edge)).Append('\n');
        }

        if (!match.LoadedBy.IsEmpty)
        {
            text.Append("    loaded by ").Append(Loaders(match)).Append('\n');
        }

        foreach (var edge in match.NeededBy.Where(e => !match.Chain.Contains(e)))
        {
            text.Append("    also: ").Append(Line(edge)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Who loads a library, package by package; the library's own comes last.</summary>
    private string Loaders(WhyMatch match) => string.Join(", ", match.LoadedBy
        .GroupBy(l => l.Owner ?? RuntimeGraph.Container)
        .OrderBy(g => g.Key == match.Package?.Package.Name).ThenBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => $"{Name(g.Key)} ({Some(g.Select(l => l.Kind == ReasonKind.Dlopen ? "dlopen" : l.File), ShownFiles)})"));

    private static string Head(WhyMatch match)
    {
        var from = match switch
        {
            { Package: { } package } => package.Package.DisplayName,
            { Step: not null } => "the container itself",
            _ => "no package: every image has it",
        };
        return match.Kind switch
        {
            MatchKind.Package => $"{match.Package!.Package.DisplayName}\n",
            MatchKind.Soname => $"{match.Names[0]}: {match.Path} of {from}\n",
            _ when match.Names is [var only] => $"{only} comes from {from}\n",
            _ => string.Concat(match.Names.Take(ShownPaths).Select(n => n + "\n")) + More(match.Names.Length - ShownPaths, " more\n") + $"come from {from}\n",
        };
    }

    private string Line(RuntimeEdge edge)
    {
        var asked = edge.Reasons.FirstOrDefault(r => r.Kind == ReasonKind.Asked);
        var others = string.Join("; ", edge.Reasons.Where(r => r != asked).Select(Reason));
        var asks = asked is null ? "" : $"{(asked.Files.IsEmpty ? "the target" : string.Join(", ", asked.Files))} asks for {Name(edge.To)}";
        return asked is null ? $"{Name(edge.From)} needs {Name(edge.To)}: {others}" : asks + (others.Length > 0 ? $"; files of the container need it: {others}" : "");
    }

    private static string Reason(NeedReason reason) => reason.Files.IsEmpty ? reason.Words : $"{reason.Words} ({Some(reason.Files, ShownFiles)})";

    private string Name(string package) => package == RuntimeGraph.Container ? "the container itself" : _names.GetValueOrDefault(package, package);

    private static string Some(IEnumerable<string> names, int most)
    {
        string[] all = [.. names];
        return string.Join(", ", all.Take(most)) + More(all.Length - most, " more");
    }

    private static string More(int count, string words) => count > 0 ? string.Create(CultureInfo.InvariantCulture, $" and {count}{words}") : "";
}
