using Buildit.Core.Binhosts;

namespace Buildit.Store.Fetching;

/// <summary>Reading bodies of answers.</summary>
internal static class DocumentReading
{
    /// <summary>All of a document. Throws <see cref="PlaceException"/> if it is larger than any document.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadDocumentAsync(this Stream stream, string path, CancellationToken cancel)
    {
        var bytes = await stream.ReadSomeAsync(cancel);
        return bytes.Length <= BinhostLayout.LargestDocument ? bytes : throw new PlaceException($"has more than {BinhostLayout.LargestDocument >> 20} MiB as '{path}', which cannot be right");
    }

    /// <summary>Reads over what the caller has already, where the server cannot send a part.</summary>
    public static async Task SkipAsync(this Stream body, long count, CancellationToken cancel)
    {
        var buffer = new byte[1 << 16];
        for (int read; count > 0 && (read = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, count)), cancel)) > 0; count -= read)
        {
        }
    }

    /// <summary>Reads to the end, or until it is more than can be right.</summary>
    public static async Task<byte[]> ReadSomeAsync(this Stream stream, CancellationToken cancel)
    {
        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; content.Length <= BinhostLayout.LargestDocument && (read = await stream.ReadAsync(buffer, cancel)) > 0;)
        {
            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }
}
