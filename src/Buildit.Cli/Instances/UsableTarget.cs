using Buildit.Build.Engine;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Registries;
using Buildit.Cli.Targets;
using Buildit.Cli.Testing;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Images.Reading;

namespace Buildit.Cli.Instances;

/// <summary>An image that was named on the command line, with all files at hand: one that somebody wrote, or the one of a container, whose packages are built first.</summary>
/// <param name="Written">As the command line names it.</param>
/// <param name="Session">What it is worked with in.</param>
/// <param name="Image">The image.</param>
/// <param name="Tests">Tests of the container; none of an image that somebody wrote.</param>
/// <param name="Writable">Directories that an instance writes to.</param>
internal sealed record UsableTarget(string Written, Session Session, UsableImage Image, TestSuite Tests, IReadOnlyList<string> Writable) : IDisposable
{
    /// <summary>What arguments that name such an image say of themselves.</summary>
    public const string What = "Directory of a container (its packages are built first) or of an OCI layout, an .oci.tar or an .aci file";

    /// <summary>Finds out what is named, and makes it ready.</summary>
    /// <param name="start">Absolute directory that relative paths count from.</param>
    /// <param name="written">The argument.</param>
    /// <param name="lookups">What may be looked up.</param>
    /// <param name="verbs">Names of commands, for whoever mistyped one.</param>
    /// <param name="terminal">What a person sees.</param>
    /// <param name="cancel">Ends the work.</param>
    public static async Task<UsableTarget> OpenAsync(string start, string written, LookupPolicy lookups, Func<IEnumerable<string>> verbs, Terminal terminal, CancellationToken cancel)
    {
        var path = Path.GetFullPath(written, start);
        var isImage = File.Exists(path) || (Directory.Exists(path) && ImageReader.IsLayout(path));
        var target = isImage ? null : Target.Find(start, written, verbs()) as Target.ContainerDirectory
            ?? throw new BuilditException(ExitCode.InvalidInput, $"'{written}' is neither a container nor an image", "name the directory of a container.yaml, an OCI layout, or an .oci.tar or .aci file");
        var workspace = await TreeCheckouts.FindWorkspaceAsync(start, isImage ? start : path, lookups, terminal, cancel);
        var progress = new Progress(terminal, new RunSummary());
        var engine = new EngineOptions { Offline = lookups.Offline, Jobs = workspace.Config.Jobs ?? Environment.ProcessorCount, SourceMirrors = workspace.Config.Mirrors };
        var session = new Session(workspace, engine, progress.Take, progress.Binhosts.Take);
        try
        {
            return target is null
                ? await Task.Run(() => OfImage(session, path, written, cancel), cancel)
                : await OfContainerAsync(session, terminal, progress, new(start, [written], "", [], null, lookups, engine), target, cancel);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public void Dispose() => Session.Dispose();

    private static UsableTarget OfImage(Session session, string path, string written, CancellationToken cancel)
    {
        var image = new ImageReader(session.Store.Scratch).ReadFiles(path, written, session.Store.NewWorkPath("image"), session.Store.FindTree, cancel);
        return new(written, session, image, TestSuite.Empty, [.. image.WritableDirectories().Select(d => "/" + d.Path)]);
    }

    private static async Task<UsableTarget> OfContainerAsync(Session session, Terminal terminal, Progress progress, BuildRequest request, Target.ContainerDirectory target, CancellationToken cancel)
    {
        var composition = await new ContainerBuild(session, terminal, progress, request).ComposeAsync(target, cancel);
        await new BaseImages(session, terminal).FetchAsync(composition.Container, cancel);
        var bag = new DiagnosticBag();
        var root = await composition.ComposeAsync(session, bag, cancel);
        progress.Warn(bag.Items);
        return new(target.Written, session, UsableImage.Of(root, composition.Container, composition.MainImage), composition.Tests, [.. composition.Writable]);
    }
}
