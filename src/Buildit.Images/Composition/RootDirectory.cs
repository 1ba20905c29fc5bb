using Buildit.Core.Trees;
using Buildit.Images.Reading;
using Buildit.Store.Native;

namespace Buildit.Images.Composition;

/// <summary>Puts an image's root into a directory, so that commands can be run in it. Packages' files are hard links to the store: the directory is for reading only.</summary>
public static class RootDirectory
{
    /// <summary>Fills an empty directory and adds the mount points that a sandbox needs.</summary>
    public static void Fill(UsableImage image, string directory, IEnumerable<string> mountPoints)
    {
        Directory.CreateDirectory(directory);
        foreach (var item in image.Files)
        {
            Place(item, Path.Combine(directory, item.Entry.Path), directory);
        }

        foreach (var point in mountPoints)
        {
            Directory.CreateDirectory(Path.Combine(directory, point));
        }
    }

    private static void Place(ImageFile item, string path, string directory)
    {
        switch (item.Entry.Kind)
        {
            case EntryKind.Directory:
                Directory.CreateDirectory(path);
                break;
            case EntryKind.Symlink:
                File.CreateSymbolicLink(path, item.Entry.Target!);
                break;
            case EntryKind.HardLink:
                HardLink.Create(Path.Combine(directory, item.Entry.Target!), path);
                break;
            default:
                if (item.Local is null || !HardLink.TryCreate(item.Local, path))
                {
                    Write(item, path);
                }

                break;
        }
    }

    private static void Write(ImageFile item, string path)
    {
        using (var from = item.Open())
        using (var to = File.Create(path))
        {
            from.CopyTo(to);
        }

        File.SetUnixFileMode(path, (UnixFileMode)(item.Entry.Mode & 0x1ED) | UnixFileMode.UserRead);
    }
}
