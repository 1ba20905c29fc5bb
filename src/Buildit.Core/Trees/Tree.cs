using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Buildit.Core.Trees;

/// <summary>A file tree as a value: its entries in <see cref="PathOrder"/>, and the one modification time that all of them have.</summary>
public sealed record Tree
{
    private const string Header = "buildit-tree 1";

    private Tree(ImmutableArray<TreeEntry> entries, long mtime)
    {
        Entries = entries;
        Mtime = mtime;
    }

    /// <summary>Sorted by <see cref="PathOrder"/>, each path once.</summary>
    public ImmutableArray<TreeEntry> Entries { get; }

    /// <summary>Modification time of every entry, in seconds since 1970: the package's source date, never the clock.</summary>
    public long Mtime { get; }

    /// <summary>Sorts the entries and adds the directories that are missing (0755, owner 0:0). Throws on a path that is there twice, is not clean, or lies below something that is no directory.</summary>
    public static Tree Create(IEnumerable<TreeEntry> entries, long mtime)
    {
        var byPath = new SortedDictionary<string, TreeEntry>(PathOrder.Instance);
        foreach (var entry in entries)
        {
            if (!TreePath.IsClean(entry.Path))
            {
                throw new ArgumentException($"not a clean relative path: '{entry.Path}'", nameof(entries));
            }

            if (!byPath.TryAdd(entry.Path, entry))
            {
                throw new ArgumentException($"'{entry.Path}' is there twice", nameof(entries));
            }
        }

        foreach (var path in byPath.Keys.ToArray())
        {
            var parent = TreePath.Parent(path);
            for (; parent.Length > 0 && byPath.TryAdd(parent, new(parent, EntryKind.Directory)); parent = TreePath.Parent(parent))
            {
            }

            if (parent.Length > 0 && byPath[parent].Kind != EntryKind.Directory)
            {
                throw new ArgumentException($"'{path}' lies below '{parent}', which is no directory", nameof(entries));
            }
        }

        return new([.. byPath.Values], mtime);
    }

    /// <summary>The tree as text: one line an entry, as kept beside its files.</summary>
    public string Print()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Header} mtime={Mtime}\n");
        foreach (var e in Entries)
        {
            var kind = e.Kind switch { EntryKind.Directory => 'd', EntryKind.File => 'f', EntryKind.Symlink => 'l', _ => 'h' };
            text.Append(CultureInfo.InvariantCulture, $"{kind} {Convert.ToString(e.Mode, 8)} {e.Uid} {e.Gid} {e.Size} ");
            text.Append(e.Content.IsEmpty ? "-" : e.Content.Hex).Append(' ').Append(Escape(e.Path));
            if (e.Target is not null)
            {
                text.Append(" -> ").Append(Escape(e.Target));
            }
            else if (e.Capabilities is { } capabilities)
            {
                text.Append(" with ").Append(capabilities);
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Reads what <see cref="Print"/> wrote; throws <see cref="FormatException"/> on anything else.</summary>
    public static Tree Parse(string text)
    {
        var lines = text.Split('\n');
        if (!lines[0].StartsWith(Header + " mtime=", StringComparison.Ordinal))
        {
            throw new FormatException("not a tree");
        }

        try
        {
            var mtime = long.Parse(lines[0].AsSpan(Header.Length + 7), CultureInfo.InvariantCulture);
            return new([.. lines.Skip(1).Where(l => l.Length > 0).Select(ParseLine)], mtime);
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException or OverflowException)
        {
            throw new FormatException("not a tree", e);
        }
    }

    private static TreeEntry ParseLine(string line)
    {
        var parts = line.Split(' ', 7);
        var (left, target) = parts[6].Split(" -> ") switch { [var l] => (l, (string?)null), [var l, var t] => (l, Unescape(t)), _ => throw new FormatException(line) };
        var (path, capabilities) = left.Split(" with ") switch
        {
            [var p] => (p, (FileCapabilities?)null),
            [var p, var c] => (p, FileCapabilities.TryParse(c) ?? throw new FormatException(line)),
            _ => throw new FormatException(line),
        };
        var kind = parts[0] switch { "d" => EntryKind.Directory, "f" => EntryKind.File, "l" => EntryKind.Symlink, "h" => EntryKind.HardLink, _ => throw new FormatException(line) };
        return new(Unescape(path), kind)
        {
            Mode = Convert.ToInt32(parts[1], 8),
            Uid = int.Parse(parts[2], CultureInfo.InvariantCulture),
            Gid = int.Parse(parts[3], CultureInfo.InvariantCulture),
            Size = long.Parse(parts[4], CultureInfo.InvariantCulture),
            Content = parts[5] == "-" ? default : Digest.Parse(parts[5]),
            Target = target,
            Capabilities = capabilities,
        };
    }

    private static string Escape(string s) =>
        s.AsSpan().IndexOfAny("\\ \n") < 0 ? s : s.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(" ", "\\s", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Unescape(string s)
    {
        if (!s.Contains('\\', StringComparison.Ordinal))
        {
            return s;
        }

        var text = new StringBuilder(s.Length);
        for (var i = 0; i < s.Length; i++)
        {
            text.Append(s[i] != '\\' ? s[i] : s[++i] switch { 's' => ' ', 'n' => '\n', var c => c });
        }

        return text.ToString();
    }
}
