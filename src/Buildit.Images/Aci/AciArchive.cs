using System.Formats.Tar;
using System.Text;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;

namespace Buildit.Images.Aci;

/// <summary>Checks ACIs made by anyone: stricter than the reference implementation, which takes any name that begins with "rootfs".</summary>
public static class AciArchive
{
    private const int LargestManifest = 16 << 20;

    /// <summary>How an ACI is compressed, by its first bytes (6 are enough): <c>gzip</c>, <c>bzip2</c>, <c>xz</c>, <c>tar</c> = not at all; null = in a way that no ACI may be.</summary>
    public static string? Compression(ReadOnlySpan<byte> start) => start switch
    {
        [0x1F, 0x8B, ..] => "gzip",
        [(byte)'B', (byte)'Z', (byte)'h', ..] => "bzip2",
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => "xz",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => null,
        _ => "tar",
    };

    /// <summary>Reads the uncompressed archive to its end. Gives the manifest's text, or null if there is none; all mistakes go to the bag.</summary>
    public static string? Check(Stream tar, string path, DiagnosticBag bag)
    {
        var names = new Dictionary<string, EntryKind>(StringComparer.Ordinal);
        string? manifest = null;
        try
        {
            using var reader = new TarReader(tar, leaveOpen: true);
            while (reader.GetNextEntry() is { } entry)
            {
                if (CleanName(entry, bag) is { Length: > 0 } name && Note(name, entry, names, bag) && name == "manifest")
                {
                    manifest = ReadText(entry);
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            bag.Error(null, $"'{path}' is not a whole tar archive: {e.Message}");
        }

        CheckLayout(manifest, names, path, bag);
        if (manifest is not null)
        {
            AciManifest.Check(new(manifest, new(new(path + ":manifest", manifest), 1, 1)), bag);
        }

        return manifest;
    }

    private static string? CleanName(TarEntry entry, DiagnosticBag bag)
    {
        var name = TreePath.Clean(entry.Name);
        if (name is null)
        {
            bag.Error(null, $"'{entry.Name}' leads out of the image");
        }

        return name;
    }

    private static bool Note(string name, TarEntry entry, Dictionary<string, EntryKind> names, DiagnosticBag bag)
    {
        var kind = entry.EntryType switch
        {
            TarEntryType.Directory => EntryKind.Directory,
            TarEntryType.SymbolicLink => EntryKind.Symlink,
            TarEntryType.HardLink => EntryKind.HardLink,
            _ => EntryKind.File,
        };
        if (!names.TryAdd(name, kind))
        {
            bag.Error(null, $"'{name}' is there twice");
            return false;
        }

        if (name is not ("manifest" or "rootfs") && !name.StartsWith("rootfs/", StringComparison.Ordinal))
        {
            bag.Error(null, $"'{name}' does not belong there: an ACI has `manifest` and `rootfs` only");
        }

        if (kind == EntryKind.HardLink && TreePath.Clean(entry.LinkName)?.StartsWith("rootfs/", StringComparison.Ordinal) != true)
        {
            bag.Error(null, $"the hard link '{name}' names '{entry.LinkName}', which is not in the root");
        }

        return true;
    }

    private static string ReadText(TarEntry entry)
    {
        if (entry.Length > LargestManifest)
        {
            throw new InvalidDataException("the manifest is too large");
        }

        using var text = new StreamReader(entry.DataStream ?? Stream.Null, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        return text.ReadToEnd();
    }

    private static void CheckLayout(string? manifest, Dictionary<string, EntryKind> names, string path, DiagnosticBag bag)
    {
        if (manifest is null || names["manifest"] != EntryKind.File)
        {
            bag.Error(null, $"'{path}' has no `manifest`");
        }

        if (!names.TryGetValue("rootfs", out var kind) || kind != EntryKind.Directory)
        {
            bag.Error(null, $"'{path}' has no entry for the directory `rootfs`");
        }
    }
}
