using Buildit.Cli.Building;
using Buildit.Cli.Planning;
using Buildit.Cli.Testing;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Explanations;
using Buildit.Core.Keys;
using Buildit.Core.Planning;

namespace Buildit.Cli.Explaining;

/// <summary>Explains a plan by what the store remembers.</summary>
internal sealed class TargetExplainer(Session session)
{
    /// <summary>Why each step of the plan is taken.</summary>
    public TargetExplanation Make(TargetPlan plan) => new(
        plan,
        [.. plan.Plan.Steps.Where(s => s is not (PlanStep.Reuse or PlanStep.Download or PlanStep.Fetch)).Select(s => new PackageReason(s, session.Explainer.Explain(s.Package)))],
        [.. plan.Images.Select(image => Of(image, plan))]);

    private ImageReason Of(PlannedImage image, TargetPlan plan)
    {
        var container = plan.Graph.Container!;
        if (image.IsThere || image.IsShared || new ImageHistory(session.Store).Last(container, image.Step) is not { } last)
        {
            return new(image, image is { IsThere: false, IsShared: false }, []);
        }

        var causes = new ImageCauses(container, path => PlaceOf(path, plan)).Between(last, Preimage.Parse(image.Preimage ?? WithoutPackages(image, plan)));
        return new(image, false, image.Preimage is null ? causes.RemoveAll(c => c.Kind is "part" or "date" or "sbom") : causes);
    }

    /// <summary>What is known of an image before its packages are there.</summary>
    private string WithoutPackages(PlannedImage image, TargetPlan plan) =>
        new Composition(plan.Graph.Container!, plan.Files, []) { Tests = TestSuite.Of(plan.Graph.Container!, session.Workspace.Display, new()) }.KeyOf(image.Step, session.Compressor(image.Step.Compression)?.Identity).Preimage;

    private static SourceSpan? PlaceOf(string path, TargetPlan plan) => plan.Files.Entries.FirstOrDefault(e => e.Entry.Path == path)?.Span;
}
