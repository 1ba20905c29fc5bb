using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Registries;
using Buildit.Images.Composition;
using Buildit.Images.Reading;
using Buildit.Store.Fetching;
using Buildit.Store.Registries;

namespace Buildit.Cli.Registries;

/// <summary>Base images: an input like a source. They are taken by digest into the store, from a registry, a layout, or a binhost that has their blobs.</summary>
/// <param name="session">Has the store.</param>
/// <param name="terminal">What a person sees.</param>
internal sealed class BaseImages(Session session, Terminal terminal)
{
    private readonly StoredImages _stored = new(session.Store);

    /// <summary>Throws for bases without a digest, with the right one where it can be asked for.</summary>
    public async Task RequirePinsAsync(Container container, CancellationToken cancel)
    {
        foreach (var below in container.Bases.Where(b => b.Digest is null))
        {
            var now = await LookUpAsync(below, container, cancel);
            throw new BuilditException(
                ExitCode.InvalidInput,
                $"the base image '{below.Reference.Value}' has no digest",
                now is null ? "where there is a network, the same command tells it" : $"today it is ref: {below.Unpinned}@{now}",
                below.Reference.Span);
        }
    }

    /// <summary>Sees to it that the store has the bases of a container.</summary>
    public async Task FetchAsync(Container container, CancellationToken cancel)
    {
        await RequirePinsAsync(container, cancel);
        foreach (var below in container.Bases)
        {
            await FetchAsync(below, container, cancel);
        }
    }

    /// <summary>What the image of a step stands on; null if it stands on nothing.</summary>
    public async Task<BaseImage?> FindAsync(Container container, Step.Image step, CancellationToken cancel)
    {
        if (step.Base is not { } below)
        {
            return null;
        }

        await RequirePinsAsync(container, cancel);
        await FetchAsync(below, container, cancel);
        return await _stored.RequireAsync(container, step, cancel);
    }

    private static string Shown(ImageBase below) => $"the base image '{below.Unpinned}'";

    private async Task FetchAsync(ImageBase below, Container container, CancellationToken cancel)
    {
        var (digest, platform) = (below.Digest!.Value, container.Platform.ToString());
        if (_stored.Has(digest, platform))
        {
            return;
        }

        session.Store.RequireWritable();
        terminal.Status($"  fetching {Shown(below)}");
        if (below.Path is { } path && Path.GetFullPath(path, container.Directory) is var place && Path.Exists(place))
        {
            await new LayoutImport(session.Store).RunAsync(place, session.Workspace.Display(place), below, cancel);
        }
        else if (session.IsOffline || below.Registry is null)
        {
            await FromBinhostsAsync(below, platform, cancel);
        }
        else
        {
            await FromRegistryAsync(below.Registry, digest, platform, cancel);
        }

        if (!_stored.Has(digest, platform))
        {
            throw session.IsOffline || below.Path is not null
                ? new BuilditException(ExitCode.Missing, $"the base image '{below.Reference.Value}' is not in the store{(below.Path is null ? ", and --offline permits no download" : $", and not in '{below.Path}'")}", below.Path is null ? "where there is a network: buildit fetch TARGET" : null, below.Reference.Span)
                : new BuilditException(ExitCode.Unresolvable, $"the base image '{below.Reference.Value}' has no image for {platform}", "take the digest of another one", below.Reference.Span);
        }
    }

    private async Task FromRegistryAsync(RegistryAddress address, Digest digest, string platform, CancellationToken cancel)
    {
        using var registry = session.Registry(address);
        try
        {
            var download = new ImageDownload(registry, session.Store, TimeProvider.System, blob => terminal.Status($"  fetching the base image '{address.Text}': {ByteCount.Show(blob.Size)}"));
            var named = await download.DocumentAsync(digest.ToString(), cancel) ?? throw new PlaceException($"has no image {digest} in '{address.Repository}', or does not show it to whoever asks");
            var image = await new PlatformChoice(download, null).FindAsync(named, address, cancel);
            if (ImageManifest.Read(image.Bytes) is { } manifest)
            {
                await download.BlobsAsync(manifest.Layers.Prepend(manifest.Config), cancel);
                new BlobMemory(session.Store, address).Remember(manifest.Layers.Select(l => l.Digest));
                terminal.Line($"    Fetched the base image '{address.Text}' ({ByteCount.Show(manifest.Layers.Sum(l => l.Size))})");
            }
        }
        catch (PlaceException e)
        {
            throw RegistryChoice.Failed($"fetching the base image '{address.Text}'", address, e, "what was downloaded is kept; the same command goes on from there");
        }
    }

    /// <summary>What a bundle carries lies in a binhost, blob by blob.</summary>
    private async Task FromBinhostsAsync(ImageBase below, string platform, CancellationToken cancel)
    {
        var before = -1;
        for (var known = _stored.BlobsOf(below.Digest!.Value, platform).ToArray(); known.Length > before; known = [.. _stored.BlobsOf(below.Digest!.Value, platform)])
        {
            before = known.Length;
            foreach (var blob in known.Where(b => !session.Store.HasBlob(b)))
            {
                await session.Binhosts.PullBlobAsync(blob, null, below.Reference.Value, null, cancel);
            }
        }
    }

    private async Task<Digest?> LookUpAsync(ImageBase below, Container container, CancellationToken cancel)
    {
        if (below.Registry is not { } address)
        {
            var place = Path.GetFullPath(below.Path!, container.Directory);
            if (!Path.Exists(place))
            {
                return null;
            }

            using var layout = LayoutImage.Open(place, session.Workspace.Display(place), session.Store.Scratch, cancel);
            return layout.Parts.Image.Digest;
        }

        if (session.IsOffline)
        {
            return null;
        }

        using var registry = session.Registry(address);
        try
        {
            return (await registry.PatientlyAsync(stop => registry.GetManifestAsync(address.Reference, stop), cancel)) is { } bytes
                ? Digest.Of(bytes.Span)
                : throw new BuilditException(ExitCode.Unresolvable, $"there is no image '{address.Text}' to stand on", null, below.Reference.Span);
        }
        catch (PlaceException e)
        {
            throw RegistryChoice.Failed($"asking for '{address.Text}'", address, e);
        }
    }
}
