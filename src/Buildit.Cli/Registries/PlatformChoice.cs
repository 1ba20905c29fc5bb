using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Registries;
using Buildit.Store.Registries;

namespace Buildit.Cli.Registries;

/// <summary>Finds the image for one platform.</summary>
/// <param name="download">From where.</param>
/// <param name="platform">What was asked for; null: linux/amd64 where there is a choice, else whatever is there.</param>
internal sealed class PlatformChoice(ImageDownload download, string? platform)
{
    /// <summary>The image of an index that runs on the platform; an image that is no index is checked only if a platform was asked for. Throws if there is none.</summary>
    public async Task<ImageDocument> FindAsync(ImageDocument named, RegistryAddress address, CancellationToken cancel)
    {
        var wanted = platform ?? Platform.LinuxAmd64.ToString();
        while (named.IsIndex)
        {
            IndexedImage[] images = [.. (IndexedImage.ReadAll(named.Bytes) ?? []).Where(i => i.IsRunnable)];
            // An index with one image that does not say what it runs on is about that image.
            var found = images.FirstOrDefault(i => i.RunsOn(wanted)) ?? (images is [{ Platform: null } only] ? only : throw None(address, wanted, images.Select(i => i.Platform).OfType<string>()));
            named = await download.DocumentAsync(found.Descriptor.Digest.ToString(), cancel) ?? throw new BuilditException(ExitCode.FetchFailed, $"the registry '{address.Host}' lacks the manifest {found.Descriptor.Digest} of '{address.Text}'");
        }

        if (platform is not null && ImageManifest.Read(named.Bytes) is { } manifest)
        {
            await download.BlobsAsync([manifest.Config], cancel);
            var actual = IndexedImage.PlatformOf(download.Read(manifest.Config.Digest));
            return actual == platform || actual?.StartsWith(platform + "/", StringComparison.Ordinal) == true ? named : throw None(address, platform, actual is null ? [] : [actual]);
        }

        return named;
    }

    private static BuilditException None(RegistryAddress address, string wanted, IEnumerable<string> there) => new(
        ExitCode.Unresolvable, $"'{address.Text}' has no image for {wanted}", there.ToArray() is { Length: > 0 } platforms ? $"it has {string.Join(", ", platforms)}: choose one with --platform" : "it does not say what it runs on");
}
