using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Trees;
using Buildit.Images.Aci;
using Buildit.Images.Oci;

namespace Buildit.Cli.Building;

/// <summary>An image as it was written: its digest, and a digest of the files on disk that tells whether it is still there, whole.</summary>
internal sealed record WrittenImage(Digest Digest, Digest OnDisk)
{
    /// <summary>Files beside it that it depends on, in order, by name.</summary>
    public ImmutableArray<KeyValuePair<string, Digest>> Others { get; init; } = [];

    /// <summary>An image in several files, of which the last depends on the others.</summary>
    public static WrittenImage OfSplit(ImmutableArray<AciResult> images) =>
        new(images[^1].Digest, images[^1].Digest) { Others = [.. images[..^1].Select(i => KeyValuePair.Create(Path.GetFileName(i.Path), i.Digest))] };

    /// <summary>An image in one file.</summary>
    public static WrittenImage OfFile(Digest digest, string path) => new(digest, FileState(path));

    /// <summary>An image in a directory of blobs: a blob's name says its bytes, so names and sizes are looked at, and the index itself.</summary>
    public static WrittenImage OfDirectory(Digest digest, string path) => new(digest, DirectoryState(path));

    /// <summary>Writes an OCI image as its step wants it.</summary>
    public static async Task<WrittenImage> WriteAsync(OciImage image, Step.Image step, long mtime, string path, CancellationToken cancel)
    {
        if (step.Archive)
        {
            await OciLayoutWriter.WriteArchiveAsync(image, mtime, path);
            return OfFile(image.Digest, path);
        }

        await Task.Run(() => OciLayoutWriter.WriteDirectory(image, path), cancel);
        return OfDirectory(image.Digest, path);
    }

    /// <summary>Reads what <see cref="Print"/> wrote; null for anything else.</summary>
    public static WrittenImage? Parse(string? text) =>
        text?.Split(' ') is [var a, var b, .. var others] && Digest.TryParse(a, out var digest) && Digest.TryParse(b, out var state)
            ? new(digest, state) { Others = [.. others.Select(o => o.Split(':', 2)).Select(o => KeyValuePair.Create(o[1], Digest.Parse(o[0])))] }
            : null;

    /// <summary>As kept in the store's index.</summary>
    public string Print() => $"{Digest.Hex} {OnDisk.Hex}{string.Concat(Others.Select(o => $" {o.Value.Hex}:{o.Key}"))}";

    /// <summary>Whether the same image is at this path.</summary>
    public bool IsAt(string path) =>
        (IsFile(path, OnDisk) && Others.All(o => IsFile(Path.Combine(Path.GetDirectoryName(path)!, o.Key), o.Value))) || (Directory.Exists(path) && File.Exists(Path.Combine(path, "index.json")) && DirectoryState(path) == OnDisk);

    /// <summary>Whether there is a file with these bytes.</summary>
    public static bool IsFile(string path, Digest digest) => File.Exists(path) && FileState(path) == digest;

    private static Digest FileState(string path)
    {
        using var file = File.OpenRead(path);
        return Digest.Of(file);
    }

    private static Digest DirectoryState(string path)
    {
        var files = new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(f => string.Create(CultureInfo.InvariantCulture, $"{Path.GetRelativePath(path, f.FullName)} {f.Length}\n"))
            .Order(PathOrder.Instance);
        return Digest.Of(string.Concat(files) + File.ReadAllText(Path.Combine(path, "index.json")));
    }
}
