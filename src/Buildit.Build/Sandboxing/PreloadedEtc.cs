using Buildit.Store.Native;

namespace Buildit.Build.Sandboxing;

/// <summary>
/// An /etc for one sandbox: that of its root, and an <c>ld.so.preload</c> (ld.so(8)) with libraries beside it. Unlike LD_PRELOAD it changes no environment, and
/// holds for programs that clear theirs.
/// </summary>
public static class PreloadedEtc
{
    private const string Libraries = "buildit-preload";

    /// <summary>Makes it at <paramref name="place"/>, which the caller deletes, and gives the mount.</summary>
    public static Mount Make(string root, IReadOnlyList<string> libraries, string place)
    {
        Copy(new(Path.Combine(root, "etc")), place);
        Directory.CreateDirectory(Path.Combine(place, Libraries));
        foreach (var library in libraries)
        {
            HardLink.CreateOrCopy(library, Path.Combine(place, Libraries, Path.GetFileName(library)));
        }

        var preload = Path.Combine(place, "ld.so.preload");
        File.Delete(preload);
        File.WriteAllText(preload, string.Concat(libraries.Select(l => $"/etc/{Libraries}/{Path.GetFileName(l)}\n")));
        return new(place, "/etc", Writable: false);
    }

    private static void Copy(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var entry in from.EnumerateFileSystemInfos())
        {
            var place = Path.Combine(to, entry.Name);
            if (entry.LinkTarget is { } target)
            {
                File.CreateSymbolicLink(place, target);
            }
            else if (entry is DirectoryInfo directory)
            {
                Copy(directory, place);
            }
            else
            {
                HardLink.CreateOrCopy(entry.FullName, place);
            }
        }
    }
}
