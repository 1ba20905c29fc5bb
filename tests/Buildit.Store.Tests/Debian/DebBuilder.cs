using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Buildit.Store.Tests.Debian;

/// <summary>Makes .debs, good ones and such as no tool would make.</summary>
internal sealed class DebBuilder
{
    private readonly List<TarEntry> _entries = [];

    public DebBuilder Add(TarEntryType type, string name, string content = "", string link = "", int mode = 0x1A4, int uid = 0, long mtime = 1000)
    {
        var entry = new GnuTarEntry(type, name) { Mode = (UnixFileMode)mode, Uid = uid, Gid = uid, ModificationTime = DateTimeOffset.FromUnixTimeSeconds(mtime) };
        if (link.Length > 0)
        {
            entry.LinkName = link;
        }

        if (type == TarEntryType.RegularFile)
        {
            entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content));
        }

        _entries.Add(entry);
        return this;
    }

    public DebBuilder File(string name, string content, int mode = 0x1A4, int uid = 0, long mtime = 1000) => Add(TarEntryType.RegularFile, name, content, "", mode, uid, mtime);

    public DebBuilder Directory(string name, int mode = 0x1ED) => Add(TarEntryType.Directory, name, mode: mode);

    public DebBuilder Symlink(string name, string target) => Add(TarEntryType.SymbolicLink, name, link: target);

    public byte[] Tar()
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Gnu, leaveOpen: true))
        {
            _entries.ForEach(writer.WriteEntry);
        }

        return tar.ToArray();
    }

    public byte[] Deb() => Ar(("debian-binary", "2.0\n"u8.ToArray()), ("control.tar.gz", [1]), ("data.tar.gz", Gzip(Tar())));

    public static byte[] Ar(params (string Name, byte[] Content)[] members)
    {
        var ar = new MemoryStream();
        ar.Write("!<arch>\n"u8);
        foreach (var (name, content) in members)
        {
            ar.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name,-16}{0,-12}{0,-6}{0,-6}{"100644",-8}{content.Length,-10}`\n")));
            ar.Write(content);
            ar.Write(content.Length % 2 == 1 ? "\n"u8 : default);
        }

        return ar.ToArray();
    }

    public static byte[] Gzip(byte[] content)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionMode.Compress))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }
}
