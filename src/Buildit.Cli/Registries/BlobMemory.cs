using Buildit.Core;
using Buildit.Core.Registries;
using Buildit.Store;

namespace Buildit.Cli.Registries;

/// <summary>Which repository of a registry is known to have a blob, because it was put there or taken from there: another repository of the same registry can have it without an upload.</summary>
internal sealed class BlobMemory(ContentStore store, RegistryAddress address)
{
    private readonly string _fact = $"in registry {address.Host}";

    /// <summary>A repository that had it; null if none is known.</summary>
    public string? Find(Digest blob) => store.Index.FindFact(blob, _fact);

    /// <summary>Notes that this repository has these.</summary>
    public void Remember(IEnumerable<Digest> blobs)
    {
        foreach (var blob in store.IsReadOnly ? [] : blobs.Distinct().Where(b => Find(b) != address.Repository))
        {
            store.Index.AddFact(blob, _fact, address.Repository);
        }
    }
}
