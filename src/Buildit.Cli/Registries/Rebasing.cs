using System.Collections.Immutable;
using System.Globalization;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Registries;
using Buildit.Images;
using Buildit.Images.Composition;
using Buildit.Images.ContainerLayers;
using Buildit.Images.Oci;
using Buildit.Images.Reading;
using Buildit.Store.Fetching;
using Buildit.Store.Layers;
using Buildit.Store.Registries;

namespace Buildit.Cli.Registries;

/// <summary>Takes an image off its base and puts it onto another one. What lies on the base stays as it is, byte for byte; whether it fits onto the new one is checked as when an image is composed.</summary>
internal sealed class Rebasing(Session session, Terminal terminal)
{
    private readonly StoredImages _stored = new(session.Store);

    /// <summary>Does it, and writes the image under its old name into a directory.</summary>
    public async Task RunAsync(string path, string onto, string output, CancellationToken cancel)
    {
        var shown = session.Workspace.Display(path);
        using var layout = await Task.Run(() => LayoutImage.Open(path, shown, session.Store.Scratch, cancel), cancel);
        if (layout.Parts.Image.IsIndex || ImageManifest.Read(layout.Parts.Image.Bytes) is not { } manifest)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{shown}' is an index of several images", "put each of them onto another base by itself");
        }

