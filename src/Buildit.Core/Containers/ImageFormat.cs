using System.Collections.Immutable;

namespace Buildit.Core.Containers;

/// <summary>Kinds of image that can be written.</summary>
public enum ImageFormat
{
    /// <summary>App container image (appc specification).</summary>
    Aci,

    /// <summary>OCI image layout.</summary>
    Oci,

    /// <summary>What <c>docker save</c> writes and <c>docker load</c> reads: one tar with a manifest, the configuration and the uncompressed layers.</summary>
    DockerArchive,

    /// <summary>The root file system as it is, in one tar.</summary>
    Tar,
}

/// <summary>What image formats are called, and the endings of their files.</summary>
public static class ImageFormats
{
    private static readonly ImmutableArray<(ImageFormat Format, string Name, string Ending)> Known =
    [
        (ImageFormat.Aci, "aci", ".aci"),
        (ImageFormat.Oci, "oci", ".oci"),
        (ImageFormat.DockerArchive, "docker-archive", ".docker.tar"),
        (ImageFormat.Tar, "tar", ".tar"),
    ];

    /// <summary>Their names, as an image step's <c>type</c> and <c>--type</c> have them.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Known.Select(k => k.Name)];

    /// <summary>The name of a format.</summary>
    public static string Name(this ImageFormat format) => Known.First(k => k.Format == format).Name;

    /// <summary>The format of a name; null if there is none.</summary>
    public static ImageFormat? Parse(string name) => Known.Where(k => k.Name == name).Select(k => (ImageFormat?)k.Format).FirstOrDefault();

    /// <summary>The format of an image by its file's name, which <see cref="EndingOf"/> has made.</summary>
    public static ImageFormat OfFile(string fileName) =>
        Known.Where(k => fileName.EndsWith(k.Ending, StringComparison.Ordinal) && !fileName.EndsWith(ArchivedLayout, StringComparison.Ordinal)).Select(k => (ImageFormat?)k.Format).FirstOrDefault() ?? ImageFormat.Oci;

    /// <summary>What the file name of a step's image ends with.</summary>
    public static string EndingOf(Step.Image step) => step.Archive ? ArchivedLayout : Known.First(k => k.Format == step.Format).Ending;

    private const string ArchivedLayout = ".oci.tar";
}
