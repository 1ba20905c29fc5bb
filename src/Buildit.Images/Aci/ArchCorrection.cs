using System.Collections.Immutable;

namespace Buildit.Images.Aci;

/// <summary>Puts the specification's word for the architecture where another common one stands: <c>arm64</c> becomes <c>aarch64</c>.</summary>
internal static class ArchCorrection
{
    internal static JsonItem Apply(JsonItem manifest, ManifestReport report)
    {
        if (manifest.Member("labels") is not { Kind: JsonKind.Array } labels || ManifestRules.Value(labels.Items, "os") is not { } os
            || ManifestRules.Value(labels.Items, "arch") is not { } arch || AciArch.Translate(os.Value, arch.Value) is not { } legal || legal == arch.Value)
        {
            return manifest;
        }

        report.Warning(arch.Offset, $"an ACI calls the architecture '{arch.Value}' '{legal}': that is used");
        return With(manifest, "labels", labels with { Items = [.. labels.Items.Select(l => IsArch(l) ? With(l, "value", arch with { Value = legal }) : l)] });
    }

    private static bool IsArch(JsonItem label) => label.Member("name")?.Value == "arch";

    private static JsonItem With(JsonItem item, string name, JsonItem value) =>
        item with { Members = [.. item.Members.Select(m => m.Name == name ? m with { Value = value } : m)] };
}
