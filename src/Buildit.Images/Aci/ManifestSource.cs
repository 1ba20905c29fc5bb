using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;

namespace Buildit.Images.Aci;

/// <summary>Puts together what an image step says of its manifest, before it is judged: what <c>content</c> says, and what the step's other keys do.</summary>
internal static class ManifestSource
{
    private const string App = "app";

    /// <summary>The manifest, and the report that knows where each part of it is written; null if <c>content</c> is no JSON.</summary>
    internal static (JsonItem Manifest, ManifestReport Report)? Of(Container container, Step.Image step, long sourceDate, DiagnosticBag bag)
    {
        var report = new ManifestReport(step.Content, step.Span, bag);
        var written = step.Content is null ? GeneratedManifest.Head(container) : AciManifest.Parse(report);
        if (written is not { Kind: JsonKind.Object })
        {
            return written is null ? null : (written, report);
        }

        var placed = step.App is { } app ? Placed(app, report) : new(JsonKind.Object, 0);
        var generated = new GeneratedManifest(container, step, report.Offset(step.Span), bag);
        var merger = new ManifestMerger(report);
        if (generated.App(written.Member(App), placed) is { } settings)
        {
            written = merger.Merge(written, Of(App, merger.Merge(settings, placed)));
        }

        return (merger.Merge(written, Of("annotations", generated.Annotations(sourceDate))), report);
    }

    private static JsonItem Of(string name, JsonItem? value) => new(JsonKind.Object, 0) { Members = value is null ? [] : [new(name, value.Offset, value)] };

    private static JsonItem Placed(PlacedValue value, ManifestReport report)
    {
        var offset = report.Offset(value.Span);
        return value switch
        {
            PlacedValue.Text text => JsonItem.Text(text.Value, offset),
            PlacedValue.Number number => new(JsonKind.Number, offset) { Value = FormattableString.Invariant($"{number.Value}") },
            PlacedValue.Flag flag => new(JsonKind.Boolean, offset) { Value = flag.Value ? "true" : "false" },
            PlacedValue.List list => new(JsonKind.Array, offset) { Items = [.. list.Items.Select(i => Placed(i, report))] },
            PlacedValue.Map map => new(JsonKind.Object, offset) { Members = [.. map.Members.Select(m => (m.Key, Value: Placed(m.Value, report))).Select(m => new JsonMember(m.Key, m.Value.Offset, m.Value))] },
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}
