using System.Collections.Immutable;
using System.Globalization;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Records;
using Buildit.Core.Registries;
using Buildit.Images.Reading;
using Buildit.Store.Fetching;
using Buildit.Store.Registries;
using Buildit.Store.Trust;

namespace Buildit.Cli.Registries;

/// <summary>Where an image is pushed to, and what goes with it.</summary>
/// <param name="Addresses">Repositories with a tag.</param>
/// <param name="Key">Who signs: a name, a file, or null for the default key, if there is one.</param>
/// <param name="IsBare">The image goes alone: no signature, and nothing is attached.</param>
internal sealed record ImageDestinations(ImmutableArray<RegistryAddress> Addresses, string? Key, bool IsBare);

/// <summary>Pushes images to registries, with signature, provenance and SBOM beside them, and says so.</summary>
internal sealed class ImagePublishing(Session session, Terminal terminal, ImageDestinations destinations) : IDisposable
{
    private readonly Lazy<SigningKey?> _key = new(() => session.Workspace.Binhosts.Keys.Open(destinations.Key));

    /// <summary>Pushes the OCI image of a container that was built.</summary>
    /// <param name="images">The container's images.</param>
    /// <param name="sboms">Makes its bills of materials.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task ContainerAsync(ImmutableArray<FinishedImage> images, Func<Task<ImmutableArray<(string MediaType, byte[] Bytes)>>> sboms, CancellationToken cancel)
    {
        var image = images.FirstOrDefault(i => i.Step.Format == ImageFormat.Oci)
            ?? throw new BuilditException(ExitCode.InvalidInput, "the container has no image of type 'oci', and registries take no other", "add one: '- image: {type: oci}'");
        var documents = destinations.IsBare || image.Step.Sbom == SbomPlace.Off ? [] : await sboms();
        await FileAsync(image.Path, image.Record, [.. documents.Select(d => ImageDocuments.Sbom(d.MediaType, d.Bytes))], cancel);
    }

    /// <summary>Pushes the image of a layout.</summary>
    /// <param name="path">A directory or tar file.</param>
    /// <param name="record">How it was made, if that is known.</param>
    /// <param name="documents">What else there is to say of it.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task FileAsync(string path, ImageRecord? record, ImmutableArray<ImageAttachment> documents, CancellationToken cancel)
    {
        var shown = session.Workspace.Display(path);
        // A key that cannot be used is told before anything is sent.
        _ = destinations.IsBare ? null : _key.Value;
        using var image = await Task.Run(() => LayoutImage.Open(path, shown, session.Store.Scratch, cancel), cancel);
        foreach (var address in destinations.Addresses)
        {
            await PushAsync(address, image.Parts, record, documents, shown, cancel);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_key.IsValueCreated)
        {
            _key.Value?.Dispose();
        }
    }

    private async Task PushAsync(RegistryAddress address, PortableImage image, ImageRecord? record, ImmutableArray<ImageAttachment> documents, string shown, CancellationToken cancel)
    {
        var line = $"Uploading {shown} to '{address.Text}'";
        using var registry = session.Registry(address);
        try
        {
            var memory = new BlobMemory(session.Store, address);
            var upload = new ImageUpload(registry, memory.Find, blob => terminal.Status($"  {line}: {ByteCount.Show(blob.Size)}"));
            var report = await upload.RunAsync(image, address.Tag!, cancel);
            memory.Remember(image.Blobs.Select(b => b.Descriptor.Digest));
            terminal.Ended(line);
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"        {report.Sent} blobs sent ({report.Bytes / 1e6:0.0} MB), {report.Mounted} mounted, {report.There} were there"));
            await AccompanyAsync(registry, image.Image, record, documents, cancel);
        }
        catch (PlaceException e)
        {
            terminal.Ended(line, false);
            throw RegistryChoice.Failed($"pushing to '{address.Text}'", address, e, "what was sent stays there; the same command sends the rest");
        }

        terminal.Data($"{address.Text} {image.Image.Digest}");
    }

    private async Task AccompanyAsync(RegistryClient registry, ImageDocument image, ImageRecord? record, ImmutableArray<ImageAttachment> documents, CancellationToken cancel)
    {
        if (destinations.IsBare)
        {
            return;
        }

        var envelope = record?.Seal();
        if (_key.Value is { } key)
        {
            envelope = envelope is null ? null : key.Sign(envelope, session.Store.Index);
            var signatures = new ImageSignatures(registry);
            await signatures.SignAsync(image.Digest, key, session.Store.Index, cancel);
            _ = envelope is not null && await signatures.AttestAsync(image.Digest, envelope, ImageRecord.PredicateType, cancel);
            terminal.Line($"        signed with the key {key.Public.Id.Hex}");
        }
        else
        {
            terminal.Line("        not signed: there is no key 'default'; 'buildit key new' makes one");
        }

        var attachments = new ImageAttachments(registry);
        foreach (var attachment in documents.Concat(envelope is null ? [] : [ImageDocuments.Provenance(envelope)]))
        {
            await attachments.AddAsync(image.Descriptor, attachment, cancel);
            terminal.Line($"        attached {attachment.FileName} ({attachment.MediaType})");
        }
    }
}
