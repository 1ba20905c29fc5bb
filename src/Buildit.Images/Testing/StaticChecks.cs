using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core.ImageTests;
using Buildit.Core.Trees;
using Buildit.Images.Reading;

namespace Buildit.Images.Testing;

/// <summary>Tests of an image that need nothing to be run: what is wrong, in words.</summary>
public static class StaticChecks
{
    private const string DebianCopyrights = "usr/share/doc";
    // What container-structure-test refuses, and the package that it never looks at.
    private static readonly ImmutableArray<string> Refused = ["AGPL", "WTFPL"];
    private const string NeverLookedAt = "libgnutls30";

    /// <summary>Mistakes of one test; none if it passes.</summary>
    public static IEnumerable<string> Mistakes(StructureTest test, UsableImage image) => test switch
    {
        StructureTest.FileExistence existence => Existence(existence, image),
        StructureTest.FileContent content => Content(content, image),
        StructureTest.Metadata metadata => MetadataChecks.Mistakes(metadata, image.Settings),
        StructureTest.License license => Licenses(license, image),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IEnumerable<string> Existence(StructureTest.FileExistence test, UsableImage image)
    {
        if (Find(test.Path, image) is not { } entry)
        {
            return test.ShouldExist ? [$"'{test.Path}' is not there"] : [];
        }

        return test.ShouldExist ? Attributes(test, entry) : [$"'{test.Path}' is there"];
    }

    private static IEnumerable<string> Attributes(StructureTest.FileExistence test, TreeEntry entry)
    {
        var actual = Permissions(entry);
        if (test.Permissions is { } wanted && wanted != actual)
        {
            yield return $"'{test.Path}' has the permissions {actual}, not {wanted}";
        }

        if (test.ExecutableBits != 0 && (entry.Mode & test.ExecutableBits) == 0)
        {
            yield return $"'{test.Path}' with the permissions {actual} is not executable as it should be";
        }

        foreach (var (what, want, is_) in new[] { ("owner", test.Uid, entry.Uid), ("group", test.Gid, entry.Gid) })
        {
            if (want is { } id && id != is_)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"'{test.Path}' has the {what} {is_}, not {id}");
            }
        }
    }

    private static IEnumerable<string> Content(StructureTest.FileContent test, UsableImage image)
    {
        if (image.TextOf(test.Path) is not { } text)
        {
            return [$"'{test.Path}' is no file that can be read"];
        }

        return test.Expected.Where(p => !p.IsIn(text)).Select(p => $"nothing in '{test.Path}' matches '{p}'")
            .Concat(test.Excluded.Where(p => p.IsIn(text)).Select(p => $"'{test.Path}' has what '{p}' excludes"));
    }

    private static IEnumerable<string> Licenses(StructureTest.License test, UsableImage image)
    {
        var packages = image.Files.Select(f => f.Entry).Where(e => e.Kind == EntryKind.Directory && TreePath.Parent(e.Path) == DebianCopyrights && TreePath.Name(e.Path) != NeverLookedAt);
        foreach (var path in (test.Debian ? packages.Select(p => $"/{p.Path}/copyright") : []).Concat(test.Files))
        {
            if (image.TextOf(path) is not { } text)
            {
                yield return $"there is no license file '{path}'";
            }
            else if (Refused.FirstOrDefault(r => text.Contains(r, StringComparison.OrdinalIgnoreCase)) is { } refused)
            {
                yield return $"'{path}' names {refused}";
            }
        }
    }

    // The last link is not followed: it is the file that is asked about. A hard link is the file that it names.
    private static TreeEntry? Find(string path, UsableImage image)
    {
        var found = PathWalk.Resolve(p => image.Find(p)?.Entry, path, followLast: false);
        var entry = found is null ? null : image.Find(found)?.Entry;
        return entry is { Kind: EntryKind.HardLink } ? image.Find(entry.Target!)?.Entry : entry;
    }

    /// <summary>As <c>ls -l</c> prints them.</summary>
    private static string Permissions(TreeEntry entry)
    {
        Span<char> text = stackalloc char[10];
        text[0] = entry.Kind switch { EntryKind.Directory => 'd', EntryKind.Symlink => 'L', _ => '-' };
        for (var i = 0; i < 9; i++)
        {
            text[i + 1] = (entry.Mode & (0x100 >> i)) != 0 ? "rwx"[i % 3] : '-';
        }

        foreach (var (bit, place, set, alone) in new[] { (0x800, 3, 's', 'S'), (0x400, 6, 's', 'S'), (0x200, 9, 't', 'T') })
        {
            text[place] = (entry.Mode & bit) == 0 ? text[place] : text[place] == 'x' ? set : alone;
        }

        return text.ToString();
    }
}
