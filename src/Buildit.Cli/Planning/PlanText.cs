using System.Globalization;
using System.Text;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Graphs;
using Buildit.Core.Planning;
using Buildit.Store.Fetching;

namespace Buildit.Cli.Planning;

/// <summary>A plan for people: a line for each step, then what it adds up to.</summary>
/// <param name="session">Has the workspace.</param>
/// <param name="isAsked">Whether binhosts were asked.</param>
internal sealed class PlanText(Session session, bool isAsked)
{
    private const int StepWidth = 9;

    /// <summary>The plan as lines.</summary>
    public string Print(TargetPlan plan)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"Plan for {plan.Graph.DisplayName} on {Platform.LinuxAmd64}\n");
        var width = plan.Plan.Steps.Select(s => s.Package.DisplayName.Length).DefaultIfEmpty(0).Max() + 2;
        foreach (var step in plan.Plan.Steps)
        {
            var (word, remark) = Describe(step);
            text.Append(("  " + word.PadRight(StepWidth) + step.Package.DisplayName.PadRight(width) + remark).TrimEnd()).Append('\n');
        }

        foreach (var below in plan.MissingBases(session.Store))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {"fetch",-StepWidth}the base image {below.Reference.Value}\n");
        }

        foreach (var test in plan.Tests)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {"test",-StepWidth}{string.Join(' ', test.Command)}\n");
        }

        foreach (var image in plan.Images)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {image.Word,-StepWidth}{session.Workspace.Display(image.Path)}\n");
        }

        return text.Append(Summary(plan)).ToString();
    }

    private (string Word, string Remark) Describe(PlanStep step) => step switch
    {
        PlanStep.Reuse => ("reuse", ""),
        PlanStep.Download => ("download", ""),
        PlanStep.CutOff => ("reuse", "its inputs give what was built before"),
        PlanStep.Import { IsFetched: true } import => ("import", $"fetch {ByteCount.Show(import.Pin.Size)}"),
        PlanStep.Import => ("import", "its .deb is in the store"),
        PlanStep.Make => ("make", "links and files"),
        PlanStep.Fetch fetch => ("fetch", $"{fetch.File.Name} from {FirstAddress(fetch.File)}"),
        PlanStep.Build { MayBeCutOff: true } => ("build", "unless its inputs will give what was built before"),
        PlanStep.Build => ("build", ""),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string FirstAddress(RemoteFile file) => session.Addresses.Of(file) is [var first, ..] ? Redaction.Of(first) : "no mirror";

    private string Summary(TargetPlan plan)
    {
        if (plan.IsDone)
        {
            return "Nothing to do: everything is there.\n";
        }

        var t = plan.Plan.Totals;
        var maybe = t.MayBeCutOff > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({t.MayBeCutOff} of them perhaps not, which is known when their dependencies are there)") : "";
        var text = string.Create(CultureInfo.InvariantCulture, $"To build: {t.Built}{maybe}; to import: {t.Imported};{(isAsked ? $" to download: {t.Downloaded};" : "")} in the store: {t.Reused + t.CutOff}.\n");
        var fetched = new[]
        {
            t.FetchedDebs > 0 ? string.Create(CultureInfo.InvariantCulture, $"{t.FetchedDebs} .deb{(t.FetchedDebs == 1 ? "" : "s")}, {ByteCount.Show(t.FetchedDebBytes)}") : null,
            t.FetchedFiles > 0 ? string.Create(CultureInfo.InvariantCulture, $"{t.FetchedFiles} {(t.FetchedFiles == 1 ? "source or patch" : "sources and patches")} of unknown size") : null,
            plan.MissingBases(session.Store).Count() is > 0 and var bases ? string.Create(CultureInfo.InvariantCulture, $"{bases} base image{(bases == 1 ? "" : "s")} of unknown size") : null,
        }.OfType<string>().ToArray();
        text += fetched.Length == 0 ? "Nothing is to be fetched.\n" : $"To fetch: {string.Join("; ", fetched)}.\n";
        return text + (!isAsked && UnaskedBinhosts.Sentence(session.Workspace) is { } unasked ? unasked + "\n" : "");
    }
}
