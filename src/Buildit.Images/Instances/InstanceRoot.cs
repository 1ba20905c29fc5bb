using Buildit.Core.Trees;
using Buildit.Images.Reading;
using Buildit.Store.Native;

namespace Buildit.Images.Instances;

/// <summary>
/// Puts an image's files into the root of a bundle, with modes and owners. What a store has with the same attributes is linked, not copied, if the root is for reading only.
/// Only root can give files away: for anybody else all are their own, and what belongs to another than root in the image can be read by all, as its owner can.
/// </summary>
/// <param name="isShared">Whether files may be links to a store: never where the root is writable.</param>
/// <param name="isRoot">Whether owners can be set.</param>
public sealed class InstanceRoot(bool isShared, bool isRoot)
{
    private const int ReadExecute = 0x16D; // 0555
    private const int SpecialBits = 0xE00; // 07000

    /// <summary>Fills a directory, which is made.</summary>
    public void Fill(UsableImage image, string directory, CancellationToken cancel)
    {
        Directory.CreateDirectory(directory);
        foreach (var file in image.Files)
        {
            cancel.ThrowIfCancellationRequested();
            Place(file, Path.Combine(directory, file.Entry.Path), directory);
        }

        // A directory may not be writable for its owner: not before everything is in it.
        foreach (var entry in image.Files.Select(f => f.Entry).Where(e => e.Kind == EntryKind.Directory).Reverse())
        {
            Attribute(entry, Path.Combine(directory, entry.Path));
        }
    }

    private void Place(ImageFile file, string path, string directory)
    {
        var entry = file.Entry;
        switch (entry.Kind)
        {
            case EntryKind.Directory:
                Directory.CreateDirectory(path);
                break;
            case EntryKind.Symlink:
                File.CreateSymbolicLink(path, entry.Target!);
                break;
            case EntryKind.HardLink:
                HardLink.Create(Path.Combine(directory, entry.Target!), path);
                break;
            case EntryKind.File when file.Local is { } local && IsAsInStore(entry) && HardLink.TryCreate(local, path):
                break;
            default:
                using (var from = file.Open())
                using (var to = new FileStream(path, FileMode.CreateNew))
                {
                    from.CopyTo(to);
                }

                Attribute(entry, path);
                break;
        }
    }

    // A store's files are root's or their reader's, and have no bits but r and x, for all.
    private bool IsAsInStore(TreeEntry entry) =>
        isShared && (entry.Mode & SpecialBits) == 0 && (ModeOf(entry) & ReadExecute) == (entry.IsExecutable ? ReadExecute : ReadExecute & ~0x49) && (!isRoot || entry is { Uid: 0, Gid: 0 });

    private void Attribute(TreeEntry entry, string path)
    {
        if (isRoot && entry is not { Uid: 0, Gid: 0 })
        {
            FileOwner.Set(path, entry.Uid, entry.Gid);
        }

        File.SetUnixFileMode(path, (UnixFileMode)ModeOf(entry));
    }

    private int ModeOf(TreeEntry entry) => isRoot || entry.Uid == 0 ? entry.Mode : entry.Mode | ((entry.Mode >> 6) & 5) | ((entry.Mode >> 3) & 0x28);
}
