using System.Collections.Immutable;
using System.Text;
using Buildit.Cli.Building;
using Buildit.Cli.Graphs;
using Buildit.Cli.Sboms;
using Buildit.Cli.Targets;
using Buildit.Core.Containers;
using Buildit.Core.Sboms;
using Buildit.Core.Trees;
using Buildit.Images.Composition;
using Buildit.Images.Reading;

namespace Buildit.Cli.Inspecting;

/// <summary>Looks at a container's images: at what they are composed of, and at what was written.</summary>
/// <param name="session">Has the store.</param>
/// <param name="output">Where written images are looked for.</param>
internal sealed class Inspector(Session session, string output)
{
    private const string Passwd = "etc/passwd";

    /// <summary>Everything about a container as it is declared now; throws if that was not built.</summary>
    public async Task<Inspection> ReadAsync(Target.ContainerDirectory target, CancellationToken cancel)
    {
        var view = RuntimeView.Read(session, target);
        var inputs = ContainerInputs.Read(session, target);
        var composition = Composition.Of(inputs, view.Closure.Packages);
        var described = await new SbomMaker(session).LicensesAsync(view.Closure.Packages.Select(p => p.Package), inputs.Container, cancel);
        var images = ImmutableArray.CreateBuilder<InspectedImage>();
        foreach (var step in inputs.Container.Steps.OfType<Step.Image>())
        {
            images.Add(Image(composition, step, await composition.ComposeAsync(session, step, new(), cancel)));
        }

        var alone = images.SelectMany(i => i.Layers).Where(l => l.Compressed is not null).ToLookup(l => l.Title, l => l.Compressed, StringComparer.Ordinal);
        var files = view.Root.Entries.Where(e => e.Entry.Kind == EntryKind.File).ToLookup(e => e.Part?.Package ?? "");
        var packages = described.Select(p => Package(p, files[p.Name], alone[$"{p.Name} ({Composition.Output})"].FirstOrDefault())).OrderByDescending(p => p.Bytes).ThenBy(p => p.Name, StringComparer.Ordinal);
        var own = new InspectedPackage("", "", null, Sizes(files[""]), alone["container layer"].FirstOrDefault());
        return new(inputs.Container.DisplayName, inputs.Container.Platform, [.. packages, own], Users(view.Root), images.ToImmutable());
    }

    private static InspectedPackage Package(SbomPackage package, IEnumerable<RootEntry> files, long? compressed) =>
        new(package.Name, package.Version, package.Effective?.ToString(), Sizes(files), compressed);

    private static ImmutableArray<(string Path, long Bytes)> Sizes(IEnumerable<RootEntry> files) =>
        [.. files.Select(f => ("/" + f.Entry.Path, f.Entry.Size)).OrderByDescending(f => f.Size).ThenBy(f => f.Item1, StringComparer.Ordinal)];

    private InspectedImage Image(Composition composition, Step.Image step, ImageRoot root)
    {
        var compressor = session.Compressor(step.Compression);
        var path = composition.PathOf(step, output);
        var written = WrittenImage.Parse(session.Store.Index.FindImage(composition.KeyOf(step, compressor?.Identity).Digest));
        var isThere = written?.IsAt(path) == true;
        var layers = step.Format is ImageFormat.Aci or ImageFormat.Tar ? [] : LayerPlan.Make(root, step.MaxLayers);
        return new(
            step.Format.Name(),
            session.Workspace.Display(path),
            isThere ? written!.Digest : null,
            isThere ? FilesOf(path, written!).Sum(SizeOf) : null,
            step.Split ? Split(root, isThere ? [.. FilesOf(path, written!)] : []) : [.. layers.Select(l => (Group: l, Blob: session.Layers.Find(l.Source.Key, compressor))).Select(l => new InspectedLayer(l.Group.Title, l.Group.Source.Tree.Entries.Sum(e => e.Size), l.Blob?.DiffId, l.Blob?.Size))],
            RunSettings.Of(SettingsReader.Of(composition.Container, step, root.Mtime)));
    }

    private static IEnumerable<string> FilesOf(string path, WrittenImage written) => written.Others.Select(o => Path.Combine(Path.GetDirectoryName(path)!, o.Key)).Append(path);

    /// <summary>The images that a split one consists of, as layers. Packages without any difference share one; then nothing is said of sizes.</summary>
    private static ImmutableArray<InspectedLayer> Split(ImageRoot root, ImmutableArray<string> files) =>
    [
        .. root.Parts.Select(p => (Title: p.ToString(), Bytes: p.Tree.Tree.Entries.Sum(e => e.Size))).Append((Title: "container layer", Bytes: root.ContainerLayer.Tree.Entries.Sum(e => e.Size)))
            .Select((part, i) => new InspectedLayer(part.Title, part.Bytes, null, files.Length == root.Parts.Length + 1 ? SizeOf(files[i]) : null)),
    ];

    private static long SizeOf(string path) => File.Exists(path) ? new FileInfo(path).Length : new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);

    private static ImmutableArray<string> Users(ImageRoot root)
    {
        if (root.Find(Passwd) is not { Entry.Kind: EntryKind.File } file)
        {
            return [];
        }

        using var reader = new StreamReader(file.Open(), Encoding.UTF8);
        return [.. reader.ReadToEnd().Split('\n').Select(l => l.Split(':')).Where(f => f.Length >= 4).Select(f => $"{f[0]} ({f[2]}:{f[3]})")];
    }
}
