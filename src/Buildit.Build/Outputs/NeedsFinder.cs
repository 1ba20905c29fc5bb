using System.Collections.Immutable;
using Buildit.Core.Archives;
using Buildit.Core.Trees;
using Buildit.Store.Trees;

namespace Buildit.Build.Outputs;

/// <summary>What a runtime output needs and offers, as its files say: sonames of ELF files, interpreters of programs and scripts.</summary>
public sealed record FoundNeeds(ImmutableSortedSet<string> Sonames, ImmutableSortedDictionary<string, string> Needed, ImmutableSortedDictionary<string, string> Interpreters);

/// <summary>Reads a tree's files for what they need.</summary>
public static class NeedsFinder
{
    /// <summary>Directories where the loader finds libraries without being told, as paths of a tree (usr-merged Debian).</summary>
    public static ImmutableArray<string> LibraryDirectories { get; } = ["usr/lib/x86_64-linux-gnu", "usr/lib", "usr/lib64"];

    /// <summary>Needed soname or interpreter -> the first file that needs it.</summary>
    public static FoundNeeds Find(StoredTree tree)
    {
        var sonames = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        var needed = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var interpreters = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var entry in tree.Tree.Entries.Where(e => e.Kind == EntryKind.File && e.Size > 4))
        {
            using var stream = tree.Open(entry);
            if (ElfReader.TryRead(stream) is { } elf)
            {
                foreach (var soname in elf.Needed)
                {
                    needed.TryAdd(soname, entry.Path);
                }

                Add(interpreters, elf.Interpreter, entry.Path);
                if (elf.Soname is { } own)
                {
                    sonames.Add(own);
                }
            }
            else if (entry.IsExecutable)
            {
                Add(interpreters, Shebang(stream), entry.Path);
            }
        }

        return new(sonames.ToImmutable(), needed.ToImmutable(), interpreters.ToImmutable());
    }

    /// <summary>The packages that provide what was found: their paths in the root of the build are looked up. Null name = nobody.</summary>
    public static IEnumerable<(string Need, string File, string? Provider)> Resolve(FoundNeeds found, Func<string, string?> ownerOfPath)
    {
        foreach (var (soname, file) in found.Needed)
        {
            yield return (soname, file, LibraryDirectories.Select(d => ownerOfPath(d + "/" + soname)).FirstOrDefault(o => o is not null));
        }

        foreach (var (path, file) in found.Interpreters)
        {
            yield return (path, file, ownerOfPath(Merged(path)));
        }
    }

    private static void Add(ImmutableSortedDictionary<string, string>.Builder map, string? key, string value)
    {
        if (key is not null)
        {
            map.TryAdd(key, value);
        }
    }

    private static string? Shebang(Stream stream)
    {
        stream.Position = 0;
        var head = new byte[256];
        var length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (length < 3 || head[0] != '#' || head[1] != '!')
        {
            return null;
        }

        var line = System.Text.Encoding.UTF8.GetString(head, 2, length - 2).Split('\n')[0].Trim();
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 || !words[0].StartsWith('/') ? null : words[0];
    }

    private static string Merged(string path)
    {
        var p = path.TrimStart('/');
        return p.StartsWith("bin/", StringComparison.Ordinal) || p.StartsWith("sbin/", StringComparison.Ordinal) || p.StartsWith("lib/", StringComparison.Ordinal) || p.StartsWith("lib64/", StringComparison.Ordinal)
            ? "usr/" + p
            : p;
    }
}
