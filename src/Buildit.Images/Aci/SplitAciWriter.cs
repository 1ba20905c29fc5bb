using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core;
using Buildit.Images.Composition;
using Buildit.Store;
using Buildit.Store.Compression;

namespace Buildit.Images.Aci;

/// <summary>Writes a root as one ACI for each package output, and one over them with all that no package brings, which depends on them.</summary>
/// <param name="compressor">Compresses all of them; null = nothing does.</param>
/// <param name="known">Remembers what was written, so that it need not be written again; null = nothing does.</param>
public sealed class SplitAciWriter(ICompressor? compressor, StoreIndex? known)
{
    private const string Fact = "package-aci";
    private const int AtOnce = 4;

    /// <summary>Writes those of the packages beside <paramref name="path"/>, as far as they are not there, and then the one over them. Gives all of them, that one last.</summary>
    /// <param name="root">What all of them together give.</param>
    /// <param name="manifest">Of the one over them, judged, without dependencies.</param>
    /// <param name="platform">What they run on.</param>
    /// <param name="path">Where the one over them goes.</param>
    /// <param name="cancel">Ends the work.</param>
    public async Task<ImmutableArray<AciResult>> WriteAsync(ImageRoot root, byte[] manifest, Platform platform, string path, CancellationToken cancel)
    {
        var top = SplitRoot.Top(root);
        var name = AciManifest.NameIn(manifest);
        PackageAci[] packages = [.. root.Parts.Select(p => new PackageAci(p, name, platform, compressor?.Identity))];
        var written = new AciResult[packages.Length];
        // Two packages without any difference are one image, which is written once.
        await Parallel.ForEachAsync(packages.DistinctBy(p => p.Key), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (package, stop) =>
            written[Array.FindIndex(packages, p => p.Key == package.Key)] = await PackageAsync(package, Path.Combine(Path.GetDirectoryName(path)!, package.FileName), stop));
        AciResult[] below = [.. written.Where(w => w is not null)];
        var dependencies = packages.DistinctBy(p => p.Key).Zip(below).Select(d => new AciDependency(d.First.Name, d.Second.ImageId, d.First.Labels));
        return [.. below, await new AciWriter(compressor).WriteAsync(top, root.Mtime, AciManifest.With(manifest, dependencies), path, cancel)];
    }

    private async Task<AciResult> PackageAsync(PackageAci package, string path, CancellationToken cancel)
    {
        if (known is not null && Parse(known.FindFact(package.Key, Fact), path) is { } before && await IsThereAsync(before, cancel))
        {
            return before;
        }

        var result = await new AciWriter(compressor).WriteAsync(package.Entries, package.Mtime, package.Manifest, path, cancel);
        known?.AddFact(package.Key, Fact, string.Create(CultureInfo.InvariantCulture, $"{result.ImageId} {result.Digest.Hex} {result.Size}"));
        return result;
    }

    private static AciResult? Parse(string? fact, string path) =>
        fact?.Split(' ') is [var id, var hex, var length] && Digest.TryParse(hex, out var digest) && long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? new(path, id, digest, size) : null;

    private static async Task<bool> IsThereAsync(AciResult image, CancellationToken cancel)
    {
        if (new FileInfo(image.Path) is not { Exists: true } file || file.Length != image.Size)
        {
            return false;
        }

        await using var bytes = File.OpenRead(image.Path);
        return await Task.Run(() => Digest.Of(bytes), cancel) == image.Digest;
    }
}
