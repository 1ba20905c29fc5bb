using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Buildit.Core.Archives;
using Buildit.Core.Differences;
using Buildit.Core.Verification;

namespace Buildit.Build.Verification;

/// <summary>Says where two files differ: the section of an ELF file, the lines of a text, the member of an archive.</summary>
public static class FileComparer
{
    private const long Largest = 1 << 27;
    private const int MostMembers = 8;
    private const int Deepest = 4;
    private const int Around = 120;
    private const int LongestText = 1 << 20;

    /// <summary>All places that are worth telling, at least one. The files' bytes must differ.</summary>
    public static ImmutableArray<ContentDifference> Compare(string expected, string actual)
    {
        if (new FileInfo(expected).Length > Largest || new FileInfo(actual).Length > Largest)
        {
            return [new([], FirstDifference(expected, actual)) { Note = "too large to look into" }];
        }

        return [.. Compare(File.ReadAllBytes(expected), File.ReadAllBytes(actual), [])];
    }

    /// <summary>The same for bytes.</summary>
    public static ImmutableArray<ContentDifference> Compare(byte[] expected, byte[] actual) => [.. Compare(expected, actual, [])];

    private static ContentDifference[] Compare(byte[] expected, byte[] actual, ImmutableArray<string> within)
    {
        if (within.Length < Deepest && ArchiveMembers.Read(expected) is { } before && ArchiveMembers.Read(actual) is { } after)
        {
            var members = Members(before, after, within).ToArray();
            return members.Length > 0 ? members : [Plain(expected, actual, within) with { Note = "the same members, packed in another way" }];
        }

        return [Plain(expected, actual, within)];
    }

    private static IEnumerable<ContentDifference> Members(ImmutableArray<ArchiveMember> expected, ImmutableArray<ArchiveMember> actual, ImmutableArray<string> within)
    {
        var (before, after) = (expected.Select(m => m.Name).ToArray(), actual.Select(m => m.Name).ToArray());
        if (!before.SequenceEqual(after))
        {
            var isOrder = before.Order(StringComparer.Ordinal).SequenceEqual(after.Order(StringComparer.Ordinal));
            yield return new(within, 0)
            {
                Note = isOrder ? "the members are in another order" : "there are other members",
                Diff = TextDiff.Excerpt(string.Join('\n', before), string.Join('\n', after)),
                Kind = isOrder ? CauseKind.Order : null,
                Snippet = isOrder ? null : new(string.Join('\n', before), string.Join('\n', after)),
            };
        }

        var pairs = expected.GroupBy(m => m.Name).Select(g => g.First()).Join(actual.GroupBy(m => m.Name).Select(g => g.First()), m => m.Name, m => m.Name, (b, a) => (b, a));
        foreach (var difference in pairs.SelectMany(p => Member(p.b, p.a, within)).Take(MostMembers))
        {
            yield return difference;
        }
    }

    private static IEnumerable<ContentDifference> Member(ArchiveMember expected, ArchiveMember actual, ImmutableArray<string> within)
    {
        var inside = within.Add(expected.Name);
        if (expected.Time != actual.Time)
        {
            yield return new(inside, 0) { Note = $"the archive says another time: {expected.Time}, {actual.Time}", Kind = CauseKind.Date };
        }

        if (expected.Attributes != actual.Attributes)
        {
            yield return new(inside, 0) { Note = $"the archive says other attributes: {expected.Attributes}, {actual.Attributes}", Snippet = new(expected.Attributes, actual.Attributes) };
        }

        if (!expected.Content.AsSpan().SequenceEqual(actual.Content))
        {
            foreach (var difference in Compare(expected.Content, actual.Content, inside))
            {
                yield return difference;
            }
        }
    }

    private static ContentDifference Plain(byte[] expected, byte[] actual, ImmutableArray<string> within)
    {
        var offset = expected.AsSpan().CommonPrefixLength(actual);
        if (TextOf(expected) is { } before && TextOf(actual) is { } after)
        {
            return new(within, offset) { Diff = TextDiff.Excerpt(before, after), Snippet = new(before, after) };
        }

        var sections = Sections(expected, actual);
        // The build id is a digest of everything else, and so never the cause.
        var telling = sections.FirstOrDefault(s => !s.Name.StartsWith(".note", StringComparison.Ordinal));
        var place = telling is null ? offset : FirstDifference(expected, actual, telling);
        return new(within, offset) { Sections = [.. sections.Select(s => s.Name)], Snippet = new(Readable(expected, place), Readable(actual, place)) };
    }

    /// <summary>The sections that are not the same in both files, as the first one has them.</summary>
    private static ImmutableArray<ElfSection> Sections(byte[] expected, byte[] actual)
    {
        var after = ElfSections.Read(actual).GroupBy(s => s.Name).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        return
        [
            .. ElfSections.Read(expected).DistinctBy(s => s.Name)
                .Where(s => !after.TryGetValue(s.Name, out var other) || !Slice(expected, s).SequenceEqual(Slice(actual, other))),
        ];
    }

    private static ReadOnlySpan<byte> Slice(byte[] file, ElfSection section) =>
        section.Offset < 0 || section.Size < 0 || section.Offset > file.Length ? [] : file.AsSpan((int)section.Offset, (int)Math.Min(section.Size, file.Length - section.Offset));

    private static int FirstDifference(byte[] expected, byte[] actual, ElfSection section)
    {
        var other = ElfSections.Read(actual).FirstOrDefault(s => s.Name == section.Name);
        return other is null || other.Offset != section.Offset
            ? expected.AsSpan().CommonPrefixLength(actual)
            : (int)section.Offset + Slice(expected, section).CommonPrefixLength(Slice(actual, other));
    }

    private static long FirstDifference(string expected, string actual)
    {
        using var a = new BufferedStream(File.OpenRead(expected));
        using var b = new BufferedStream(File.OpenRead(actual));
        long offset = 0;
        for (int x = a.ReadByte(), y = b.ReadByte(); x == y && x >= 0; x = a.ReadByte(), y = b.ReadByte())
        {
            offset++;
        }

        return offset;
    }

    private static string? TextOf(byte[] bytes)
    {
        if (bytes.Length > LongestText || bytes.AsSpan().Contains((byte)0))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes);
        return text.Contains('\uFFFD', StringComparison.Ordinal) ? null : text;
    }

    /// <summary>The printable text that goes on around a place; where there is none, the bytes from there in hexadecimal.</summary>
    private static string Readable(byte[] bytes, long place)
    {
        var at = (int)Math.Min(place, bytes.Length);
        var start = at;
        while (start > Math.Max(0, at - Around) && IsPrintable(bytes[start - 1]))
        {
            start--;
        }

        var end = at;
        while (end < Math.Min(bytes.Length, at + Around) && IsPrintable(bytes[end]))
        {
            end++;
        }

        return end - start >= 4 ? Encoding.ASCII.GetString(bytes, start, end - start) : string.Create(CultureInfo.InvariantCulture, $"0x{Convert.ToHexStringLower(bytes.AsSpan(at, Math.Min(16, bytes.Length - at)))}");
    }

    private static bool IsPrintable(byte b) => b is >= 0x20 and < 0x7F;
}
