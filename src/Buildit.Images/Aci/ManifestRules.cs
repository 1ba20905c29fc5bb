using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Buildit.Core.Diagnostics;

namespace Buildit.Images.Aci;

/// <summary>
/// The image manifest of the App Container specification 0.8.11, at least as strict as its reference implementation (<c>actool validate</c>).
/// </summary>
internal static partial class ManifestRules
{
    private static readonly string[] EventNames = ["pre-start", "post-stop"];

    private static readonly Rule Exec = Rules.ListOf(Rules.Text);

    private static readonly Rule Labels = Rules.ListOf(
        Rules.ObjectOf([new("name", Rules.Identifier, IsRequired: true), new("value", Rules.Text)]),
        CheckLabels);

    private static readonly Rule Annotations = Rules.ListOf(
        Rules.ObjectOf([new("name", Rules.Identifier, IsRequired: true), new("value", Rules.Text)], CheckAnnotation),
        (items, report) => Rules.Unique(items, "annotations", report));

    private static readonly Rule EventHandlers = Rules.ListOf(
        Rules.ObjectOf([new("name", Rules.Where(i => EventNames.Contains(i.Value), "expected \"pre-start\" or \"post-stop\""), IsRequired: true), new("exec", Exec)]),
        (items, report) => Rules.Unique(items, "event handlers", report));

    private static readonly Rule Environment = Rules.ListOf(
        Rules.ObjectOf(
        [
            new("name", Rules.Matching(EnvironmentName(), "the name of a variable: letters, digits, '_', '.' and '-', with a letter or '_' first"), IsRequired: true),
            new("value", Rules.Text),
        ]),
        (items, report) => Rules.Unique(items, "variables", report));

    private static readonly Rule MountPoints = Rules.ListOf(
        Rules.ObjectOf(
        [
            new("name", Rules.Name, IsRequired: true),
            new("path", Rules.Where(i => i.Value.StartsWith('/'), "expected an absolute path"), IsRequired: true),
            new("readOnly", Rules.Boolean),
        ]),
        (items, report) => Rules.Unique(items, "mount points", report));

    private static readonly Rule Ports = Rules.ListOf(
        Rules.ObjectOf(
        [
            new("name", Rules.Name, IsRequired: true),
            new("protocol", Rules.Text),
            new("port", Rules.Integer(1, 65535), IsRequired: true),
            new("count", Rules.Integer(0, 65535)),
            new("socketActivated", Rules.Boolean),
        ],
        CheckPortRange),
        (items, report) => Rules.Unique(items, "ports", report));

    private static readonly Rule App = Rules.ObjectOf(
    [
        new("exec", Exec),
        new("eventHandlers", EventHandlers),
        new("user", Rules.Where(i => i.Value.Length > 0, "a user is needed", "\"0\" is root"), IsRequired: true),
        new("group", Rules.Where(i => i.Value.Length > 0, "a group is needed", "\"0\" is root's"), IsRequired: true),
        new("supplementaryGIDs", Rules.ListOf(Rules.Integer(0, int.MaxValue))),
        new("workingDirectory", Rules.Where(i => i.Value.Length == 0 || i.Value.StartsWith('/'), "expected an absolute path")),
        new("environment", Environment),
        new("mountPoints", MountPoints),
        new("ports", Ports),
        new("isolators", IsolatorRules.List),
        new("userAnnotations", Rules.MapOfTexts),
        new("userLabels", Rules.MapOfTexts),
    ]);

    private static readonly Rule Dependencies = Rules.ListOf(Rules.ObjectOf(
    [
        new("imageName", Rules.Identifier, IsRequired: true),
        new("imageID", Rules.Matching(ImageId(), "an image ID: \"sha512-\" and hexadecimal digits")),
        new("labels", Labels),
        new("size", Rules.Integer(0, long.MaxValue)),
    ]));

    internal static Rule Manifest { get; } = Rules.ObjectOf(
    [
        new("acKind", Rules.Where(i => i.Value == "ImageManifest", "expected \"ImageManifest\""), IsRequired: true),
        new("acVersion", Rules.Where(i => Version().IsMatch(i.Value) && i.Value != "0.0.0", "expected a version such as \"0.8.11\""), IsRequired: true),
        new("name", Rules.Identifier, IsRequired: true),
        new("labels", Labels),
        new("app", App),
        new("annotations", Annotations),
        new("dependencies", Dependencies),
        new("pathWhitelist", Rules.ListOf(Rules.Text)),
    ]);

    private static void CheckLabels(ImmutableArray<JsonItem> labels, ManifestReport report)
    {
        Rules.Unique(labels, "labels", report);
        foreach (var name in labels.Select(l => l.Member("name")).OfType<JsonItem>().Where(n => n.Value == "name"))
        {
            report.Error(name.Offset, "a label cannot be called 'name'", "the image's name stands beside the labels");
        }

        var os = Value(labels, "os");
        var arch = Value(labels, "arch");
        if (os is not null && AciArch.Of(os.Value).Count == 0)
        {
            report.Error(os.Offset, $"'{os.Value}' is no operating system that an ACI can be for", $"one of {string.Join(", ", AciArch.OperatingSystems)}");
        }
        else if (os is not null && arch is not null && !AciArch.Of(os.Value).Contains(arch.Value))
        {
            report.Error(arch.Offset, $"'{arch.Value}' is no architecture that an ACI for {os.Value} can have", $"one of {string.Join(", ", AciArch.Of(os.Value))}");
        }
    }

    internal static JsonItem? Value(ImmutableArray<JsonItem> labels, string name) =>
        labels.FirstOrDefault(l => l.Member("name")?.Value == name)?.Member("value") is { Kind: JsonKind.Text } value ? value : null;

    private static void CheckAnnotation(JsonItem annotation, ManifestReport report)
    {
        if (annotation.Member("value") is not { Kind: JsonKind.Text } value)
        {
            return;
        }

        switch (annotation.Member("name")?.Value)
        {
            case "created" when !IsTime(value.Value):
                report.Error(value.Offset, "expected a time as RFC 3339 has it, such as \"2026-01-31T12:00:00Z\"");
                break;
            case "homepage" or "documentation" when !IsWebAddress(value.Value):
                report.Error(value.Offset, "expected an address that starts with http:// or https://");
                break;
        }
    }

    private static void CheckPortRange(JsonItem port, ManifestReport report)
    {
        if (port.Member("count") is { } count && Number(port.Member("port")) + Number(count) > 65536)
        {
            report.Error(count.Offset, "the last port would be above 65535");
        }
    }

    private static long Number(JsonItem? item) => long.TryParse(item?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static bool IsTime(string text) =>
        Rfc3339().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static bool IsWebAddress(string text) =>
        (text.StartsWith("http://", StringComparison.Ordinal) || text.StartsWith("https://", StringComparison.Ordinal))
        && !text.Any(c => c <= ' ' || c == '\x7f') && !BadEscape().IsMatch(text) && Uri.TryCreate(text, UriKind.Absolute, out _);

    [GeneratedRegex(@"^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Version();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z_0-9.-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex EnvironmentName();

    [GeneratedRegex(@"^sha512-[0-9a-f]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex ImageId();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Rfc3339();

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})", RegexOptions.CultureInvariant)]
    private static partial Regex BadEscape();
}
