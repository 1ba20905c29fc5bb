using System.Collections.Immutable;
using System.Globalization;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Diagnostics;
using Buildit.Core.Registries;
using Buildit.Core.Trust;
using Buildit.Images.Oci;
using Buildit.Store.Fetching;
using Buildit.Store.Locking;
using Buildit.Store.Registries;

namespace Buildit.Cli.Registries;

/// <summary>Which image of an index is wanted, whose signature it must have, and where it is written.</summary>
/// <param name="Platform"><c>os/arch[/variant]</c>; null = linux/amd64 where there is a choice.</param>
/// <param name="AllPlatforms">The index, with all its images.</param>
/// <param name="Keys">Files or names of keys; one of them must have signed. None given: those that were accepted for the repository.</param>
/// <param name="Output">Absolute directory.</param>
internal sealed record FetchChoices(string? Platform, bool AllPlatforms, ImmutableArray<string> Keys, string Output);

/// <summary>Takes images from registries into the store, and writes them as OCI layouts.</summary>
internal sealed class ImageFetching(Session session, Terminal terminal, FetchChoices choices)
{
    /// <summary>Takes one.</summary>
    public async Task RunAsync(RegistryAddress address, CancellationToken cancel)
    {
        var keys = new SignerChoice(session.Workspace, choices.Keys).KeysFor(address);
        using var registry = session.Registry(address);
        try
        {
            var fetched = 0;
            var download = new ImageDownload(registry, session.Store, TimeProvider.System, blob => terminal.Status(string.Create(CultureInfo.InvariantCulture, $"  Downloading '{address.Text}': blob {Interlocked.Increment(ref fetched)}, {ByteCount.Show(blob.Size)}")));
            var named = await download.DocumentAsync(address.Reference, cancel)
                ?? throw new BuilditException(ExitCode.Unresolvable, $"there is no image '{address.Text}'", $"the registry '{address.Host}' has no '{address.Reference}' in '{address.Repository}', or does not show it to whoever asks");
            var image = choices.AllPlatforms ? named : await new PlatformChoice(download, choices.Platform).FindAsync(named, address, cancel);
            await RequireSignatureAsync(registry, [named.Digest, image.Digest], keys, address, cancel);
            await WriteAsync(address, image, download, cancel);
        }
        catch (PlaceException e)
        {
            throw RegistryChoice.Failed($"pulling '{address.Text}'", address, e, "what was downloaded is kept; the same command goes on from there");
        }
    }

    private async Task RequireSignatureAsync(RegistryClient registry, IEnumerable<Digest> digests, ImmutableArray<PublicKey> keys, RegistryAddress address, CancellationToken cancel)
    {
        if (keys.IsEmpty)
        {
            return;
        }

        foreach (var digest in digests.Distinct())
        {
            if (await new ImageSignatures(registry).FindSignerAsync(digest, keys, cancel) is { } signer)
            {
                terminal.Line($"    '{address.Text}' is signed by {signer.Id.Hex}{(signer.Name.Length > 0 ? $" ({signer.Name})" : "")}");
                return;
            }
        }

        throw new BuilditException(
            ExitCode.TrustRefused,
            $"'{address.Text}' is not signed by {(keys is [var only] ? $"the key {only.Id.Hex}" : $"any of the {keys.Length} keys that count for it")}",
            "whoever made it signs it with 'buildit push', or with cosign; nothing was written");
    }

    private async Task WriteAsync(RegistryAddress address, ImageDocument image, ImageDownload download, CancellationToken cancel)
    {
        var documents = await DocumentsAsync(image, download, cancel);
        var blobs = documents.Where(d => !d.IsIndex).SelectMany(d => ImageManifest.Read(d.Bytes) is { } m ? m.Layers.Prepend(m.Config) : throw new PlaceException($"has a manifest {d.Digest} that is none")).DistinctBy(b => b.Digest).ToArray();
        var received = await download.BlobsAsync(blobs, cancel);
        new BlobMemory(session.Store, address).Remember(blobs.Select(b => b.Digest));
        var platform = image.IsIndex ? null : IndexedImage.PlatformOf(session.Store.ReadBlob(ImageManifest.Read(image.Bytes)!.Config.Digest) ?? []);
        var path = Path.Combine(choices.Output, NameOf(address, platform));
        using var turn = await FileLock.AcquireAsync(
            Path.Combine(session.Store.Paths.Locks, Digest.Of(path).Hex), $"writing {path}", TimeProvider.System, holder => terminal.Line($"        {path}: waiting for {holder}"), cancel);
        var index = new IndexedImage(image.Descriptor, platform, address.Tag).WriteIndex();
        await Task.Run(
            () => OciLayoutWriter.WriteDirectory(
                [.. documents.Select(d => (BinhostLayout.Blob(d.Digest), d.Bytes.ToArray())), .. OciLayoutWriter.Frame(index)], blobs.Select(b => (b.Digest, session.Store.Paths.Blob(b.Digest))), path),
            cancel);
        terminal.Ended($"Downloading '{address.Text}'");
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"        {blobs.Length} blobs, {received / 1e6:0.0} MB downloaded"));
        terminal.Data($"{session.Workspace.Display(path)} {image.Digest}");
    }

    /// <summary>An image with all documents that it names, each once.</summary>
    private static async Task<IReadOnlyList<ImageDocument>> DocumentsAsync(ImageDocument image, ImageDownload download, CancellationToken cancel)
    {
        var found = new List<ImageDocument> { image };
        for (var i = 0; i < found.Count; i++)
        {
            foreach (var named in found[i].IsIndex ? IndexedImage.ReadAll(found[i].Bytes) ?? throw new PlaceException($"has an index {found[i].Digest} that is none") : [])
            {
                if (found.All(d => d.Digest != named.Descriptor.Digest))
                {
                    found.Add(await download.DocumentAsync(named.Descriptor.Digest.ToString(), cancel) ?? throw new PlaceException($"lacks the manifest {named.Descriptor.Digest} of the image"));
                }
            }
        }

        return found;
    }

    private static string NameOf(RegistryAddress address, string? platform)
    {
        var name = address.Repository[(address.Repository.LastIndexOf('/') + 1)..];
        var version = address.Tag ?? address.Digest?.Hex[..12] ?? address.Reference;
        return $"{name}-{version}{(platform is null ? "" : "-" + platform.Replace('/', '-'))}.oci";
    }
}
