using System.Globalization;
using Buildit.Build.Verification;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Differences;
using Buildit.Core.Verification;

namespace Buildit.Cli.Verifying;

/// <summary>Prints what a run found out: lines for people, or one JSON document.</summary>
internal sealed class VerifyReport(Terminal terminal)
{
    private const int MostReportLines = 60;

    public void Print(VerifyResults results, bool isJson)
    {
        if (isJson)
        {
            terminal.Data(VerifyJson.Write(results));
            return;
        }

        results.Packages.ForEach(Print);
        results.Images.ForEach(Print);
        results.Comparisons.ForEach(Print);
    }

    private void Print(Verdict verdict)
    {
        var builds = verdict.Builds == 1 ? "made again once" : string.Create(CultureInfo.InvariantCulture, $"made again {verdict.Builds} times");
        terminal.Data($"{verdict.Package.DisplayName}: {Word(verdict.Outcome)} ({builds}{(verdict.Varied.IsEmpty ? "" : ", " + Variation.Names(verdict.Varied))})");
        foreach (var output in verdict.Differences)
        {
            Print(output, "expected", "got");
        }

        if (verdict.Failure is { } failure)
        {
            terminal.Data($"    {failure.Diagnostics[0].Message}");
            terminal.Print(failure.Diagnostics);
        }

        foreach (var cause in verdict.Causes)
        {
            Print(cause, verdict.Outcome);
        }

        Say(verdict.Remark);
        Say(verdict.Kept is null ? null : $"kept: {verdict.Kept}");
        foreach (var (output, report) in verdict.Reports)
        {
            PrintReport(output, report);
        }
    }

    private void Print(OutputDifference output, string expected, string actual)
    {
        terminal.Data($"    {output.Output}: {expected} {output.Expected?.ToString() ?? "nothing"}, {actual} {output.Actual?.ToString() ?? "nothing"}");
        foreach (var file in output.Files)
        {
            terminal.Data($"        /{file.Path.Path}: {Changes(file.Path)}");
            foreach (var content in file.Contents)
            {
                Print(content);
            }
        }
    }

    private void Print(ContentDifference content)
    {
        var within = content.Within.IsEmpty ? "" : $" of {string.Join(" in ", content.Within.Reverse())}";
        var sections = content.Sections.IsEmpty ? "" : $", in section{(content.Sections.Length == 1 ? "" : "s")} {string.Join(", ", content.Sections)}";
        terminal.Data(content.Note is { } note ? $"            {note}{within}" : string.Create(CultureInfo.InvariantCulture, $"            first at byte {content.Offset}{within}{sections}"));
        foreach (var line in content.Diff)
        {
            terminal.Data($"                {line}");
        }

        if (content is { Diff.IsEmpty: true, Snippet: { } snippet, Note: null })
        {
            terminal.Data($"                -{snippet.Expected}");
            terminal.Data($"                +{snippet.Actual}");
        }
    }

    private void Print(FoundCause cause, Outcome outcome)
    {
        if (outcome == Outcome.FailsVaried)
        {
            foreach (var variation in cause.Blamed)
            {
                terminal.Data($"    to blame: '{variation.Name}': {variation.Text}");
            }

            return;
        }

        var how = cause.Blamed switch
        {
            [] => "as the bytes look",
            [var one] => $"found by varying '{one.Name}' alone{(one.IsFixed ? "; the sandbox fixes it, so builds of buildit agree all the same" : "")}",
            var group => $"only together: {string.Join(", ", group.Select(v => v.Name))}",
        };
        terminal.Data($"    likely cause: {cause.Kind.Word()}: {cause.Kind.Text()} ({how})");
        terminal.Data($"        {cause.Kind.Cure()}");
    }

    private void PrintReport(string output, string report)
    {
        var lines = report.TrimEnd().Split('\n');
        terminal.Data($"    diffoscope of {output}:");
        foreach (var line in lines.Take(MostReportLines))
        {
            terminal.Data($"        {line}");
        }

        Say(lines.Length <= MostReportLines ? null : string.Create(CultureInfo.InvariantCulture, $"    ... {lines.Length - MostReportLines} more lines; --json has them"));
    }

    private void Print(ImageVerdict image)
    {
        terminal.Data(image.IsIdentical ? $"{image.Name}: identical (composed again, {image.Actual})" : $"{image.Name}: differs (expected {image.Expected}, got {image.Actual})");
        foreach (var place in image.Places)
        {
            Print(place);
        }
    }

    private void Print(Comparison comparison)
    {
        terminal.Data($"{comparison.Package.DisplayName}: {Word(comparison.Agreement)}");
        foreach (var answer in comparison.Answers)
        {
            terminal.Data($"    {answer.Origin}: {Word(answer)}");
            foreach (var output in answer.Differences)
            {
                Print(output, "first", "here");
            }
        }
    }

    private void Say(string? text)
    {
        if (text is not null)
        {
            terminal.Data($"    {text}");
        }
    }

    // The digests of the contents say nothing to people.
    private static string Changes(FileChange path) => path.Aspects.IsEmpty
        ? string.Join(", ", path.Words)
        : string.Join(", ", path.Aspects.Select(a => a.Name == "content" ? a.Name : $"{a.Name} {a.Old} -> {a.New}"));

    /// <summary>The word of an outcome, also in JSON.</summary>
    public static string Word(Outcome outcome) => outcome switch
    {
        Outcome.Identical => "identical",
        Outcome.Differs => "differs",
        Outcome.FailsVaried => "fails when varied",
        _ => "fails",
    };

    /// <summary>The word of an agreement, also in JSON.</summary>
    public static string Word(Agreement agreement) => agreement.ToString().ToLowerInvariant();

    private static string Word(OriginAnswer answer) => answer.Agreement == Agreement.Inconclusive ? answer.Trouble ?? "no record" : Word(answer.Agreement);
}
