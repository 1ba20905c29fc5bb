using System.Buffers.Binary;
using System.Text;

namespace Buildit.Images.Tests.Composition;

/// <summary>Makes the smallest x86-64 ELF files that say what they need.</summary>
public static class TinyElf
{
    private const int Header = 64;
    private const int Segment = 56;

    public static byte[] Make(string[] needed, string? interpreter = null, string? runpath = null, string? rpath = null, int machine = 62, string? soname = null)
    {
        var strings = new MemoryStream();
        strings.WriteByte(0);
        var interpreterAt = interpreter is null ? 0 : Add(interpreter);
        List<(long Tag, long Value)> dynamic = [.. needed.Select(n => (1L, (long)Add(n)))];
        if (runpath is not null)
        {
            dynamic.Add((29, Add(runpath)));
        }

        if (soname is not null)
        {
            dynamic.Add((14, Add(soname)));
        }

        if (rpath is not null)
        {
            dynamic.Add((15, Add(rpath)));
        }

        const int StringsAt = Header + (3 * Segment);
        var dynamicAt = StringsAt + (int)strings.Length;
        dynamic.AddRange([(5, StringsAt), (10, strings.Length), (0, 0)]);
        var file = new byte[dynamicAt + (dynamic.Count * 16)];
        "\u007fELF"u8.CopyTo(file);
        (file[4], file[5], file[6]) = (2, 1, 1);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(16), 3);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(18), (ushort)machine);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(32), Header);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(54), Segment);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(56), 3);
        WriteSegment(0, 1, 0, file.Length);
        WriteSegment(1, 2, dynamicAt, dynamic.Count * 16);
        WriteSegment(2, interpreter is null ? 0 : 3, StringsAt + interpreterAt, (interpreter?.Length ?? 0) + 1);
        strings.ToArray().CopyTo(file, StringsAt);
        for (var i = 0; i < dynamic.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(dynamicAt + (i * 16)), dynamic[i].Tag);
            BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(dynamicAt + (i * 16) + 8), dynamic[i].Value);
        }

        return file;

        int Add(string text)
        {
            var at = (int)strings.Length;
            strings.Write(Encoding.UTF8.GetBytes(text + "\0"));
            return at;
        }

        void WriteSegment(int index, int type, int offset, int size)
        {
            var s = file.AsSpan(Header + (index * Segment));
            BinaryPrimitives.WriteInt32LittleEndian(s, type);
            BinaryPrimitives.WriteInt64LittleEndian(s[8..], offset);
            BinaryPrimitives.WriteInt64LittleEndian(s[16..], offset);
            BinaryPrimitives.WriteInt64LittleEndian(s[32..], size);
        }
    }
}
