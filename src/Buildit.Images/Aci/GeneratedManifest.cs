using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images.ContainerLayers;

namespace Buildit.Images.Aci;

/// <summary>Says as parts of an image manifest what an image step's settings say for all formats, and what is known of the container.</summary>
/// <param name="container">The container.</param>
/// <param name="step">The image step.</param>
/// <param name="place">Offset that stands for the step's place.</param>
/// <param name="bag">Gets mistakes in ports.</param>
internal sealed class GeneratedManifest(Container container, Step.Image step, int place, DiagnosticBag bag)
{
    private const string SpecificationVersion = "0.8.11";

    /// <summary>What a manifest begins with that nobody wrote: version of the specification, name and labels.</summary>
    internal static JsonItem Head(Container container) => Head(container.Name,
    [
        ("version", container.Version),
        ("os", container.Platform.Os),
        ("arch", AciArch.Translate(container.Platform.Os, container.Platform.Arch) ?? container.Platform.Arch),
    ]);

    /// <summary>The whole manifest of an image that only holds files for others.</summary>
    internal static JsonItem OfFiles(string name, IEnumerable<(string Name, string Value)> labels, long sourceDate)
    {
        var head = Head(name, labels);
        return head with { Members = head.Members.Add(new("annotations", 0, Pairs([("created", SourceDate.ToRfc3339(sourceDate))]))) };
    }

    /// <summary>What an image depends on, as a member of its manifest.</summary>
    internal static JsonMember Dependencies(IEnumerable<AciDependency> dependencies) => new("dependencies", 0, List(dependencies.Select(d => Object(
        ("imageName", JsonItem.Text(d.Name)),
        ("imageID", JsonItem.Text(d.ImageId)),
        ("labels", Pairs(d.Labels))))));

    private static JsonItem Head(string name, IEnumerable<(string Name, string Value)> labels) => Object(
        ("acKind", JsonItem.Text("ImageManifest")),
        ("acVersion", JsonItem.Text(SpecificationVersion)),
        ("name", JsonItem.Text(name)),
        ("labels", Pairs(labels)));

    /// <summary>The labels as annotations, with date and author of the image unless its manifest is written by hand; null if there is nothing.</summary>
    internal JsonItem? Annotations(long sourceDate)
    {
        var labels = step.Settings.Labels;
        List<(string, string)> annotations = [];
        if (step.Content is null)
        {
            annotations.Add(("created", SourceDate.ToRfc3339(sourceDate)));
            if (container.Author is { Length: > 0 } author && !labels.ContainsKey("authors"))
            {
                annotations.Add(("authors", author));
            }
        }

        annotations.AddRange(labels.Where(l => step.Content is not null || l.Key != "created").Select(l => (l.Key, l.Value)));
        return annotations.Count == 0 ? null : Pairs(annotations).At(place);
    }

    /// <summary>The settings as <c>app</c>; null if neither they nor the keys for ACIs alone say anything.</summary>
    /// <param name="written">What <c>content</c> has as <c>app</c>, if anything.</param>
    /// <param name="placed">What the keys for ACIs say; what they name themselves gets no name here.</param>
    internal JsonItem? App(JsonItem? written, JsonItem placed)
    {
        var settings = step.Settings;
        ImmutableArray<string> exec = [.. settings.Entrypoint, .. settings.Cmd];
        if (exec.IsEmpty && placed.Members.IsEmpty && settings is { User: null, WorkingDirectory: null, Expose: [], Volumes: [], Environment: [] })
        {
            return null;
        }

        var mounts = List(settings.Volumes.Distinct().Order(StringComparer.Ordinal).Where(v => !Names("mountPoints", m => m.Member("path")?.Value == v)).Select(MountPoint));
        var ports = List(ExposedPort.ParseAll(settings.Expose, step.Span, bag).Where(e => !Names("ports", p => IsPort(p, e))).Select(Port));
        var (user, group) = Owner(written);
        return Object(
            ("exec", exec.IsEmpty && written is not null ? null : List(exec.Select(e => JsonItem.Text(e)))),
            ("user", user is null ? null : JsonItem.Text(user)),
            ("group", group is null ? null : JsonItem.Text(group)),
            ("workingDirectory", settings.WorkingDirectory is { } directory ? JsonItem.Text(directory) : null),
            ("environment", settings.Environment.IsEmpty ? null : Pairs(settings.Environment.Select(e => (e.Key, e.Value)))),
            ("mountPoints", mounts.Items.IsEmpty ? null : mounts),
            ("ports", ports.Items.IsEmpty ? null : ports)).At(place);

        bool Names(string member, Func<JsonItem, bool> isIt) => new[] { written?.Member(member), placed.Member(member) }.Any(list => list is { Kind: JsonKind.Array } && list.Items.Any(isIt));
    }

    /// <summary>An ACI wants a group too: without one it is the user's own, or root's. What is written by hand is only filled up.</summary>
    private (string? User, string? Group) Owner(JsonItem? written)
    {
        var parts = (step.Settings.User ?? written?.Member("user")?.Value ?? "0").Split(':', 2);
        var account = AccountTable.From(container, new DiagnosticBag()).FindUser(parts[0]);
        var user = step.Settings.User is null && written?.Member("user") is not null ? null : parts[0];
        return (user, parts is [_, { Length: > 0 } group] ? group : written?.Member("group") is not null ? null : (account?.Gid ?? 0).ToString(CultureInfo.InvariantCulture));
    }

    private static bool IsPort(JsonItem port, ExposedPort exposed) =>
        port.Member("port")?.Value == exposed.Number.ToString(CultureInfo.InvariantCulture) && port.Member("protocol")?.Value == exposed.Protocol;

    private static JsonItem MountPoint(string path) =>
        Object(("name", JsonItem.Text(AciName.MakeName("volume-" + path)!)), ("path", JsonItem.Text(path)));

    private static JsonItem Port(ExposedPort port) => Object(
        ("name", JsonItem.Text(FormattableString.Invariant($"{port.Number}-{port.Protocol}"))),
        ("protocol", JsonItem.Text(port.Protocol)),
        ("port", new(JsonKind.Number, 0) { Value = port.Number.ToString(CultureInfo.InvariantCulture) }));

    private static JsonItem Pairs(IEnumerable<(string Name, string Value)> pairs) =>
        List(pairs.Select(p => Object(("name", JsonItem.Text(p.Name)), ("value", JsonItem.Text(p.Value)))));

    private static JsonItem List(IEnumerable<JsonItem> items) => new(JsonKind.Array, 0) { Items = [.. items] };

    private static JsonItem Object(params (string Name, JsonItem? Value)[] members) =>
        new(JsonKind.Object, 0) { Members = [.. members.Where(m => m.Value is not null).Select(m => new JsonMember(m.Name, 0, m.Value!))] };
}
