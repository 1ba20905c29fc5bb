using System.Text;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Keys;
using Buildit.Store;

namespace Buildit.Cli.Building;

/// <summary>Remembers what the last image of each container and format was composed from, so that it can be said what changed since.</summary>
internal sealed class ImageHistory(ContentStore store)
{
    private const string Fact = "last-image";

    /// <summary>Keeps the preimage of an image that was written.</summary>
    public async Task KeepAsync(Container container, Step.Image step, CanonicalWriter key, CancellationToken cancel)
    {
        var blob = await store.PutBlobAsync(Encoding.UTF8.GetBytes(key.Preimage), cancel);
        store.Index.AddFact(Subject(container, step), Fact, blob.Hex);
    }

    /// <summary>The preimage that was kept last; null if there is none.</summary>
    public Preimage? Last(Container container, Step.Image step) =>
        store.Index.FindFact(Subject(container, step), Fact) is { } blob && store.ReadBlob(Digest.Parse(blob)) is { } bytes ? Preimage.Parse(Encoding.UTF8.GetString(bytes)) : null;

    // By its place: many containers may have one name. What is only remembered may depend on the machine.
    private static Digest Subject(Container container, Step.Image step) => new CanonicalWriter(Fact, 1).Put("directory", container.Directory).Put("format", step.Format.ToString()).Digest;
}
