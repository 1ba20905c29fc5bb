using System.Collections.Immutable;
using System.Formats.Tar;
using Buildit.Core;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;

namespace Buildit.Store.Debian;

/// <summary>One output of an imported package: its tree, and the directory that its files were written to.</summary>
public sealed record ImportedOutput(string Name, Tree Tree, string Directory);

/// <summary>
/// Turns a .deb into file trees, one directory an output, by the rules of <see cref="ImportLayout"/>. The bytes of the .deb were verified by
/// whoever opened it; still nothing in it can write outside the directory. Files are not synced: the store does that for many at once.
/// </summary>
public static class DebImporter
{
    /// <summary>
    /// Imports into <c>workDirectory/OUTPUT</c>; <paramref name="workDirectory"/> must be empty. <paramref name="links"/> are the package's
    /// <see cref="Distribution.Links"/>. Throws <see cref="BuilditException"/> for a package that is damaged or not what a package may be.
    /// </summary>
    public static ImmutableArray<ImportedOutput> Import(
        Stream deb, string workDirectory, LockedPackage package, IReadOnlyDictionary<string, string> links, CancellationToken cancel)
    {
        var layout = new ImportLayout(package.Name);
        var files = new OutputFiles(workDirectory);
        try
        {
            using var data = DebReader.OpenData(deb);
            Unpack(data, layout, files, cancel);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"the package '{package.Name}' is damaged: {e.Message}", inner: e);
        }

        foreach (var (path, target) in links)
        {
            Write(layout.AddLink(path, target), null, layout, files);
        }

        return [.. layout.ToTrees().Select(tree => new ImportedOutput(tree.Key, tree.Value, files.Complete(tree.Key, tree.Value)))];
    }

    private static void Unpack(Stream data, ImportLayout layout, OutputFiles files, CancellationToken cancel)
    {
        using var tar = new TarReader(data);
        while (tar.GetNextEntry() is { } entry)
        {
            cancel.ThrowIfCancellationRequested();
            if (layout.Place(ToEntry(entry)) is { } placement)
            {
                Write(placement, entry.DataStream, layout, files);
            }
        }
    }

    private static void Write(Placement placement, Stream? content, ImportLayout layout, OutputFiles files)
    {
        if (placement.SharedWith is { } shared)
        {
            files.WriteHardLink(placement, shared.Output, shared.Path);
        }
        else if (placement.Entry.Kind == EntryKind.Symlink)
        {
            files.WriteSymlink(placement);
        }
        else
        {
            layout.SetContent(placement, files.WriteFile(placement, content ?? Stream.Null));
        }
    }

    private static ArchiveEntry ToEntry(TarEntry entry) => new(entry.Name, KindOf(entry.EntryType), (int)entry.Mode, entry.ModificationTime.ToUnixTimeSeconds())
    {
        Target = entry.LinkName ?? "",
        Uid = entry.Uid,
        Gid = entry.Gid,
        Size = entry.Length,
    };

    private static EntryKind? KindOf(TarEntryType type) => type switch
    {
        TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile => EntryKind.File,
        TarEntryType.Directory => EntryKind.Directory,
        TarEntryType.SymbolicLink => EntryKind.Symlink,
        TarEntryType.HardLink => EntryKind.HardLink,
        _ => null,
    };
}
