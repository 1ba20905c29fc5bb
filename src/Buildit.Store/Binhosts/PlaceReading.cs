using Buildit.Core;
using Buildit.Store.Fetching;

namespace Buildit.Store.Binhosts;

/// <summary>Reading small things whole.</summary>
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
            var bytes = await stream.ReadSomeAsync(cancel);
            return Digest.Of(bytes) == digest ? bytes : null;
        }
    }
}
