using System.Collections.Concurrent;
using System.IO.Compression;

namespace Buildit.Cli.Serving;

/// <summary>Texts in gzip, compressed once for each state of a file and kept in memory, as far as they are small.</summary>
internal sealed class CompressedTexts
{
    private const int Largest = 4 << 20;
    private const int Most = 64 << 20;
    private readonly ConcurrentDictionary<string, (string ETag, byte[] Bytes)> _texts = new(StringComparer.Ordinal);

    /// <summary>The text in gzip; null if it is too large for that.</summary>
    public async Task<byte[]?> OfAsync(ServedFile file, CancellationToken cancel)
    {
        if (_texts.TryGetValue(file.Path, out var known) && known.ETag == file.ETag)
        {
            return known.Bytes;
        }

        if (file.Content.Length > Largest)
        {
            return null;
        }

        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            await file.Content.CopyToAsync(gzip, cancel);
        }

        if (_texts.Sum(t => (long)t.Value.Bytes.Length) > Most)
        {
            _texts.Clear();
        }

        return (_texts[file.Path] = (file.ETag, compressed.ToArray())).Bytes;
    }
}
