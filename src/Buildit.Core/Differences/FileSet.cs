using System.Collections.Immutable;
using Buildit.Core.Archives;
using Buildit.Core.Trees;

namespace Buildit.Core.Differences;

/// <summary>Files to be compared with others.</summary>
/// <param name="Entries">Each path once.</param>
/// <param name="Elf">How a regular file is loaded; null if it is no ELF file. Asked only for files that differ.</param>
public sealed record FileSet(IReadOnlyCollection<TreeEntry> Entries, Func<TreeEntry, ElfFile?> Elf)
{
    /// <summary>No files.</summary>
    public static FileSet Empty { get; } = new([], static _ => null);

    /// <summary>What differs, with what is in ELF files whose bytes do.</summary>
    public static ImmutableArray<FileChange> Differences(FileSet old, FileSet @new) =>
        [.. FileDiff.Between(old.Entries, @new.Entries).Select(c => c.Aspects.Any(a => a.Name == "content") ? c with { Aspects = c.Aspects.AddRange(FileDiff.Between(ElfOf(old, c.Old!), ElfOf(@new, c.New!))) } : c)];

    private static ElfFile? ElfOf(FileSet files, TreeEntry entry) => entry.Kind == EntryKind.File ? files.Elf(entry) : null;
}
