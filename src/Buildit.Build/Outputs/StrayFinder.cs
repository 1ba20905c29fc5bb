using System.Collections.Immutable;
using System.Text;
using Buildit.Core.Debian;
using Buildit.Core.Trees;
using Buildit.Store.Trees;

namespace Buildit.Build.Outputs;

/// <summary>Looks through the bytes of an output's files for paths that only a build has.</summary>
/// <param name="directories">Directories that only a build has, absolute.</param>
/// <param name="tools">Programs of the build's root that are not there at run time, as paths of a usr-merged tree, with their packages.</param>
public sealed class StrayFinder(IEnumerable<string> directories, IReadOnlyDictionary<string, string> tools)
{
    private const int Piece = 1 << 20;

    // No path that matters is longer; so much of a piece is looked at again with the next one.
    private const int LongestPath = 4096;

    // So much is looked at before a match: "/usr/local/s" of "/usr/local/sbin/x" and what precedes it.
    private const int Before = 16;

    // What may stand before "bin/", longest first.
    private static readonly ImmutableArray<byte[]> Prefixes = [.. new[] { "/usr/local/s", "/usr/local/", "/usr/s", "/usr/", "/s", "/" }.Select(Encoding.ASCII.GetBytes)];
    private readonly ImmutableArray<byte[]> _directories = [.. directories.Select(Encoding.UTF8.GetBytes)];

    /// <summary>What is found, by file and path; of one kind in a file, the first with the number of all.</summary>
    public ImmutableArray<StrayReference> Find(StoredTree tree) =>
        [.. tree.Tree.Entries.Where(e => e.Kind == EntryKind.File && e.Size > 0).SelectMany(e => FindIn(tree, e)).OrderBy(f => f.File, PathOrder.Instance).ThenBy(f => f.Path, StringComparer.Ordinal)];

    private Dictionary<string, StrayReference>.ValueCollection FindIn(StoredTree tree, TreeEntry entry)
    {
        var found = new Dictionary<string, StrayReference>(StringComparer.Ordinal);
        using var stream = tree.Open(entry);
        var buffer = new byte[Piece];
        long start = 0;
        for (var (kept, first) = (0, 0); ;)
        {
            var filled = kept + stream.ReadAtLeast(buffer.AsSpan(kept), buffer.Length - kept, throwOnEndOfStream: false);
            var isLast = filled < buffer.Length;
            var end = isLast ? filled : filled - LongestPath;
            Scan(buffer.AsSpan(0, filled), first, end, (at, path, kind, tool) => Note(found, entry.Path, start + at, path, kind, tool));
            if (isLast)
            {
                return found.Values;
            }

            start += end - Before;
            kept = filled - end + Before;
            first = Before;
            buffer.AsSpan(end - Before, kept).CopyTo(buffer);
        }
    }

    private static void Note(Dictionary<string, StrayReference> found, string file, long offset, string path, string kind, string? tool) =>
        found[kind] = found.TryGetValue(kind, out var earlier) ? earlier with { Count = earlier.Count + 1 } : new(file, offset, 1, path, tool);

    /// <summary>Tells all matches that begin from <paramref name="first"/> on and before <paramref name="end"/>.</summary>
    private void Scan(ReadOnlySpan<byte> bytes, int first, int end, Action<int, string, string, string?> tell)
    {
        foreach (var directory in _directories)
        {
            for (var at = Next(bytes, directory, first); at >= 0 && at < end; at = Next(bytes, directory, at + 1))
            {
                var path = PathAt(bytes, at);
                if ((path.Length == directory.Length || path[directory.Length] == '/') && BeginsAt(bytes, at))
                {
                    tell(at, path, Encoding.UTF8.GetString(directory), null);
                }
            }
        }

        for (var at = Next(bytes, "bin/"u8, first); at >= 0 && at < end; at = Next(bytes, "bin/"u8, at + 1))
        {
            var begin = ProgramAt(bytes, at);
            if (begin >= 0 && BeginsAt(bytes, begin) && PathAt(bytes, begin) is var path && tools.TryGetValue(UsrMerge.Fold(path[1..]), out var owner))
            {
                tell(begin, path, path, owner);
            }
        }
    }

    /// <summary>Where a path begins that has a directory of programs at an offset; -1 if there is none.</summary>
    private static int ProgramAt(ReadOnlySpan<byte> bytes, int at)
    {
        foreach (var prefix in Prefixes)
        {
            if (bytes[..at].EndsWith(prefix))
            {
                return at - prefix.Length;
            }
        }

        return -1;
    }

    private static int Next(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> text, int from) => bytes[from..].IndexOf(text) is var at and >= 0 ? from + at : -1;

    private static string PathAt(ReadOnlySpan<byte> bytes, int at)
    {
        var end = at;
        while (end < bytes.Length && end - at < LongestPath && IsOfPath(bytes[end]))
        {
            end++;
        }

        return Encoding.ASCII.GetString(bytes[at..end]).TrimEnd('.', '-');
    }

    /// <summary>Whether a path begins here, and is not the rest of a longer one; an option such as -I may stand right before it.</summary>
    private static bool BeginsAt(ReadOnlySpan<byte> bytes, int at) =>
        at == 0 || !IsOfPath(bytes[at - 1]) || (at >= 2 && bytes[at - 2] == (byte)'-' && char.IsAsciiLetterUpper((char)bytes[at - 1]));

    private static bool IsOfPath(byte b) => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'/' or (byte)'.' or (byte)'_' or (byte)'-' or (byte)'+' or (byte)'@' or (byte)'~';
}
