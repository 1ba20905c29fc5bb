using System.Text;

namespace Buildit.Core.Sboms;

/// <summary>
/// Writes what scanners read to know imported Debian packages: a paragraph as in dpkg's status file, one file a package in <c>/var/lib/dpkg/status.d</c>, and the sums of its
/// files beside it. Distroless images are made so, and every scanner knows them.
/// </summary>
public static class DpkgStatus
{
    /// <summary>Directory of the files, relative to the root.</summary>
    public const string Directory = "var/lib/dpkg/status.d";

    /// <summary>The paragraph: what the lock and the archive say of the .deb.</summary>
    public static string Print(Debian.LockedPackage pin)
    {
        var text = new StringBuilder();
        Field(text, "Package", pin.Name);
        Field(text, "Status", "install ok installed");
        Field(text, "Architecture", pin.Architecture);
        Field(text, "Source", SourceOf(pin));
        Field(text, "Version", pin.Version);
        Field(text, "Depends", string.Join(", ", pin.Depends));
        Field(text, "SHA256", pin.Sha256.Hex);
        return text.ToString();
    }

    /// <summary>As md5sum(1) prints them; paths are relative to the root.</summary>
    public static string PrintSums(IEnumerable<(string Path, string Md5)> files) => string.Concat(files.Select(f => $"{f.Md5}  {f.Path}\n"));

    /// <summary>As dpkg writes it: only where name or version are not the package's own.</summary>
    private static string SourceOf(Debian.LockedPackage pin)
    {
        var (name, version) = (SbomNames.DebianSource(pin.Path, pin.Name), SbomNames.DebianSourceVersion(pin.Version));
        return version != pin.Version ? $"{name} ({version})" : name != pin.Name ? name : "";
    }

    private static void Field(StringBuilder text, string name, string value)
    {
        if (value.Length > 0)
        {
            text.Append(name).Append(": ").Append(value).Append('\n');
        }
    }
}