        await new LayoutImport(session.Store).RunAsync(layout.Parts, shown, cancel);
        var config = session.Store.ReadBlob(manifest.Config.Digest)!;
        var platform = PlatformOf(config, shown);
        var old = await OldBaseAsync(manifest, platform, shown, cancel);
        var layers = Own(manifest, config, old, shown);
        var fresh = await NewBaseAsync(onto, platform, cancel);
        terminal.Status($"  checking {shown} on '{onto}'");
        await CheckAsync(layers, fresh, old, layout.Parts.Image.Digest, shown, cancel);
        var image = OciImage.On(fresh, platform, StackedConfig.Without(config, old.Config), layers, layout.Tag);
        await WriteAsync(image, Path.Combine(output, Path.GetFileName(path.TrimEnd('/'))), cancel);
        terminal.Ended($"Rebasing {shown} onto '{onto}'");
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"        {old.Layers.Length} layers of {old.Digest} gave way to {fresh.Layers.Length} of {fresh.Digest}; {layers.Length} stay"));
    }

    private async Task WriteAsync(OciImage image, string path, CancellationToken cancel)
    {
        var step = new Step.Image(ImageFormat.Oci) { Span = new(new("--onto", ""), 1, 1), Archive = path.EndsWith(".tar", StringComparison.Ordinal) };
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await WrittenImage.WriteAsync(image, step, 0, path, cancel);
        terminal.Data($"{session.Workspace.Display(path)} {image.Digest}");
    }

    private async Task<BaseImage> OldBaseAsync(ImageManifest manifest, Platform platform, string shown, CancellationToken cancel)
    {
        if (!manifest.Annotations.TryGetValue(ImageManifest.BaseDigest, out var written) || !Digest.TryParse(written, out var digest))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{shown}' does not say what it stands on", $"an image that is made with 'base:' does, by the annotation {ImageManifest.BaseDigest}");
        }

        var name = manifest.Annotations.GetValueOrDefault(ImageManifest.BaseName);
        var address = name is null ? null : RegistryAddress.Parse($"oci://{name}", out _);
        return await FindAsync(digest, address is null ? null : address with { Tag = null, Digest = digest }, name ?? written, platform, cancel)
            ?? throw new BuilditException(
                ExitCode.Missing,
                $"the base that '{shown}' stands on now is not in the store: {digest}",
                "its layers must be known to be taken away: pull it, or build the image once on this machine");
    }

    private async Task<BaseImage> NewBaseAsync(string onto, Platform platform, CancellationToken cancel)
    {
        var below = ImageBase.Parse(new(onto, new(new("--onto", onto), 1, 1, onto.Length)), out var objection) ?? throw new BuilditException(ExitCode.InvalidInput, $"'{onto}' is no reference of a base image", objection);
        if (below.Registry is { } address)
        {
            return await FindAsync(below.Digest, address, below.Name!, platform, cancel) ?? throw new BuilditException(ExitCode.Unresolvable, $"there is no image '{onto}' for {platform}");
        }

        var path = Path.GetFullPath(below.Path!, session.Workspace.Start);
        if (!Path.Exists(path))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"there is no image '{below.Path}'", "a base is an OCI layout, or in a registry: oci://HOST/REPOSITORY:TAG");
        }

        using var layout = await Task.Run(() => LayoutImage.Open(path, below.Path!, session.Store.Scratch, cancel), cancel);
        var import = new LayoutImport(session.Store);
        await (below.Digest is null ? import.RunAsync(layout.Parts, below.Path!, cancel) : import.RunAsync(path, below.Path!, below, cancel));
        return await _stored.FindAsync(below.Digest ?? layout.Parts.Image.Digest, null, $"the base image '{below.Path}'", platform, cancel) ?? throw new BuilditException(ExitCode.Unresolvable, $"'{below.Path}' holds no image for {platform}");
    }

    /// <summary>An image of the store, or else of a registry; null if it is nowhere.</summary>
    private async Task<BaseImage?> FindAsync(Digest? digest, RegistryAddress? address, string name, Platform platform, CancellationToken cancel)
    {
        var shown = $"the base image '{name}'";
        if (digest is { } known && await _stored.FindAsync(known, address is null ? null : name, shown, platform, cancel) is { } there)
        {
            return there;
        }

        if (address is null)
        {
            return null;
        }

        using var registry = session.Registry(address);
        try
        {
            var download = new ImageDownload(registry, session.Store, TimeProvider.System, blob => terminal.Status($"  fetching {shown}: {ByteCount.Show(blob.Size)}"));
            if (await download.DocumentAsync(address.Reference, cancel) is not { } named)
            {
                return null;
            }

            var image = await new PlatformChoice(download, null).FindAsync(named, address, cancel);
            await download.BlobsAsync(ImageManifest.Read(image.Bytes) is { } manifest ? manifest.Layers.Prepend(manifest.Config) : [], cancel);
            return await _stored.FindAsync(image.Digest, name, shown, platform, cancel);
        }
        catch (PlaceException e)
        {
            throw RegistryChoice.Failed($"fetching '{address.Text}'", address, e);
        }
    }

    /// <summary>The layers above the base, which must be the lowest ones.</summary>
    private ImmutableArray<LayerBlob> Own(ImageManifest manifest, byte[] config, BaseImage old, string shown)
    {
        var diffIds = OciImage.ReadDiffIds(config) ?? [];
        if (diffIds.Length != manifest.Layers.Length || !manifest.Layers.Take(old.Layers.Length).Select(l => l.Digest).SequenceEqual(old.Layers.Select(l => l.Digest)))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{shown}' says that it stands on {old.Digest}, but its lowest layers are others", "only what lies on an unchanged base can be put onto another one");
        }

        return [.. manifest.Layers.Zip(diffIds).Skip(old.Layers.Length).Select(l => new LayerBlob(l.First.Digest, l.First.Size, l.First.MediaType, l.Second, session.Store.Paths.Blob(l.First.Digest)))];
    }

    private async Task CheckAsync(ImmutableArray<LayerBlob> layers, BaseImage fresh, BaseImage old, Digest image, string shown, CancellationToken cancel)
    {
        var tree = await _stored.TreeAsync(Digest.Of($"{image} without {old.Digest}"), layers, $"'{shown}'", cancel);
        var bag = new DiagnosticBag();
        var root = ImageRoot.Compose([new ImagePart($"'{shown}'", "rootfs", tree)], ContainerFiles.Empty, 0, bag, fresh);
        bag.ThrowIfErrors(ExitCode.Failed);
        LibraryCheck.Run(root!, static _ => null, bag);
        bag.ThrowIfErrors(ExitCode.Failed);
    }

    private static Platform PlatformOf(byte[] config, string shown) => IndexedImage.PlatformOf(config)?.Split('/') is [var os, var arch, ..]
        ? new(os, arch)
        : throw new BuilditException(ExitCode.InvalidInput, $"'{shown}' does not say what it runs on");
}
