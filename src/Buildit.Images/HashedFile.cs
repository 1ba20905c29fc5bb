using System.Security.Cryptography;
using Buildit.Core;
using Buildit.Store.Files;

namespace Buildit.Images;

/// <summary>Images that are one file.</summary>
internal static class HashedFile
{
    /// <summary>Streams the file to its place, where it is whole or not at all. Gives the digest and size of its bytes.</summary>
    internal static async Task<(Digest Digest, long Size)> WriteAsync(string path, Func<Stream, Task> write)
    {
        (Digest, long) result = default;
        await AtomicFile.WriteAsync(path, async file =>
        {
            await using var hashed = new HashingStream(file, HashAlgorithmName.SHA256);
            await write(hashed);
            result = (Digest.FromHash(hashed.GetHash()), hashed.Count);
        });
        return result;
    }
}
