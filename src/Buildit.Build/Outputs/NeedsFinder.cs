using System.Collections.Immutable;
using Buildit.Core.Archives;
using Buildit.Core.Debian;
using Buildit.Core.Trees;
using Buildit.Store.Trees;

namespace Buildit.Build.Outputs;

/// <summary>A file that needs something.</summary>
/// <param name="File">The first one that does.</param>
/// <param name="Directories">Where the files that do say that it is looked for first (run paths), as paths of a tree.</param>
public sealed record NeedingFile(string File, ImmutableArray<string> Directories);

/// <summary>What a runtime output needs and offers, as its files say: sonames of ELF files; interpreters of programs and scripts, by path or, for <c>env</c>, by name.</summary>
public sealed record FoundNeeds(ImmutableSortedSet<string> Sonames, ImmutableSortedDictionary<string, NeedingFile> Needed, ImmutableSortedDictionary<string, string> Interpreters);

/// <summary>Reads a tree's files for what they need.</summary>
public static class NeedsFinder
{
    /// <summary>Directories where the loader finds libraries without being told, as paths of a tree (usr-merged Debian).</summary>
    public static ImmutableArray<string> LibraryDirectories { get; } = ["usr/lib/x86_64-linux-gnu", "usr/lib", "usr/lib64"];

    // Where env finds commands.
    private static readonly ImmutableArray<string> ProgramDirectories = ["usr/sbin", "usr/bin", "usr/local/sbin", "usr/local/bin"];

    /// <summary>Needed soname or interpreter -> the first file that needs it.</summary>
    public static FoundNeeds Find(StoredTree tree)
    {
        var sonames = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        var needed = ImmutableSortedDictionary.CreateBuilder<string, NeedingFile>(StringComparer.Ordinal);
        var interpreters = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var entry in tree.Tree.Entries.Where(e => e.Kind == EntryKind.File && e.Size > 4))
        {
            using var stream = tree.Open(entry);
            if (ElfReader.TryRead(stream) is { } elf)
            {
                foreach (var soname in elf.Needed)
                {
                    var directories = RunPaths(elf, entry.Path);
                    needed[soname] = needed.TryGetValue(soname, out var known) ? known with { Directories = [.. known.Directories.Union(directories)] } : new(entry.Path, directories);
                }

                Add(interpreters, elf.Interpreter, entry.Path);
                if (elf.Soname is { } own)
                {
                    sonames.Add(own);
                }
            }
            else if (entry.IsExecutable)
            {
                foreach (var interpreter in Shebang(stream))
                {
                    Add(interpreters, interpreter, entry.Path);
                }
            }
        }

        return new(sonames.ToImmutable(), needed.ToImmutable(), interpreters.ToImmutable());
    }

    /// <summary>The packages that provide what was found, and what a recipe says is opened: their paths in the root of the build are looked up. Null provider = nobody; null file = the recipe.</summary>
    public static IEnumerable<(string Need, string? File, string? Provider)> Resolve(FoundNeeds found, ImmutableArray<string> opened, Func<string, string?> ownerOfPath)
    {
        foreach (var (soname, (file, directories)) in found.Needed)
        {
            yield return (soname, file, Owner(directories.Concat(LibraryDirectories), soname));
        }

        foreach (var soname in opened)
        {
            yield return (soname, null, Owner(found.Needed.Values.SelectMany(n => n.Directories).Distinct().Concat(LibraryDirectories), soname));
        }

        foreach (var (interpreter, file) in found.Interpreters)
        {
            yield return (interpreter, file, interpreter.StartsWith('/') ? ownerOfPath(UsrMerge.Fold(interpreter.TrimStart('/'))) : Owner(ProgramDirectories, interpreter));
        }

        string? Owner(IEnumerable<string> directories, string name) => directories.Select(d => ownerOfPath(d + "/" + name)).FirstOrDefault(o => o is not null);
    }

    private static ImmutableArray<string> RunPaths(ElfFile elf, string path) =>
        [.. (elf.Runpath.IsEmpty ? elf.Rpath : elf.Runpath)
            .Select(d => d.Replace("${ORIGIN}", "$ORIGIN", StringComparison.Ordinal).Replace("$ORIGIN", "/" + TreePath.Parent(path), StringComparison.Ordinal).TrimStart('/'))
            .Select(d => TreePath.Clean(d) ?? Normal(d)).OfType<string>().Select(UsrMerge.Fold)];

    // "usr/bin/../lib/app", which no tree has as a path.
    private static string? Normal(string path)
    {
        var parts = new Stack<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != "."))
        {
            if (part != "..")
            {
                parts.Push(part);
            }
            else if (!parts.TryPop(out _))
            {
                return null;
            }
        }

        return string.Join('/', parts.Reverse());
    }

    private static void Add(ImmutableSortedDictionary<string, string>.Builder map, string? key, string value)
    {
        if (key is not null)
        {
            map.TryAdd(key, value);
        }
    }

    /// <summary>The interpreter of a script and, if that is <c>env</c>, the command that it looks for.</summary>
    private static string[] Shebang(Stream stream)
    {
        stream.Position = 0;
        var head = new byte[256];
        var length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (length < 3 || head[0] != '#' || head[1] != '!')
        {
            return [];
        }

        var line = System.Text.Encoding.UTF8.GetString(head, 2, length - 2).Split('\n')[0];
        return [.. ShebangLine.Programs(line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries))];
    }
}
