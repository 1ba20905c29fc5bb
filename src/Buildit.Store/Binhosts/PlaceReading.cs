using Buildit.Core;
using Buildit.Core.Binhosts;

namespace Buildit.Store.Binhosts;

/// <summary>Reading small blobs whole.</summary>
public static class PlaceReading
{
    /// <summary>The bytes of a blob that is small enough for memory; null if it is not there or has other bytes than its name says.</summary>
    public static async Task<byte[]?> ReadBlobAsync(this IPlace place, Digest digest, CancellationToken cancel)
    {
        if (await place.OpenBlobAsync(digest, 0, cancel) is not { } stream)
        {
            return null;
        }

        await using (stream)
        {
            using var content = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (int read; content.Length <= BinhostLayout.LargestDocument && (read = await stream.ReadAsync(buffer, cancel)) > 0;)
            {
                content.Write(buffer, 0, read);
            }

            var bytes = content.ToArray();
            return Digest.Of(bytes) == digest ? bytes : null;
        }
    }
}
