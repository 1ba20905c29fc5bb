using System.Security.Cryptography;
using Buildit.Core;
using Buildit.Core.Keys;
using Buildit.Store;
using Buildit.Store.Files;
using Buildit.Store.Trees;

namespace Buildit.Build.Verification;

/// <summary>A store, this one or another, that is only looked at.</summary>
public sealed class StoreOrigin(string name, ContentStore store) : IRecordOrigin
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Task<OriginRecord> FindAsync(RecipeKey key, CancellationToken cancel) => Task.FromResult(
        store.Index.FindRecord(key) switch
        {
            null => OriginRecord.None,
            { } blob => store.ReadBlob(blob) is { } bytes ? OriginRecord.Of(bytes, key) : new(null, "the record's bytes are not there, or not what their digest says"),
        });

    /// <inheritdoc/>
    public StoredTree? FindTree(Digest diffId) => store.FindTree(diffId) is { } tree && IsWhole(tree) ? tree : null;

    private static bool IsWhole(StoredTree tree)
    {
        try
        {
            using var hash = new HashingStream(Stream.Null, HashAlgorithmName.SHA256);
            tree.WriteTar(hash);
            return Digest.FromHash(hash.GetHash()) == tree.DiffId;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
