using System.Collections.Immutable;
using System.Text;
using Buildit.Core.Containers;
using Buildit.Core.Trees;
using Buildit.Images.Composition;
using Buildit.Images.Oci;
using Buildit.Store.Archives;

namespace Buildit.Images.Reading;

/// <summary>A path of an image, and where the bytes of a regular file are.</summary>
/// <param name="Entry">Path, kind, mode, owner.</param>
/// <param name="Local">A file of this machine with the bytes, never to be changed; null if there is none.</param>
/// <param name="Open">Opens a regular file.</param>
public sealed record ImageFile(TreeEntry Entry, string? Local, Func<Stream> Open);

/// <summary>An image of which everything is at hand: what it runs, and all files with their bytes. It is tested and run as this, whether it was read or composed.</summary>
public sealed class UsableImage
{
    private const int LargestText = 16 << 20;
    private readonly Dictionary<string, ImageFile> _byPath;

    private UsableImage(ImageSettings settings, ImmutableArray<ImageFile> files)
    {
        Settings = settings;
        Files = files;
        _byPath = files.ToDictionary(f => f.Entry.Path, StringComparer.Ordinal);
    }

    /// <summary>What an instance runs, and how.</summary>
    public ImageSettings Settings { get; }

    /// <summary>Sorted by path, each path once.</summary>
    public ImmutableArray<ImageFile> Files { get; }

    /// <summary>What was read.</summary>
    public static UsableImage Of(ImageContent content) => new(SettingsReader.Read(content), [.. content.Files.Select(Of)]);

    /// <summary>What the image of a step would be, without its being written.</summary>
    public static UsableImage Of(ImageRoot root, Container container, Step.Image step) =>
        new(SettingsReader.Of(container, step, root.Mtime), [.. root.Entries.Select(e => new ImageFile(e.Entry, e.Part is { } part && e.Entry.Kind == EntryKind.File ? Path.Combine(part.Tree.Directory, e.Entry.Path) : null, e.Open))]);

    /// <summary>The file at this very path.</summary>
    public ImageFile? Find(string path) => _byPath.GetValueOrDefault(path.Trim('/'));

    /// <summary>The file that a program in the image finds at this path, links followed.</summary>
    public ImageFile? Resolve(string path) => PathWalk.Resolve(p => _byPath.GetValueOrDefault(p)?.Entry, path) is { } found ? _byPath[found] : null;

    /// <summary>The text of a file, hard links followed; null if there is none, or it is too large to be one.</summary>
    public string? TextOf(string path)
    {
        var file = Resolve(path);
        file = file?.Entry.Kind == EntryKind.HardLink ? Find(file.Entry.Target!) : file;
        if (file is not { Entry: { Kind: EntryKind.File, Size: <= LargestText } })
        {
            return null;
        }

        using var reader = new StreamReader(file.Open(), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>Directories that somebody else than root may write to, and that hold no file: what an instance writes, as the image was made for.</summary>
    public IEnumerable<TreeEntry> WritableDirectories()
    {
        const int OthersWrite = 0x12; // 022
        var full = Files.Where(f => f.Entry.Kind != EntryKind.Directory).SelectMany(f => Above(f.Entry.Path)).ToHashSet(StringComparer.Ordinal);
        return Files.Select(f => f.Entry).Where(e => e.Kind == EntryKind.Directory && !full.Contains(e.Path) && (e.Uid != 0 || (e.Mode & OthersWrite) != 0));
    }

    private static IEnumerable<string> Above(string path)
    {
        for (var up = TreePath.Parent(path); up.Length > 0; up = TreePath.Parent(up))
        {
            yield return up;
        }
    }

    private static ImageFile Of(ListedFile file) => new(file.Entry, file.File, () => File.OpenRead(file.File!));
}
