using System.Formats.Tar;
using System.IO.Compression;
using Buildit.Core;

namespace Buildit.Peers.Tests;

/// <summary>A file system as lines that can be compared: path, kind, mode, owner if wanted, and link target or digest of the content.</summary>
internal static class RootfsListing
{
    /// <summary>What umoci unpacked, as find sees it.</summary>
    public static string[] OfDirectory(Judged judged, string rootfs, bool withOwner)
    {
        var found = judged.Peers.Run("find", rootfs, "-mindepth", "1", "-printf", @"%P\t%y\t%m\t%U:%G\t%l\n").Succeeded();
        return Sorted(found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).Select(f =>
            Line(f[0], f[1][0], f[2], withOwner ? f[3] : "", f[1] == "f" ? DigestOf(Path.Combine(judged.Work, rootfs, f[0])) : f[4])));
    }

    /// <summary>What is below <c>rootfs/</c> in an ACI.</summary>
    public static string[] OfAci(string path, bool withOwner)
    {
        var digests = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = new List<string>();
        using var reader = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.GetNextEntry() is { } entry)
        {
            var name = entry.Name.TrimEnd('/');
            if (name is "manifest" or "rootfs")
            {
                continue;
            }

            var (kind, value) = entry.EntryType switch
            {
                TarEntryType.Directory => ('d', ""),
                TarEntryType.SymbolicLink => ('l', entry.LinkName),
                TarEntryType.HardLink => ('f', digests[entry.LinkName]),
                _ => ('f', digests[name] = Digest.Of(entry.DataStream ?? Stream.Null).Hex),
            };
            lines.Add(Line(name["rootfs/".Length..], kind, Convert.ToString((int)entry.Mode, 8), withOwner ? $"{entry.Uid}:{entry.Gid}" : "", value));
        }

        return Sorted(lines);
    }

    // A link's own mode means nothing.
    private static string Line(string path, char kind, string mode, string owner, string value) => string.Join(' ', path, kind, kind == 'l' ? "" : mode, owner, value);

    private static string[] Sorted(IEnumerable<string> lines) => [.. lines.Order(StringComparer.Ordinal)];

    private static string DigestOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Digest.Of(stream).Hex;
    }
}
