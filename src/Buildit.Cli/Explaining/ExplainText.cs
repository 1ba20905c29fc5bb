using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Buildit.Cli.Consoles;
using Buildit.Cli.Planning;
using Buildit.Core.Explanations;
using Buildit.Core.Planning;

namespace Buildit.Cli.Explaining;

/// <summary>An explanation for people: root causes first, what merely follows counted and collapsed, what is reused in one line.</summary>
/// <param name="session">Has the workspace.</param>
/// <param name="isAsked">Whether binhosts were asked.</param>
internal sealed class ExplainText(Session session, bool isAsked)
{
    private const int WordWidth = 8;
    private const int NamesWidth = 90;
    private const int MostDiffLines = 20;

    private readonly StringBuilder _text = new();

    /// <summary>The explanation as lines, the last one ended, too.</summary>
    public string Print(TargetExplanation explanation)
    {
        if (explanation.Plan.IsDone)
        {
            return $"{explanation.Plan.Graph.DisplayName}: everything is there ({Reused(explanation)}{Images(explanation)}).\n";
        }

        _text.Append(explanation.Plan.Graph.DisplayName).Append("\n\n");
        foreach (var group in explanation.Packages.Where(p => p.Why.Own.Any()).GroupBy(p => (Word(p.Step), string.Join('\n', p.Why.Own.Select(Line)))))
        {
            Entry(group.Key.Item1, Names(group), "");
            Causes(group.First().Why.Own);
        }

        foreach (var group in explanation.Packages.Where(p => p.Why.Follows).GroupBy(p => (Word(p.Step), p.MayBeCutOff, Roots(p))))
        {
            Followers(explanation, [.. group]);
        }

        foreach (var group in explanation.Packages.Where(p => p.Why.IsFirst || p.Why.IsLost).GroupBy(p => (Word(p.Step), p.Why.IsFirst)))
        {
            Entry(group.Key.Item1, Names(group), group.Key.IsFirst ? "for the first time in this store" : "what was made before is not in the store, or not all of it");
        }

        ImageEntries(explanation);
        if (Reused(explanation) is { Length: > 0 } reused)
        {
            Entry("reuse", reused, "");
        }

        if (explanation.Plan.Plan.Totals.Downloaded is > 0 and var downloaded)
        {
            Entry("download", Count(downloaded, "package", "packages") + " from binhosts", "");
        }

        Fetches(explanation.Plan.Plan.Totals);
        if (!isAsked && !explanation.Plan.Plan.IsKnown && UnaskedBinhosts.Sentence(session.Workspace) is { } unasked)
        {
            _text.Append(unasked).Append('\n');
        }

        return _text.ToString();
    }

    private static string Word(PlanStep step) => step switch
    {
        PlanStep.Import => "import",
        PlanStep.Make => "make",
        PlanStep.CutOff => "cut off",
        _ => "build",
    };

    private void Entry(string word, string what, string remark)
    {
        _text.Append(word.PadRight(Math.Max(WordWidth, word.Length + 1))).Append(what).Append('\n');
        Remark(remark);
    }

    private void Remark(string remark)
    {
        if (remark.Length > 0)
        {
            _text.Append(' ', WordWidth + 2).Append(remark).Append('\n');
        }
    }

    /// <summary>As many names as fit on a line, and how many there are.</summary>
    private static string Names(IEnumerable<PackageReason> packages)
    {
        var names = packages.Select(p => p.Step.Package.DisplayName).Order(StringComparer.Ordinal).ToArray();
        var (shown, width) = (0, 0);
        while (shown < names.Length && (shown == 0 || width + names[shown].Length <= NamesWidth))
        {
            width += names[shown++].Length + 2;
        }

        var list = string.Join(", ", names.Take(shown)) + (shown < names.Length ? string.Create(CultureInfo.InvariantCulture, $" and {names.Length - shown} more") : "");
        return names.Length == 1 ? list : string.Create(CultureInfo.InvariantCulture, $"{names.Length} packages: {list}");
    }

    private void Causes(IEnumerable<Cause> causes)
    {
        foreach (var cause in causes)
        {
            Remark(Line(cause));
            foreach (var detail in cause.Details)
            {
                Remark("  " + detail);
            }

            foreach (var line in cause.Diff.Take(MostDiffLines))
            {
                Remark("  " + Visible(line));
            }

            if (cause.Diff.Length > MostDiffLines)
            {
                Remark(string.Create(CultureInfo.InvariantCulture, $"  ... {cause.Diff.Length - MostDiffLines} more lines"));
            }
        }
    }

    /// <summary>A cause with its place.</summary>
    public static string Line(Cause cause) => WithPlace(cause.Sentence, cause);

    /// <summary>A cause with its package and place.</summary>
    public static string LineOfPackage(Cause cause) => WithPlace(cause.SentenceOfPackage, cause);

    private static string WithPlace(string sentence, Cause cause) => cause.Place is { } place ? $"{sentence} ({place})" : sentence;

    // Blanks at the end of a line are what nobody sees, and often all that changed.
    private static string Visible(string line)
    {
        var text = Core.Diagnostics.VisibleText.Of(line);
        var end = text.TrimEnd(' ').Length;
        return end == text.Length || end == 0 ? text : text[..end] + new string('\u00B7', text.Length - end);
    }

    private static string Roots(PackageReason package) => string.Join(", ", package.Why.Causes.Select(c => c.Package).Distinct().Order(StringComparer.Ordinal));

    private void Followers(TargetExplanation explanation, ImmutableArray<PackageReason> followers)
    {
        var first = followers[0];
        var ending = first.MayBeCutOff ? "; may be cut off, if that gives what it gave before" : "";
        Entry(first.MayBeCutOff ? "follow" : Word(first.Step), Names(followers), $"because of {Roots(first)}{ending}");
        // What is done with the roots was told above, unless that was done before.
        var told = explanation.Packages.Where(p => p.Why.Own.Any()).Select(p => p.Step.Package.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var cause in first.Why.Causes.Where(c => !told.Contains(c.Package)))
        {
            Remark("  " + LineOfPackage(cause));
        }
    }

    private void ImageEntries(TargetExplanation explanation)
    {
        foreach (var reason in explanation.Images)
        {
            Entry(reason.Image switch { { IsThere: true } => "keep", { IsShared: true } => "download", _ => "image" }, session.Workspace.Display(reason.Image.Path), reason switch
            {
                { Image.IsThere: true } or { Image.IsShared: true } or { Causes.IsEmpty: false } => "",
                { IsFirst: true } => "for the first time in this store",
                { Image.Preimage: null } => "composed again, unless all packages come out as they were",
                _ => "it is not there any more, or not what was written",
            });
            Causes(reason.Causes);
        }
    }

    private static string Count(int count, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");

    private static string Reused(TargetExplanation explanation) =>
        explanation.Plan.Plan.Totals.Reused is > 0 and var reused ? Count(reused, "package", "packages") + " in the store" : "";

    private static string Images(TargetExplanation explanation) =>
        explanation.Images.Length is > 0 and var images ? ", " + Count(images, "image", "images") : "";

    private void Fetches(PlanTotals totals)
    {
        var fetched = new[]
        {
            totals.FetchedDebs > 0 ? $"{Count(totals.FetchedDebs, ".deb", ".debs")}, {ByteCount.Show(totals.FetchedDebBytes)}" : null,
            totals.FetchedFiles > 0 ? Count(totals.FetchedFiles, "source or patch", "sources and patches") : null,
        }.OfType<string>().ToArray();
        if (fetched.Length > 0)
        {
            Entry("fetch", string.Join("; ", fetched), "");
        }
    }
}
