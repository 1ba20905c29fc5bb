using Buildit.Build.Planning;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Images.Reading;

namespace Buildit.Cli.Targets;

/// <summary>What a command about images was given: a target, or an image that was written, which stands for the container that gives it.</summary>
internal static class ImageTarget
{
    /// <summary>The target. An image's file is compared with what each container of the workspace gives as it is declared now; throws if none gives it.</summary>
    public static Target Find(string start, string written, Terminal terminal, Func<IEnumerable<string>> verbs)
    {
        var path = PathOf(start, written);
        return IsImage(path) ? OfImage(start, written, path, terminal) : Target.Find(start, written, verbs());
    }

    /// <summary>Where the images of a target are looked for: beside an image that was given, else where they are written to if nothing else is said.</summary>
    public static string DirectoryOf(string start, string written) => PathOf(start, written) is var path && IsImage(path) ? Path.GetDirectoryName(path)! : Path.GetFullPath("out", start);

    private static string PathOf(string start, string written) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(written, start));

    private static bool IsImage(string path) => ImageReader.IsLayout(path) || (Path.GetExtension(path) is ".aci" or ".oci" or ".tar" && File.Exists(path));

    private static Target.ContainerDirectory OfImage(string start, string written, string path, Terminal terminal)
    {
        var workspace = Workspace.Find(start, start, terminal);
        using var session = Session.ToRead(workspace);
        var namesakes = new List<string>();
        foreach (var file in WorkspaceSearch.Files(workspace, "container.yaml"))
        {
            var target = new Target.ContainerDirectory { Written = workspace.Display(Path.GetDirectoryName(file)!), Path = Path.GetDirectoryName(file)! };
            var container = ContainerParserOf(workspace, file);
            if (container is null || !Path.GetFileName(path).StartsWith($"{container.Name}-{container.Version}-", StringComparison.Ordinal))
            {
                continue;
            }

            namesakes.Add(target.Written);
            if (Gives(session, target, path))
            {
                return target;
            }
        }

        throw new BuilditException(
            ExitCode.Missing,
            namesakes.Count > 0 ? $"'{written}' is not what '{namesakes[0]}' gives as it is declared now" : $"no container of this workspace gives '{written}'",
            namesakes.Count > 0 ? $"build it again ('buildit {namesakes[0]}'), or check out the files that the image was made from" : "an image is known by the name that it was written with, and by the container that it was made from");
    }

    private static Container? ContainerParserOf(Workspace workspace, string file) =>
        ContainerParser.Parse(SourceText.FromBytes(workspace.Display(file), File.ReadAllBytes(file)), Path.GetDirectoryName(file)!, new DiagnosticBag());

    /// <summary>Whether one of the images of a container, as it is declared now, was written and lies at this path.</summary>
    private static bool Gives(Session session, Target.ContainerDirectory target, string path)
    {
        var inputs = ContainerInputs.Read(session, target);
        Package[] packages = [.. inputs.Graph.Packages.Select(p => p.Package)];
        var there = new StoreAvailability(session.Store, session.Records, PackageGraph.Of(packages));
        var closure = RuntimeClosure.Of(packages, p => there.Find(p, Need.Record));
        var composition = Composition.Of(inputs, closure.Packages);
        return closure.Missing.IsEmpty && inputs.Container.Steps.OfType<Step.Image>()
            .Any(step => WrittenImage.Parse(session.Store.Index.FindImage(composition.KeyOf(step, session.Compressor(step.Compression)?.Identity).Digest))?.IsAt(path) == true);
    }
}
