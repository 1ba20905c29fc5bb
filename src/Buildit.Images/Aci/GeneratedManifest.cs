using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images.ContainerLayers;

namespace Buildit.Images.Aci;

/// <summary>Makes an image manifest out of a container's name, version and image settings, for image steps without <c>content</c>.</summary>
public static class GeneratedManifest
{
    private const string SpecificationVersion = "0.8.11";

    /// <summary>The manifest's bytes, or null if the settings cannot be said in an ACI; the bag then has the reasons, at the image step.</summary>
    public static byte[]? Make(Container container, Step.Image step, long sourceDate, DiagnosticBag bag)
    {
        var own = new DiagnosticBag();
        var manifest = Object(
            ("acKind", JsonItem.Text("ImageManifest")),
            ("acVersion", JsonItem.Text(SpecificationVersion)),
            ("name", JsonItem.Text(container.Name)),
            ("labels", Pairs(Labels(container))),
            ("app", App(container, step, own)),
            ("annotations", Pairs(Annotations(container, step, sourceDate))));

        // The same rules as for a person's own manifest; all places are the image step's.
        var text = System.Text.Encoding.UTF8.GetString(manifest.ToBytes());
        var bytes = AciManifest.Check(new(text, step.Span), own);
        foreach (var diagnostic in own.Items)
        {
            bag.Add(diagnostic with { Span = step.Span });
        }

        return own.HasErrors ? null : bytes;
    }

    private static IEnumerable<(string, string)> Labels(Container container) =>
    [
        ("version", container.Version),
        ("os", container.Platform.Os),
        ("arch", AciArch.Translate(container.Platform.Os, container.Platform.Arch) ?? container.Platform.Arch),
    ];

    private static IEnumerable<(string, string)> Annotations(Container container, Step.Image step, long sourceDate)
    {
        yield return ("created", SourceDate.ToRfc3339(sourceDate));
        if (container.Author is { Length: > 0 } author && !step.Settings.Labels.ContainsKey("authors"))
        {
            yield return ("authors", author);
        }

        foreach (var (name, value) in step.Settings.Labels.Where(l => l.Key != "created"))
        {
            yield return (name, value);
        }
    }

    private static JsonItem? App(Container container, Step.Image step, DiagnosticBag bag)
    {
        var settings = step.Settings;
        ImmutableArray<string> exec = [.. settings.Entrypoint, .. settings.Cmd];
        if (exec.IsEmpty && settings is { User: null, WorkingDirectory: null, Expose: [], Volumes: [], Environment: [] })
        {
            return null;
        }

        var (user, group) = Owner(container, settings.User ?? "0");
        return Object(
            ("exec", List(exec.Select(e => JsonItem.Text(e)))),
            ("user", JsonItem.Text(user)),
            ("group", JsonItem.Text(group)),
            ("workingDirectory", settings.WorkingDirectory is { } directory ? JsonItem.Text(directory) : null),
            ("environment", settings.Environment.IsEmpty ? null : Pairs(settings.Environment.Select(e => (e.Key, e.Value)))),
            ("mountPoints", settings.Volumes.IsEmpty ? null : List(settings.Volumes.Distinct().Order(StringComparer.Ordinal).Select(MountPoint))),
            ("ports", settings.Expose.IsEmpty ? null : List(ExposedPort.ParseAll(settings.Expose, step.Span, bag).Select(Port))));
    }

    /// <summary>An ACI wants a group too: without one it is the user's own, or root's.</summary>
    private static (string User, string Group) Owner(Container container, string written)
    {
        var parts = written.Split(':', 2);
        var account = AccountTable.From(container, new DiagnosticBag()).FindUser(parts[0]);
        return (parts[0], parts is [_, { Length: > 0 } group] ? group : (account?.Gid ?? 0).ToString(CultureInfo.InvariantCulture));
    }

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
