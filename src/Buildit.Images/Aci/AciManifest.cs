using System.Text.Json;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;

namespace Buildit.Images.Aci;

/// <summary>Checks image manifests that people write.</summary>
public static class AciManifest
{
    /// <summary>
    /// All mistakes go to <paramref name="bag"/>, each at its place in the file. Names that can be made legal are, with a warning.
    /// Gives the manifest's bytes as they go into the image, or null if there is an error.
    /// </summary>
    public static byte[]? Check(BlockText content, DiagnosticBag bag)
    {
        var report = new ManifestReport(content, content.Span, bag);
        return Parse(report) is { } written ? Judge(written, report) : null;
    }

    /// <summary>
    /// The manifest of an image step: what <c>content</c> says and what the step's other keys do; without <c>content</c>, also name, version and author of the
    /// container. Gives its bytes, or null if there is an error; the bag then has the reasons.
    /// </summary>
    /// <param name="container">The container.</param>
    /// <param name="step">The image step.</param>
    /// <param name="sourceDate">The image's date, in seconds since 1970.</param>
    /// <param name="bag">Gets mistakes, each at its place, and warnings.</param>
    public static byte[]? Make(Container container, Step.Image step, long sourceDate, DiagnosticBag bag)
    {
        if (ManifestSource.Of(container, step, sourceDate, bag) is not var (manifest, report))
        {
            return null;
        }

        foreach (var (member, why) in step.Split ? SetBySplit : [])
        {
            if (manifest.Members.FirstOrDefault(m => m.Name == member) is { } written)
            {
                report.Error(written.Offset, $"'{member}' cannot be written for an image with 'split: true': {why}", $"leave '{member}' out, or 'split'");
            }
        }

        return Judge(manifest, report);
    }

    /// <summary>The name in a manifest that was judged.</summary>
    internal static string NameIn(ReadOnlySpan<byte> manifest) => JsonItem.Parse(manifest).Member("name")!.Value;

    /// <summary>A manifest that was judged and names no dependencies, with these.</summary>
    internal static byte[] With(ReadOnlySpan<byte> manifest, IEnumerable<AciDependency> dependencies)
    {
        var alone = JsonItem.Parse(manifest);
        return (alone with { Members = alone.Members.Add(GeneratedManifest.Dependencies(dependencies)) }).ToBytes();
    }

    private static (string Member, string Why)[] SetBySplit =>
    [
        ("dependencies", "it depends on the images of its packages, in their order"),
        ("pathWhitelist", "what a list leaves of the images below it is not the same everywhere"),
    ];

    private static byte[]? Judge(JsonItem written, ManifestReport report)
    {
        RefuseDuplicates(written, report);
        var manifest = ManifestRules.Manifest(ArchCorrection.Apply(written, report), report);
        return report.HasErrors ? null : manifest.ToBytes();
    }

    /// <summary>The JSON of the report's text; null and a diagnostic if it is none.</summary>
    internal static JsonItem? Parse(ManifestReport report)
    {
        try
        {
            return JsonItem.Parse(report.Utf8);
        }
        catch (JsonException e)
        {
            var message = e.Message.Split(" LineNumber:")[0].Split(" which is not supported in this mode")[0].TrimEnd('.');
            report.Error(report.Offset(e.LineNumber ?? 0, e.BytePositionInLine ?? 0), $"not JSON: {message}", "the image manifest is a JSON object");
        }
        catch (InvalidOperationException)
        {
            report.Error(0, "not JSON: a text in it is not valid Unicode");
        }

        return null;
    }

    /// <summary>Readers disagree about which of two members of one name counts.</summary>
    private static void RefuseDuplicates(JsonItem item, ManifestReport report)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in item.Members)
        {
            if (!seen.Add(member.Name))
            {
                report.Error(member.Offset, $"'{member.Name}' is there twice");
            }

            RefuseDuplicates(member.Value, report);
        }

        foreach (var child in item.Items)
        {
            RefuseDuplicates(child, report);
        }
    }
}
