using System.Collections.Immutable;
using System.Text;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Images.Composition;
using Buildit.Images.ContainerLayers;
using Buildit.Store.Trees;

namespace Buildit.Images.Tests;

/// <summary>Short ways to make the values that images are made from.</summary>
public static class Sample
{
    public const long Date = 1_700_000_000;
    public static readonly SourceText Yaml = new("container.yaml", "- image: {type: aci}\n");
    public static readonly SourceSpan Span = new(Yaml, 1, 3);

    public static TreeEntry File(string path, string text = "", int mode = 0x1A4) =>
        new(path, EntryKind.File) { Mode = mode, Size = Encoding.UTF8.GetByteCount(text), Content = Digest.Of(text) };

    public static TreeEntry Link(string path, string target) => new(path, EntryKind.Symlink) { Target = target };

    public static TreeEntry HardLink(string path, string target) => new(path, EntryKind.HardLink) { Target = target };

    public static TreeEntry Directory(string path, int mode = 0x1ED, int uid = 0) => new(path, EntryKind.Directory) { Mode = mode, Uid = uid };

    /// <summary>A package output whose files hold the given bytes.</summary>
    public static ImagePart Part(TestDirectory directory, string package, params (TreeEntry Entry, byte[] Content)[] files)
    {
        var place = directory.At("trees/" + package);
        foreach (var (entry, content) in files.Where(f => f.Entry.Kind == EntryKind.File))
        {
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(place, entry.Path))!);
            System.IO.File.WriteAllBytes(Path.Combine(place, entry.Path), content);
        }

        var tree = Tree.Create(files.Select(f => f.Entry.Kind == EntryKind.File ? f.Entry with { Size = f.Content.Length, Content = Digest.Of(f.Content) } : f.Entry), Date - 1000);
        var tar = new MemoryStream();
        new StoredTree(default, tree, place).WriteTar(tar);
        return new(package, "runtime", new(Digest.Of(tar.ToArray()), tree, place));
    }

    public static ImagePart Part(TestDirectory directory, string package, params (TreeEntry Entry, string Text)[] files) =>
        Part(directory, package, [.. files.Select(f => (f.Entry, Encoding.UTF8.GetBytes(f.Text)))]);

    public static Container Container(string directory, params Step[] steps) => new()
    {
        Text = Yaml,
        Directory = directory,
        Name = "nginx-production",
        Version = "1.26.3-p1",
        Author = "Sysadmin42",
        Vars = ImmutableSortedDictionary<string, string>.Empty,
        Steps = [.. steps],
    };

    public static Step.Sync Sync(string source, string destination, bool recursive = false) =>
        new(new(source, Span), destination) { Span = Span, Recursive = recursive };

    public static Step.Image Image(ImageFormat format, ImageSettings? settings = null) => new(format) { Span = Span, Settings = settings ?? new(), Tag = "nginx:1" };

    public static ContainerFiles Files(Container container)
    {
        var bag = new DiagnosticBag();
        var files = ContainerLayerBuilder.Build(container, (text, _) => text.Replace("{{ name }}", container.Name, StringComparison.Ordinal), bag);
        Assert.Empty(bag.Items);
        return files;
    }

    public static ImageRoot Root(IEnumerable<ImagePart> parts, ContainerFiles? files = null)
    {
        var bag = new DiagnosticBag();
        var root = ImageRoot.Compose(parts, files ?? ContainerFiles.Empty, Date, bag);
        Assert.Empty(bag.Items);
        return root!;
    }

    public static string Print(ImageRoot root) => Tree.Create(root.Entries.Select(e => e.Entry), root.Mtime).Print();
}
