using System.Runtime.InteropServices;
using Buildit.Core;
using Buildit.Core.Debian;
using Buildit.Core.Trees;
using Buildit.Store.Files;

namespace Buildit.Store.Debian;

/// <summary>
/// Writes the files of a package's outputs, each output into a directory of its own. It only ever creates: an existing file is an error, and
/// the paths it is given go through directories that it made itself.
/// </summary>
internal sealed partial class OutputFiles(string workDirectory)
{
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal);

    /// <summary>Writes a file (unless it is repeated) and gives the digest of its bytes.</summary>
    public Digest WriteFile(Placement placement, Stream content)
    {
        if (placement.IsRepeated)
        {
            return Digest.Of(content);
        }

        return NewFile.Write(PathOf(placement.Output, placement.Entry.Path), placement.Entry.IsExecutable, content);
    }

    /// <summary>Creates a symbolic link with the entry's own text.</summary>
    public void WriteSymlink(Placement placement)
    {
        if (!placement.IsRepeated)
        {
            File.CreateSymbolicLink(PathOf(placement.Output, placement.Entry.Path), placement.Entry.Target!);
        }
    }

    /// <summary>Gives a file that was written before a further name.</summary>
    public void WriteHardLink(Placement placement, string output, string path)
    {
        if (!placement.IsRepeated && Link(PathOf(output, path), PathOf(placement.Output, placement.Entry.Path)) != 0)
        {
            throw new IOException($"cannot link '{placement.Entry.Path}': {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Makes the directories of a tree that have nothing in them; gives the output's directory.</summary>
    public string Complete(string output, Tree tree)
    {
        var root = Path.Combine(workDirectory, output);
        foreach (var directory in tree.Entries.Where(e => e.Kind == EntryKind.Directory))
        {
            EnsureDirectory(Path.Combine(root, directory.Path));
        }

        return root;
    }

    private string PathOf(string output, string path)
    {
        var full = Path.Combine(workDirectory, output, path);
        EnsureDirectory(Path.GetDirectoryName(full)!);
        return full;
    }

    private void EnsureDirectory(string path)
    {
        if (_directories.Add(path))
        {
            Directory.CreateDirectory(path);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string added);
}
