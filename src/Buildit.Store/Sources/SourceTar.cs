using Buildit.Core;

namespace Buildit.Store.Sources;

/// <summary>A source as one canonical, uncompressed tar.</summary>
/// <param name="Digest">Of the tar.</param>
/// <param name="Size">Bytes of the tar.</param>
/// <param name="NewestMtime">The newest time of its entries, in seconds since 1970.</param>
public sealed record SourceTar(Digest Digest, long Size, long NewestMtime);

/// <summary>Source tars as blobs of a store.</summary>
public static class SourceTars
{
    /// <summary>Lets <paramref name="write"/> write a tar, and makes it a blob.</summary>
    public static async Task<SourceTar> PutSourceAsync(this ContentStore store, Func<Stream, SourceTar> write, CancellationToken cancel)
    {
        var temp = store.NewWorkPath("source");
        try
        {
            SourceTar tar;
            await using (var output = new FileStream(temp, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 17))
            {
                tar = await Task.Run(() => write(output), cancel);
            }

            await store.CommitBlobAsync(temp, tar.Digest);
            return tar;
        }
        catch
        {
            File.Delete(temp);
            throw;
        }
    }
}
