using System.Globalization;
using System.Text;

namespace Buildit.Store.Tests.Sources;

/// <summary>Makes tar archives byte by byte, also such as no tool would make.</summary>
public sealed class TarMaker
{
    public const long Time = 1_000_000_000;
    private readonly List<byte> _bytes = [];

    /// <summary>The field for the owner of each file, as it is.</summary>
    public byte[] Owner { get; init; } = Encoding.ASCII.GetBytes(Octal(1234, 7));

    public TarMaker File(string name, string content = "content\n", int mode = 0x1A4, long mtime = Time) => Entry('0', name, content, mode: mode, mtime: mtime);

    public TarMaker Directory(string name, long mtime = Time) => Entry('5', name, mode: 0x1ED, mtime: mtime);

    public TarMaker Symlink(string name, string target) => Entry('2', name, link: target, mode: 0x1FF);

    public TarMaker HardLink(string name, string target) => Entry('1', name, link: target);

    public TarMaker Pax(string key, string value, char type = 'x')
    {
        var rest = Encoding.UTF8.GetByteCount($" {key}={value}\n");
        var length = Enumerable.Range(rest, 10).First(n => n == rest + n.ToString(CultureInfo.InvariantCulture).Length);
        return Entry(type, "pax", $"{length} {key}={value}\n");
    }

    public TarMaker Entry(char type, string name, string content = "", string link = "", int mode = 0x1A4, long mtime = Time, string magic = "ustar\000", long? size = null) =>
        Raw(type, Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(content), Encoding.UTF8.GetBytes(link), mode, mtime, magic, size);

    public TarMaker Raw(char type, byte[] name, byte[] content, byte[] link, int mode = 0x1A4, long mtime = Time, string magic = "ustar\000", long? size = null)
    {
        var header = new byte[512];
        name.CopyTo(header, 0);
        Put(header, 100, Octal(mode, 7));
        Owner.CopyTo(header, 108);
        Put(header, 116, Octal(1234, 7));
        Put(header, 124, Octal(size ?? content.Length, 11));
        Put(header, 136, Octal(mtime, 11));
        Put(header, 148, "        ");
        header[156] = (byte)type;
        link.CopyTo(header, 157);
        Put(header, 257, magic);
        Put(header, 148, Octal(header.Sum(b => b), 6) + "\0 ");
        _bytes.AddRange(header);
        _bytes.AddRange(content);
        _bytes.AddRange(new byte[(512 - (content.Length % 512)) % 512]);
        return this;
    }

    public TarMaker Bytes(byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>Without the blocks that end an archive.</summary>
    public byte[] Open() => _bytes.ToArray();

    public byte[] Finish() => [.. _bytes.ToArray(), .. new byte[1024]];

    private static string Octal(long value, int digits) => Convert.ToString(value, 8).PadLeft(digits, '0');

    private static void Put(byte[] header, int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(header, at);
}
