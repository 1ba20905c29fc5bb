using System.Collections.Immutable;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images.Composition;

namespace Buildit.Images.Aci;

/// <summary>What the manifest of an ACI says will be run: <c>app.exec</c> and the event handlers.</summary>
internal static class AciCommands
{
    internal static IEnumerable<DeclaredCommand> Of(Container container, Step.Image image)
    {
        // Mistakes in the manifest are told where it is checked.
        if (ManifestSource.Of(container, image, 0, new()) is not (var manifest, var report) || manifest.Member("app") is not { Kind: JsonKind.Object } app)
        {
            return [];
        }

        var handlers = Items(app, "eventHandlers").Select(h => (h.Member("exec"), $"the event handler '{h.Member("name")?.Value}'"));
        var path = Items(app, "environment").Where(e => e.Member("name")?.Value == "PATH").Select(e => e.Member("value")?.Value).LastOrDefault();
        return handlers.Prepend((app.Member("exec"), "the program of the app"))
            .Where(c => c.Item1 is { Items: [{ Kind: JsonKind.Text }, ..] })
            .Select(c => new DeclaredCommand(c.Item1!.Items[0].Value, c.Item2, report.At(c.Item1.Items[0].Offset))
            {
                Directory = app.Member("workingDirectory")?.Value is { Length: > 0 } directory ? directory : "/",
                Mounts = [.. Items(app, "mountPoints").Select(m => m.Member("path")?.Value).OfType<string>()],
            })
            .Select(c => path is null ? c : c with { Path = path });
    }

    private static ImmutableArray<JsonItem> Items(JsonItem app, string member) => app.Member(member) is { Kind: JsonKind.Array } list ? list.Items : [];
}
