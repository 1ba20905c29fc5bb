using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Buildit.Store.Compression;

namespace Buildit.Build.Verification;

/// <summary>A file inside of another one.</summary>
/// <param name="Name">As the archive has it.</param>
/// <param name="Time">The time that the archive has for it.</param>
/// <param name="Attributes">What else the archive says of it.</param>
/// <param name="Content">Its bytes.</param>
public sealed record ArchiveMember(string Name, string Time, string Attributes, byte[] Content);

/// <summary>Opens archives of common kinds to look into: gzip, tar, ar, zip. What is damaged, or too large, counts as no archive.</summary>
public static class ArchiveMembers
{
    private const int Largest = 1 << 27;
    private const int SmallestGzip = 18;

    /// <summary>The members in their order; null for anything that is no archive.</summary>
    public static ImmutableArray<ArchiveMember>? Read(byte[] file)
    {
        try
        {
            var kind = ContentKind.Detect(file.AsSpan(0, Math.Min(file.Length, 512)));
            return kind switch
            {
                _ when kind == ContentKind.Gzip => [Gzip(file)],
                _ when kind == ContentKind.Tar => [.. Tar(file)],
                _ when kind == ContentKind.Zip => [.. Zip(file)],
                _ when file.AsSpan().StartsWith("!<arch>\n"u8) => [.. Ar(file)],
                _ => null,
            };
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or IOException)
        {
            return null;
        }
    }

    // RFC 1952, 2.3: flags at byte 3, the time at 4, the system at 9. How hard it was packed (8) only follows from how it was.
    private static ArchiveMember Gzip(byte[] file)
    {
        if (file.Length < SmallestGzip)
        {
            throw new EndOfStreamException();
        }

        using var gzip = new GZipStream(new MemoryStream(file), CompressionMode.Decompress);
        var time = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(4)).ToString(CultureInfo.InvariantCulture);
        return new("(uncompressed)", time, string.Create(CultureInfo.InvariantCulture, $"flags {file[3]}, system {file[9]}"), ReadAll(gzip));
    }

    private static IEnumerable<ArchiveMember> Tar(byte[] file)
    {
        using var tar = new TarReader(new MemoryStream(file));
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            var owner = entry is PosixTarEntry posix ? $"{entry.Uid}:{entry.Gid} {posix.UserName}:{posix.GroupName}" : $"{entry.Uid}:{entry.Gid}";
            yield return new(
                entry.Name,
                entry.ModificationTime.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                $"{entry.EntryType} {owner} {entry.Mode} {entry.LinkName}",
                entry.DataStream is { } data ? ReadAll(data) : []);
        }
    }

    private static IEnumerable<ArchiveMember> Zip(byte[] file)
    {
        using var zip = new ZipArchive(new MemoryStream(file), ZipArchiveMode.Read);
        foreach (var entry in zip.Entries)
        {
            using var content = entry.Open();
            yield return new(entry.FullName, entry.LastWriteTime.DateTime.ToString("s", CultureInfo.InvariantCulture), entry.ExternalAttributes.ToString(CultureInfo.InvariantCulture), ReadAll(content));
        }
    }

    /// <summary>ar(5): 60 bytes of header with name, time, owner, mode and size; GNU keeps long names in a member "//".</summary>
    private static IEnumerable<ArchiveMember> Ar(byte[] file)
    {
        var names = "";
        for (var at = 8; at + 60 <= file.Length;)
        {
            var header = Encoding.Latin1.GetString(file, at, 60);
            var size = int.Parse(header.AsSpan(48, 10).Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
            var content = file.AsSpan(at + 60, size).ToArray();
            var name = header[..16].Trim();
            if (name == "//")
            {
                names = Encoding.UTF8.GetString(content);
            }

            yield return new(LongName(name, names), header.Substring(16, 12).Trim(), header.Substring(28, 20).Trim(), content);
            at += 60 + size + (size % 2);
        }
    }

    private static string LongName(string name, string names) =>
        name.Length > 1 && name[0] == '/' && int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < names.Length
            ? names[at..].Split('\n')[0].TrimEnd('/')
            : name.Length > 1 ? name.TrimEnd('/') : name;

    private static byte[] ReadAll(Stream stream)
    {
        using var all = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            all.Write(buffer, 0, read);
            if (all.Length > Largest)
            {
                throw new InvalidDataException("too large to look into");
            }
        }

        return all.ToArray();
    }
}
