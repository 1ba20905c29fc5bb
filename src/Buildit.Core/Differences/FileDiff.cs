using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core.Archives;
using Buildit.Core.Trees;

namespace Buildit.Core.Differences;

/// <summary>What differs between two trees, path by path.</summary>
public static class FileDiff
{
    /// <summary>All differences, in <see cref="PathOrder"/>; times are not looked at.</summary>
    public static ImmutableArray<FileChange> Between(IEnumerable<TreeEntry> old, IEnumerable<TreeEntry> @new)
    {
        var before = old.ToDictionary(e => e.Path, StringComparer.Ordinal);
        var changes = new List<FileChange>();
        foreach (var entry in @new)
        {
            if (!before.Remove(entry.Path, out var was))
            {
                changes.Add(new(null, entry));
            }
            else if (Aspects(was, entry) is { IsEmpty: false } aspects)
            {
                changes.Add(new(was, entry) { Aspects = aspects });
            }
        }

        return [.. changes.Concat(before.Values.Select(gone => new FileChange(gone, null))).OrderBy(c => c.Path, PathOrder.Instance)];
    }

    /// <summary>What differs between two ELF files in the way they are loaded; null: it is no ELF file.</summary>
    public static ImmutableArray<Aspect> Between(ElfFile? old, ElfFile? @new) => Differing(
        ("soname", old?.Soname, @new?.Soname),
        ("needed", Joined(old?.Needed), Joined(@new?.Needed)),
        ("interpreter", old?.Interpreter, @new?.Interpreter),
        ("run path", Joined(old?.Rpath.AddRange(old.Runpath)), Joined(@new?.Rpath.AddRange(@new.Runpath))));

    /// <summary>A mode as people write it.</summary>
    public static string Octal(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0');

    /// <summary>What an entry is, in words.</summary>
    public static string KindOf(TreeEntry e) => e.Kind switch { EntryKind.Directory => "directory", EntryKind.File => "file", EntryKind.Symlink => "symbolic link", _ => "hard link" };

    private static ImmutableArray<Aspect> Aspects(TreeEntry old, TreeEntry @new) => Differing(
        ("kind", KindOf(old), KindOf(@new)),
        ("content", Content(old), Content(@new)),
        ("size", Size(old), Size(@new)),
        ("mode", Mode(old), Mode(@new)),
        ("owner", Owner(old), Owner(@new)),
        ("capabilities", old.Capabilities?.ToString(), @new.Capabilities?.ToString()),
        ("target", old.Target, @new.Target));

    private static ImmutableArray<Aspect> Differing(params ReadOnlySpan<(string Name, string? Old, string? New)> aspects)
    {
        var differing = ImmutableArray.CreateBuilder<Aspect>();
        foreach (var (name, old, now) in aspects)
        {
            if ((old ?? "") != (now ?? ""))
            {
                differing.Add(new(name, old ?? "", now ?? ""));
            }
        }

        return differing.ToImmutable();
    }

    // A hard link has those of the file that it names, whatever stands beside it.
    private static string? Mode(TreeEntry e) => e.Kind == EntryKind.HardLink ? null : Octal(e.Mode);

    private static string? Owner(TreeEntry e) => e.Kind == EntryKind.HardLink ? null : string.Create(CultureInfo.InvariantCulture, $"{e.Uid}:{e.Gid}");

    private static string? Size(TreeEntry e) => e.Kind == EntryKind.File ? e.Size.ToString(CultureInfo.InvariantCulture) : null;

    private static string? Content(TreeEntry e) => e.Content.IsEmpty ? null : e.Content.Hex;

    private static string? Joined(ImmutableArray<string>? names) => names is { } some ? string.Join(", ", some) : null;
}
