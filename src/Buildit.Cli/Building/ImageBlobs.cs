using System.Formats.Tar;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Store.Binhosts;

namespace Buildit.Cli.Building;

/// <summary>The blobs of an image that is on disk, in whatever form it is there.</summary>
internal static class ImageBlobs
{
    private const string Blobs = "blobs/sha256/";

    /// <summary>All of its blobs: of what is no OCI image its files themselves.</summary>
    public static IEnumerable<PushedBlob> Of(FinishedImage image) => image switch
    {
        { Step.Format: not ImageFormat.Oci } => image.Files.Select(f => new PushedBlob(f.Value, new FileInfo(f.Key).Length, () => File.OpenRead(f.Key))),
        { Step.Archive: true } => InArchive(image.Path),
        _ => Directory.EnumerateFiles(Path.Combine(image.Path, Blobs)).Order(StringComparer.Ordinal).Select(f => new PushedBlob(Digest.Parse(Path.GetFileName(f)), new FileInfo(f).Length, () => File.OpenRead(f))),
    };

    /// <summary>Size of an OCI image's manifest.</summary>
    public static long ManifestSize(FinishedImage image) => Of(image).First(b => b.Digest == image.Record.Digest).Size;

    private static List<PushedBlob> InArchive(string path)
    {
        var blobs = new List<PushedBlob>();
        using var reader = new TarReader(File.OpenRead(path));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.Name.StartsWith(Blobs, StringComparison.Ordinal) && Digest.TryParse(entry.Name[Blobs.Length..], out var digest))
            {
                blobs.Add(new(digest, entry.Length, () => OpenInArchive(path, entry.Name)));
            }
        }

        return blobs;
    }

    private static Stream OpenInArchive(string path, string name)
    {
        var reader = new TarReader(File.OpenRead(path));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.Name == name)
            {
                return entry.DataStream ?? Stream.Null;
            }
        }

        throw new BuilditException(ExitCode.StoreFailed, $"'{path}' changed while it was pushed", "run the command again");
    }
}
