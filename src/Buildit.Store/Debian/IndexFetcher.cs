using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using Buildit.Core;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Store.Compression;

namespace Buildit.Store.Debian;

/// <summary>Opens a URL for reading; null if there is nothing at it. Anything else that goes wrong is thrown.</summary>
public delegate Task<Stream?> OpenUrl(string url, CancellationToken cancel);

/// <summary>The packages of a suite, the verified Release file that vouches for them, and the mirror that gave them.</summary>
public sealed record FetchedIndex(PackageIndex Packages, ReleaseFile Release, string BaseUrl);

/// <summary>Downloads a suite's package index. Every byte is vouched for by the archive's signature, whatever the mirror or the way to it.</summary>
public sealed class IndexFetcher(OpenUrl open, IReleaseVerifier verifier, TimeProvider clock)
{
    private const int MaximalReleaseSize = 16 << 20;
    private static readonly ImmutableArray<string> Compressions = [".xz", ".gz", ""];

    /// <summary>Accept a Release file that says of itself that it is too old. For archives that have been closed down.</summary>
    public bool AllowExpired { get; init; }

    /// <summary>
    /// Tries the mirrors in order; the first that gives a complete, verified index wins. Throws <see cref="BuilditException"/> with what
    /// was wrong with each of them.
    /// </summary>
    public async Task<FetchedIndex> FetchAsync(Distribution distribution, IEnumerable<string> baseUrls, string keyringPath, CancellationToken cancel)
    {
        var failures = new List<BuilditException>();
        foreach (var baseUrl in baseUrls.Select(url => url.TrimEnd('/')))
        {
            try
            {
                return await FetchFromAsync(distribution, baseUrl, keyringPath, cancel);
            }
            catch (BuilditException e)
            {
                failures.Add(e);
            }
            catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException or FormatException or EndOfStreamException)
            {
                failures.Add(new(ExitCode.FetchFailed, $"cannot read the index of '{distribution.Suite}' from {baseUrl}: {e.Message}", inner: e));
            }
        }

        throw failures.Count == 0
            ? new BuilditException(ExitCode.FetchFailed, "no mirror is known for the distribution", "list one under 'mirrors:' in the distribution's file")
            : new BuilditException(failures[0].Code, [.. failures.SelectMany(f => f.Diagnostics)], failures[0]);
    }

    private async Task<FetchedIndex> FetchFromAsync(Distribution distribution, string baseUrl, string keyringPath, CancellationToken cancel)
    {
        var suiteUrl = $"{baseUrl}/dists/{distribution.Suite}";
        var signed = await ReadAsync($"{suiteUrl}/InRelease", MaximalReleaseSize, cancel) ?? throw Failed($"{suiteUrl}/InRelease", "it is not there");
        var release = ReleaseFile.Parse(Encoding.UTF8.GetString(await verifier.VerifyAsync(signed, keyringPath, cancel)));
        Check(release, distribution, suiteUrl);
        var files = new List<TextReader>();
        try
        {
            foreach (var component in distribution.Components)
            {
                files.Add(await FetchPackagesAsync(release, suiteUrl, $"{component}/binary-{distribution.Architecture}", cancel));
            }

            return new(PackageIndex.Read(files, distribution.Architecture), release, baseUrl);
        }
        finally
        {
            files.ForEach(f => f.Dispose());
        }
    }

    // A genuine Release file of another suite, or an old one, is how a mirror could lead us to old packages.
    private void Check(ReleaseFile release, Distribution distribution, string suiteUrl)
    {
        if (release.Suite != distribution.Suite && release.Codename != distribution.Suite)
        {
            throw new BuilditException(ExitCode.TrustRefused, $"{suiteUrl} gives the index of '{release.Codename}', not of '{distribution.Suite}'");
        }

        if (release.ValidUntil is { } until && until < clock.GetUtcNow() && !AllowExpired)
        {
            throw new BuilditException(
                ExitCode.TrustRefused,
                FormattableString.Invariant($"the index at {suiteUrl} was valid until {until:yyyy-MM-dd} only"),
                "the mirror may be out of date: use another one, or check this machine's clock");
        }
    }

    private async Task<TextReader> FetchPackagesAsync(ReleaseFile release, string suiteUrl, string directory, CancellationToken cancel)
    {
        foreach (var compression in Compressions)
        {
            var path = $"{directory}/Packages{compression}";
            if (release.Files.TryGetValue(path, out var entry))
            {
                var bytes = new MemoryStream(await FetchVerifiedAsync(release, suiteUrl, path, entry, cancel), writable: false);
                return new StreamReader(compression switch { ".xz" => Xz.Open(bytes), ".gz" => new GZipStream(bytes, CompressionMode.Decompress), _ => bytes }, Encoding.UTF8);
            }
        }

        throw Failed($"{suiteUrl}/{directory}/Packages", "the suite's Release file does not list it");
    }

    private async Task<byte[]> FetchVerifiedAsync(ReleaseFile release, string suiteUrl, string path, ReleaseEntry entry, CancellationToken cancel)
    {
        var byHash = $"{suiteUrl}/{path[..path.LastIndexOf('/')]}/by-hash/SHA256/{entry.Sha256.Hex}";
        var bytes = release.AcquireByHash ? await ReadAsync(byHash, entry.Size, cancel) : null;
        bytes ??= await ReadAsync($"{suiteUrl}/{path}", entry.Size, cancel) ?? throw Failed($"{suiteUrl}/{path}", "it is not there");
        return bytes.Length == entry.Size && Digest.Of(bytes) == entry.Sha256
            ? bytes
            : throw Failed($"{suiteUrl}/{path}", "it is not the file that the suite's signed Release file lists");
    }

    /// <summary>Everything at a URL, or null if nothing is there; never more than a byte above what is expected.</summary>
    private async Task<byte[]?> ReadAsync(string url, long limit, CancellationToken cancel)
    {
        await using var stream = await open(url, cancel);
        if (stream is null)
        {
            return null;
        }

        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; content.Length <= limit && (read = await stream.ReadAsync(buffer, cancel)) > 0;)
        {
            content.Write(buffer, 0, read);
        }

        return content.Length <= limit ? content.ToArray() : throw Failed(url, FormattableString.Invariant($"it is larger than {limit} bytes"));
    }

    private static BuilditException Failed(string url, string reason) => new(ExitCode.FetchFailed, $"cannot use {url}: {reason}");
}
