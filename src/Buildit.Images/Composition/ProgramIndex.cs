using System.Text;
using Buildit.Core.Archives;
using Buildit.Core.Trees;

namespace Buildit.Images.Composition;

/// <summary>What a file of the root needs in order to be loaded or run.</summary>
/// <param name="Entry">The file.</param>
/// <param name="Elf">What its ELF headers say, if it is an ELF file.</param>
/// <param name="Shebang">The words after <c>#!</c>, if it is an executable script.</param>
internal sealed record Program(RootEntry Entry, ElfFile? Elf, string[] Shebang);

/// <summary>Finds the programs, libraries and scripts of a root by their first bytes.</summary>
internal static class ProgramIndex
{
    private const int LongestShebang = 256;

    internal static IReadOnlyDictionary<string, Program> Read(ImageRoot root)
    {
        var found = new Dictionary<string, Program>(StringComparer.Ordinal);
        foreach (var entry in root.Entries.Where(e => e.Entry.Kind == EntryKind.File && MayBeProgram(e.Entry)))
        {
            if (Read(entry) is { } program)
            {
                found.Add(entry.Entry.Path, program);
            }
        }

        return found;
    }

    // Libraries are not executable on Debian; detached debug information has the headers of its program but is never loaded.
    private static bool MayBeProgram(TreeEntry entry) =>
        (entry.IsExecutable || TreePath.Name(entry.Path).Contains(".so", StringComparison.Ordinal)) && !entry.Path.StartsWith("usr/lib/debug/", StringComparison.Ordinal);

    private static Program? Read(RootEntry entry)
    {
        using var file = entry.Open();
        if (file.CanSeek && ElfReader.TryRead(file) is { } elf)
        {
            return new(entry, elf, []);
        }

        return entry.Entry.IsExecutable && ReadShebang(entry) is { Length: > 0 } shebang ? new(entry, null, shebang) : null;
    }

    private static string[] ReadShebang(RootEntry entry)
    {
        using var file = entry.Open();
        var start = new byte[LongestShebang];
        var line = start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false));
        if (!line.StartsWith("#!"u8))
        {
            return [];
        }

        var end = line.IndexOf((byte)'\n');
        return Encoding.UTF8.GetString(line[2..(end < 0 ? line.Length : end)]).Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
    }
}
