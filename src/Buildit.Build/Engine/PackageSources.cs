using System.Collections.Immutable;
using System.Globalization;
using Buildit.Build.Workspaces;
using Buildit.Core;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Locks;
using Buildit.Core.Recipes;
using Buildit.Core.Records;
using Buildit.Store;
using Buildit.Store.Binhosts;
using Buildit.Store.Fetching;
using Buildit.Store.Git;
using Buildit.Store.Sources;

namespace Buildit.Build.Engine;

/// <summary>Files from the store, else from their mirrors, verified; sources as canonical tars that are made once and kept.</summary>
public sealed class PackageSources(
    ContentStore store, Fetcher fetcher, BinhostSet binhosts, SourceArchive archive, GitSources git, FileAddresses addresses, EngineOptions options, Action<BuildEvent> report) : IPackageSources
{
    /// <inheritdoc/>
    public async Task<string> DebAsync(LockedPackage pin, CancellationToken cancel)
    {
        var name = Path.GetFileName(pin.Path);
        try
        {
            return await GetAsync(new(name, addresses.Of(pin), pin.Sha256, pin.Size), cancel);
        }
        catch (BuilditException e) when (e.Code == ExitCode.FetchFailed)
        {
            throw new BuilditException(
                ExitCode.FetchFailed,
                [new($"no mirror has '{name}', which packages.lock pins for 'debian/{pin.Name}'", Hint: "run 'buildit lock' to pin the version that the distribution has now, or add a mirror that still has this one to distribution.yaml") { Code = ExitCode.FetchFailed }, .. e.Diagnostics],
                e);
        }
    }

    /// <inheritdoc/>
    public async Task<PreparedSource> SourceAsync(ResolvedSource source, CancellationToken cancel) => source.Origin switch
    {
        Source.Remote remote => await RemoteAsync(source, remote, cancel),
        Source.Local local => await LocalAsync(source, local, cancel),
        Source.Git remote => await GitAsync(source, remote, cancel),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Sees to it that the store has whatever of a source comes from elsewhere, as it comes.</summary>
    public Task FetchAsync(ResolvedSource source, CancellationToken cancel) => source.Origin switch
    {
        Source.Remote remote => FileAsync(source, remote, cancel),
        Source.Git remote => PinnedAsync(source, remote, cancel),
        _ => Task.CompletedTask,
    };

    /// <inheritdoc/>
    public async Task<string> PatchAsync(ResolvedPatch patch, CancellationToken cancel) => patch.LocalPath ??
        await GetAsync(new(patch.FileName, addresses.Of(RemoteFile.Of(patch)), patch.Digest, DeclaredAt: patch.Origin.Span) { Renewal = patch.Origin.Sha256 is null ? $"run 'buildit update {patch.Origin.Location}'" : null }, cancel);

    private async Task<PreparedSource> RemoteAsync(ResolvedSource source, Source.Remote remote, CancellationToken cancel)
    {
        var file = await FileAsync(source, remote, cancel);
        var subject = new CanonicalWriter("source-tar", SourceTarVersion).Put("digest", source.Digest).Put("strip", remote.Strip ?? -1).Put("unpack", remote.Unpack ? 1 : 0).Put("name", source.NameInBuild).Digest;
        if (store.Index.FindFact(subject, "source-tar")?.Split(' ') is [var known, var mtime] && store.VerifiedBlobPath(Digest.Parse(known)) is { } path)
        {
            return new(path, long.Parse(mtime, CultureInfo.InvariantCulture), source.Digest, PublicUri.Of(remote.Url));
        }

        var tar = await store.PutSourceAsync(output => archive.FromFile(SourceInputs.Of(remote, file, source.FileName), output, cancel), cancel);
        store.Index.AddFact(subject, "source-tar", FormattableString.Invariant($"{tar.Digest.Hex} {tar.NewestMtime}"));
        return new(store.Paths.Blob(tar.Digest), tar.NewestMtime, source.Digest, PublicUri.Of(remote.Url));
    }

    private Task<string> FileAsync(ResolvedSource source, Source.Remote remote, CancellationToken cancel) =>
        GetAsync(new(source.FileName, Absolute(addresses.Of(RemoteFile.Of(source, remote)), source.Directory), remote.Sha256, DeclaredAt: remote.Span), cancel);

    private async Task<PreparedSource> LocalAsync(ResolvedSource source, Source.Local local, CancellationToken cancel)
    {
        var path = Path.GetFullPath(Path.Combine(source.Directory, local.Path));
        var tar = await store.PutSourceAsync(output => archive.FromLocal(SourceInputs.Of(local, path), output, cancel), cancel);
        return tar.Digest == source.Digest
            ? new(store.Paths.Blob(tar.Digest), tar.NewestMtime, source.Digest, null)
            : throw new BuilditException(ExitCode.InvalidInput, $"'{local.Path}' changed while it was read", "run the command again", local.Span);
    }

    private async Task<PreparedSource> GitAsync(ResolvedSource source, Source.Git remote, CancellationToken cancel)
    {
        var tar = await PinnedAsync(source, remote, cancel);
        return new(store.Paths.Blob(tar.Digest), tar.NewestMtime, source.Digest, PublicUri.OfGit(remote.Origin.Url, source.Commit!));
    }

    /// <summary>From the repository; where that cannot give it, from a binhost that somebody pushed sources to.</summary>
    private async Task<SourceTar> PinnedAsync(ResolvedSource source, Source.Git remote, CancellationToken cancel)
    {
        var request = new GitRequest(remote.Origin, remote.Span);
        var pin = new Pin(source.Digest, source.Commit);
        try
        {
            return await git.PinnedAsync(request, pin, cancel);
        }
        catch (BuilditException e) when (e.Code is ExitCode.FetchFailed or ExitCode.Missing)
        {
            if (await binhosts.PullBlobAsync(pin.Digest, null, request.Name, null, cancel) is not null && await git.FindAsync(pin.Digest, cancel) is { } pushed)
            {
                return pushed;
            }

            throw;
        }
    }

    // Raised when the same archive gives another canonical tar than before.
    private const int SourceTarVersion = 1;

    private async Task<string> GetAsync(FetchRequest request, CancellationToken cancel)
    {
        if (request.Expected is { } wanted && store.VerifiedBlobPath(wanted) is { } path)
        {
            return path;
        }

        if (options.Offline && !request.Urls.All(IsLocal))
        {
            return await FromBinhostsAsync(request, cancel)
                ?? throw new BuilditException(ExitCode.Missing, $"'{request.Name}' is not in the store, and --offline permits no download", "run the command once without --offline", request.DeclaredAt);
        }

        var progress = new Progress(p => report(new BuildEvent.Fetching(request.Name, p.Bytes, p.Total)));
        try
        {
            var fetched = await fetcher.FetchAsync(request, progress, cancel);
            report(new BuildEvent.Fetched(request.Name, fetched.Size));
            return store.Paths.Blob(fetched.Digest);
        }
        catch (BuilditException e) when (e.Code == ExitCode.FetchFailed)
        {
            // Last, since its own addresses nearly always have it, and a binhost only where somebody pushed sources.
            if (await FromBinhostsAsync(request, cancel) is { } pushed)
            {
                return pushed;
            }

            throw;
        }
    }

    private async Task<string?> FromBinhostsAsync(FetchRequest request, CancellationToken cancel) =>
        request.Expected is { } digest ? await binhosts.PullBlobAsync(digest, request.Size, request.Name, null, cancel) : null;

    /// <summary><c>file:</c> with a relative path means: from the recipe's directory.</summary>
    private static ImmutableArray<string> Absolute(ImmutableArray<string> urls, string directory) =>
        [.. urls.Select(u => u.StartsWith("file:", StringComparison.Ordinal) && !u.StartsWith("file:/", StringComparison.Ordinal) ? "file://" + Path.GetFullPath(Path.Combine(directory, u[5..])) : u)];

    private static bool IsLocal(string url) => url.StartsWith("file:", StringComparison.Ordinal) || url.StartsWith('/');

    // System.Progress<T> posts to a synchronisation context; this one just calls.
    private sealed class Progress(Action<FetchProgress> report) : IProgress<FetchProgress>
    {
        public void Report(FetchProgress value) => report(value);
    }
}
