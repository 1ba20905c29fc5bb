using System.Collections.Immutable;
using System.Text;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Discovery;
using Buildit.Core.Git;
using Buildit.Store;
using Buildit.Store.Fetching;
using Buildit.Store.Git;

namespace Buildit.Build.Discovery;

/// <summary>Finds out what a place of the web is: by the server's <c>/.well-known/buildit.json</c>, by <c>ac-discovery</c> tags of its pages, or as a git repository. The first that says something counts.</summary>
public sealed class PlaceFinder(ContentStore store, GitSources git, FetchOptions options)
{
    private const int LargestDocument = 1 << 20;

    /// <summary>Looks a place up; its description is a blob of the store afterwards, whose digest is given. Throws with the reasons of all ways if nothing is found.</summary>
    public async Task<Digest> FindAsync(string place, SourceSpan? span, CancellationToken cancel)
    {
        var entry = new DiscoveryEntry(place, false, span);
        var failures = ImmutableArray.CreateBuilder<string>();
        using var documents = new DocumentFetcher(options);
        var found = await TryAsync(entry.Web!, documents, failures, cancel);
        return found is not null ? await store.PutBlobAsync(Encoding.UTF8.GetBytes(found.Print()), cancel) : throw new BuilditException(
            ExitCode.FetchFailed,
            [new Diagnostic($"nothing can be discovered at '{place}'", span, "is it written as its owner says? Of a git repository, the address as git takes it works, too")
            {
                Detail = string.Concat(failures.Select(f => $"  {f}\n")), Code = ExitCode.FetchFailed,
            }]);
    }

    private async Task<PlaceDescription?> TryAsync(Uri web, DocumentFetcher documents, ImmutableArray<string>.Builder failures, CancellationToken cancel)
    {
        var path = web.AbsolutePath.Trim('/');
        var document = new Uri(web, WellKnownDocument.Path).AbsoluteUri;
        if (await ReadAsync(document, documents, bytes => WellKnownDocument.Read(bytes, path), failures, cancel) is { } known)
        {
            return known;
        }

        // The page of the name itself, then those above it, up to the host's.
        for (var name = path; ; name = name.Contains('/', StringComparison.Ordinal) ? name[..name.LastIndexOf('/')] : "")
        {
            var page = new Uri(web, $"/{name}?ac-discovery=1").AbsoluteUri;
            if (await ReadAsync(page, documents, bytes => new PlaceDescription(null, [MetaTags.Read(Encoding.UTF8.GetString(bytes.Span), $"{web.Host}/{path}".TrimEnd('/'))]), failures, cancel) is { } tagged)
            {
                return tagged;
            }

            if (name.Length == 0)
            {
                return await RepositoryAsync(web.AbsoluteUri, failures, cancel);
            }
        }
    }

    private static async Task<PlaceDescription?> ReadAsync(string url, DocumentFetcher documents, Func<ReadOnlyMemory<byte>, PlaceDescription> read, ImmutableArray<string>.Builder failures, CancellationToken cancel)
    {
        try
        {
            await using var stream = await documents.OpenAsync(url, cancel);
            if (stream is null)
            {
                failures.Add($"{url}: there is no such document (404)");
                return null;
            }

            var bytes = new byte[LargestDocument];
            return read(bytes.AsMemory(0, await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel)));
        }
        catch (Exception e) when (e is FormatException or BuilditException or IOException or System.Text.RegularExpressions.RegexMatchTimeoutException)
        {
            failures.Add(e is BuilditException ? e.Message : $"{url}: {e.Message}");
            return null;
        }
    }

    private async Task<PlaceDescription?> RepositoryAsync(string url, ImmutableArray<string>.Builder failures, CancellationToken cancel)
    {
        var origin = new GitOrigin(url, GitRevision.Default);
        try
        {
            await git.ResolveAsync(new(origin, null), cancel);
            return new(origin, []);
        }
        catch (BuilditException e)
        {
            var diagnostic = e.Diagnostics[0];
            failures.Add($"as a git repository: {diagnostic.Message}{(diagnostic.Detail is { } detail ? "\n  " + detail.Replace("\n", "\n  ", StringComparison.Ordinal) : "")}");
            return null;
        }
    }
}
