using System.Globalization;
using System.Security.Cryptography;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Store.Compression;
using Buildit.Store.Files;

namespace Buildit.Store.Layers;

/// <summary>
/// Keeps layer blobs under <c>blobs/sha256/HEX</c>, and beside them <c>layers/KEY-COMPRESSOR</c>: one line that says which blob that compressor made of
/// that layer, so that a second composing neither reads nor compresses anything.
/// </summary>
/// <param name="directory">The store's.</param>
/// <param name="verified">The path of a blob whose bytes were checked in this process, or null; not given: blobs are believed.</param>
/// <param name="temporary">A new name on the same file system for what is being written, which is swept if this process dies; not given: one in the directory.</param>
public sealed class LayerCache(string directory, Func<Digest, string?>? verified = null, Func<string>? temporary = null) : ILayerCache
{
    // One more for each change of CanonicalTarWriter or of the lines in layers/.
    private const string Format = "layer 1";

    /// <inheritdoc/>
    public async Task<LayerBlob> GetAsync(LayerSource source, ICompressor? compressor, CancellationToken cancel)
    {
        var key = source.Key;
        if (Find(key, compressor) is { } known)
        {
            return known;
        }

        var made = await MakeAsync(source, compressor, cancel);
        await RememberAsync(key, compressor, made, cancel);
        return made;
    }

    /// <summary>The blob that a compressor made of a layer, if it is there: see <see cref="LayerSource.Key"/>.</summary>
    public LayerBlob? Find(Digest key, ICompressor? compressor) => Remembered(NoteOf(key, compressor), compressor);

    /// <summary>Notes that a blob which is there is what a compressor makes of a layer.</summary>
    public async Task RememberAsync(Digest key, ICompressor? compressor, LayerBlob blob, CancellationToken cancel)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{blob.Digest} {blob.Size} {blob.DiffId}\n");
        // Others may write the same note at the same time: each under a name of its own first.
        var note = NewTemporary();
        await File.WriteAllTextAsync(note, line, cancel);
        File.Move(note, NoteOf(key, compressor), overwrite: true);
    }

    private string NewTemporary() => temporary?.Invoke() ?? Path.Combine(directory, "layers", $".{Path.GetRandomFileName()}.tmp");

    private string NoteOf(Digest key, ICompressor? compressor) => Path.Combine(directory, "layers", $"{key.Hex}-{Digest.Of($"{Format}\n{compressor?.Identity}").Hex[..16]}");

    /// <summary>What a note says, if its blob is there; anything odd counts as not remembered.</summary>
    private LayerBlob? Remembered(string note, ICompressor? compressor)
    {
        if (!File.Exists(note) || File.ReadAllText(note).TrimEnd('\n').Split(' ') is not [var blob, var length, var diff])
        {
            return null;
        }

        if (!Digest.TryParse(blob, out var digest) || !Digest.TryParse(diff, out var diffId)
            || !long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var size))
        {
            return null;
        }

        var file = new FileInfo(BlobPath(digest));
        return (verified is null || verified(digest) is not null) && file.Exists && file.Length == size ? new(digest, size, MediaType(compressor), diffId, file.FullName) : null;
    }

    private async Task<LayerBlob> MakeAsync(LayerSource source, ICompressor? compressor, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.Combine(directory, "layers"));
        Directory.CreateDirectory(Path.Combine(directory, "blobs", "sha256"));
        var layer = NewTemporary();
        try
        {
            var (digest, size, diffId) = await WriteAsync(source, compressor, layer, cancel);
            if (source.DiffId is { } expected && expected != diffId)
            {
                throw new BuilditException(ExitCode.StoreFailed, $"a stored tree has changed: its layer should be {expected} and is {diffId}", "run `buildit store verify`");
            }

            // Layouts share the blob by hard links: nobody may change it in place.
            File.SetUnixFileMode(layer, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            File.Move(layer, BlobPath(digest), overwrite: true);
            return new(digest, size, MediaType(compressor), diffId, BlobPath(digest));
        }
        finally
        {
            File.Delete(layer);
        }
    }

    private static async Task<(Digest Digest, long Size, Digest DiffId)> WriteAsync(LayerSource source, ICompressor? compressor, string path, CancellationToken cancel)
    {
        await using var file = new DurableFileStream(path);
        await using var blob = new HashingStream(file, HashAlgorithmName.SHA256);
        Digest diffId = default;
        if (compressor is null)
        {
            await Task.Run(() => source.WriteTar(blob), cancel);
            diffId = Digest.FromHash(blob.GetHash());
        }
        else
        {
            await compressor.CompressAsync(output => diffId = WriteHashed(source, output), blob, cancel);
        }

        file.MakeDurable();
        return (Digest.FromHash(blob.GetHash()), blob.Count, diffId);
    }

    private static Digest WriteHashed(LayerSource source, Stream output)
    {
        using var tar = new HashingStream(output, HashAlgorithmName.SHA256);
        source.WriteTar(tar);
        return Digest.FromHash(tar.GetHash());
    }

    private string BlobPath(Digest digest) => Path.Combine(directory, "blobs", "sha256", digest.Hex);

    private static string MediaType(ICompressor? compressor) => "application/vnd.oci.image.layer.v1.tar" + (compressor is null ? "" : "+" + compressor.Format);
}
