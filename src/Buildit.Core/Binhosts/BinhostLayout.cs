using Buildit.Core.Sboms;

namespace Buildit.Core.Binhosts;

/// <summary>The names that things have in a binhost, relative to it, with '/' between the parts. See docs/binhosts.md.</summary>
public static class BinhostLayout
{
    /// <summary>The list of all records: the root of a <see cref="Catalog"/>.</summary>
    public const string Catalog = "records/catalog";

    /// <summary>The images, as in every OCI image layout.</summary>
    public const string ImageIndex = "index.json";

    /// <summary>Says that this is an OCI image layout.</summary>
    public const string LayoutMarker = "oci-layout";

    /// <summary>Content of <see cref="LayoutMarker"/>.</summary>
    public const string LayoutMarkerText = """{"imageLayoutVersion":"1.0.0"}""";

    /// <summary>Where the public keys are that records here are signed with: an offer, trusted by nobody who has not accepted them.</summary>
    public const string Keys = "keys";

    /// <summary>The list of the files in <see cref="Keys"/>, a line each.</summary>
    public const string KeyList = "keys/list";

    /// <summary>The directory with all blobs.</summary>
    public const string Blobs = "blobs/sha256";

    /// <summary>The directory with all records, and the catalog.</summary>
    public const string Records = "records";

    /// <summary>The records that stay whatever their age.</summary>
    public const string Pins = "pins";

    /// <summary>The page to begin with.</summary>
    public const string FrontPage = "index.html";

    /// <summary>The largest document (record, catalog, index, manifest) that is read.</summary>
    public const int LargestDocument = 16 << 20;

    /// <summary>A blob.</summary>
    public static string Blob(Digest digest) => $"blobs/sha256/{digest.Hex}";

    /// <summary>The envelope of a package's record by recipe key, of an image's by image key.</summary>
    public static string Record(Digest key) => $"records/{key.Hex[..2]}/{key.Hex}";

    /// <summary>Whether a name is that of a record, and not of the catalog.</summary>
    public static bool IsRecord(string path) => RecordKey(path) is not null;

    /// <summary>The key that a record's name ends with; null for other names.</summary>
    public static string? RecordKey(string path) => path.Split('/') is [Records, _, var key] ? key : null;

    /// <summary>An ACI.</summary>
    public static string Aci(string fileName) => $"aci/{fileName}";

    /// <summary>An image that is one file: ACIs have a directory of their own, where those who discover them look.</summary>
    public static string ImageFile(string fileName) => fileName.EndsWith(".aci", StringComparison.Ordinal) ? Aci(fileName) : $"images/{fileName}";

    /// <summary>The log of the build that made a record.</summary>
    public static string Log(Digest key) => $"logs/{key.Hex}.log";

    /// <summary>The bill of materials of what a record is about: by its key, for what has the same name and version need not be made of the same.</summary>
    public static string Sbom(Digest key, SbomFormat format) => $"sboms/{key.Hex}{format.Ending}";

    /// <summary>The description that a container was made from.</summary>
    public static string Container(string name, string version) => $"containers/{name}-{version}.yaml";

    /// <summary>The page of a package.</summary>
    public static string PackagePage(string package) => $"packages/{package}.html";

    /// <summary>The page of one record of a package, with all of its files.</summary>
    public static string FilesPage(string package, Digest key) => $"packages/{package}/{key.Hex}.html";

    /// <summary>The page of a container's images.</summary>
    public static string ImagePage(string container) => $"images/{container}.html";

    /// <summary>A public key.</summary>
    public static string Key(Digest id) => $"{Keys}/{id.Hex}.pub";
}
