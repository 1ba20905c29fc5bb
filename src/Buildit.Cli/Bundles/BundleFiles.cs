using System.Text;
using Buildit.Core;
using Buildit.Core.Bundles;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;

namespace Buildit.Cli.Bundles;

/// <summary>What goes into a bundle: entries of its tree, and where their bytes are.</summary>
internal sealed class BundleFiles
{
    private const int Executable = 0x1ED; // 0755
    private readonly Dictionary<string, (TreeEntry Entry, Func<Stream> Open)> _files = new(StringComparer.Ordinal);

    /// <summary>Everything, sorted. Throws if two things need the same place.</summary>
    public Tree Tree()
    {
        try
        {
            return Core.Trees.Tree.Create(_files.Values.Select(f => f.Entry), BundleLayout.Mtime);
        }
        catch (ArgumentException e)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"this workspace cannot be bundled: {e.Message}", $"the names '{BundleLayout.Launcher}' and '{BundleLayout.Own}' beside the configuration are the bundle's own", inner: e);
        }
    }

    /// <summary>The bytes of a file.</summary>
    public Stream Open(string path) => _files[path].Open();

    /// <summary>A text that is made here.</summary>
    public void AddText(string path, string text, bool executable = false)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Add(new(path, EntryKind.File) { Size = bytes.Length, Content = Digest.Of(bytes), Mode = Mode(executable) }, () => new MemoryStream(bytes));
    }

    /// <summary>A file whose digest is known.</summary>
    public void AddFile(string path, string file, Digest digest) => Add(new(path, EntryKind.File) { Size = new FileInfo(file).Length, Content = digest }, () => File.OpenRead(file));

    /// <summary>A file or link of this machine.</summary>
    public void AddFile(string path, string file)
    {
        if (new FileInfo(file).LinkTarget is { } target)
        {
            Add(new(path, EntryKind.Symlink) { Target = target }, static () => Stream.Null);
            return;
        }

        using var stream = File.OpenRead(file);
        var digest = Digest.Of(stream);
        Add(new(path, EntryKind.File) { Size = stream.Length, Content = digest, Mode = Mode((File.GetUnixFileMode(file) & UnixFileMode.UserExecute) != 0) }, () => File.OpenRead(file));
    }

    /// <summary>Everything in a directory, links as links.</summary>
    /// <param name="path">In the bundle; empty for its top.</param>
    /// <param name="directory">On this machine.</param>
    /// <param name="isLeftOut">Absolute paths that stay away.</param>
    public void AddDirectory(string path, string directory, Func<string, bool> isLeftOut)
    {
        foreach (var file in Directory.EnumerateFileSystemEntries(directory).Where(f => !isLeftOut(f)).Order(StringComparer.Ordinal))
        {
            var place = path.Length == 0 ? Path.GetFileName(file) : $"{path}/{Path.GetFileName(file)}";
            if (Directory.Exists(file) && new FileInfo(file).LinkTarget is null)
            {
                AddDirectory(place, file, isLeftOut);
            }
            else
            {
                AddFile(place, file);
            }
        }
    }

    // Several parts of a workspace may name the same file.
    private void Add(TreeEntry entry, Func<Stream> open)
    {
        if (BundleTree.Objection(entry) is { } objection)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{entry.Path}' cannot be bundled: it {objection}");
        }

        _files[entry.Path] = (entry, open);
    }

    private static int Mode(bool executable) => executable ? Executable : 0x1A4;
}
