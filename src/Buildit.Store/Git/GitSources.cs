using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Git;
using Buildit.Core.Locks;
using Buildit.Store.Locking;
using Buildit.Store.Sources;
using Buildit.Store.Trees;

namespace Buildit.Store.Git;

/// <summary>Says what git sources do while they work.</summary>
/// <param name="Waiting">Another process fetches the same: what, and who.</param>
/// <param name="Fetched">A commit was fetched: its name, and the bytes of its canonical tar.</param>
public sealed record GitReport(Action<string, string> Waiting, Action<string, long> Fetched);

/// <summary>
/// States of git repositories as canonical tars, like every other source: by the host's git, through bare repositories that the store keeps. What a
/// tar holds depends on the commit alone, not on the version of git, its settings, or a forge's way to make archives.
/// </summary>
/// <param name="store">Gets tars, checkouts and repositories.</param>
/// <param name="archive">Writes the tars.</param>
/// <param name="offline">Whether nothing may be fetched.</param>
/// <param name="time">For waiting.</param>
/// <param name="report">Told what goes on.</param>
public sealed class GitSources(ContentStore store, SourceArchive archive, bool offline, TimeProvider time, GitReport report)
{
    // Said of tars that were made here, with the time of their commit.
    private const string GitTarFact = "git-tar";

    /// <summary>The commit that a revision stands for now, asked of the server. Throws if there is none.</summary>
    public async Task<string> ResolveAsync(GitRequest request, CancellationToken cancel)
    {
        var revision = request.Origin.Revision;
        if (!revision.Moves)
        {
            return revision.Name;
        }

        var repository = Repository(request.Origin.Url, new('0', 40), isTrusted: true);
        var (commit, result) = await repository.ResolveAsync(revision, cancel);
        if (result.ExitCode != 0)
        {
            throw request.Failed($"cannot ask '{request.Address}' what {revision} is", result, request.Origin.Url);
        }

        return commit ?? throw new BuilditException(
            ExitCode.FetchFailed, $"'{request.Address}' has no {(revision.Kind == GitRevisionKind.Default ? "commit" : $"{revision.Kind.ToString().ToLowerInvariant()} '{revision.Name}'")}", Suggestion.Hint(revision.Name, await repository.NamesAsync(revision.Kind, cancel)), request.Span);
    }

    /// <summary>The canonical tar of a commit, as a blob of the store.</summary>
    public async Task<SourceTar> TarAsync(GitRequest request, string commit, CancellationToken cancel)
    {
        var main = Repository(request.Origin.Url, commit, isTrusted: true);
        var parts = ImmutableArray.CreateBuilder<GitPart>();
        var isFetched = await AddAsync(request, main, commit, "", parts, cancel);
        var tree = new GitTree(request, await main.TimeAsync(commit, cancel));
        var input = new SourceInput(main.Directory, request.Name) { Span = request.Span };
        var tar = await store.PutSourceAsync(output => archive.FromEntries(input, tree.Read(parts, cancel), output, cancel), cancel);
        store.Index.AddFact(tar.Digest, GitTarFact, tar.NewestMtime.ToString(CultureInfo.InvariantCulture));
        if (isFetched)
        {
            report.Fetched(request.Name, tar.Size);
        }

        return tar;
    }

    /// <summary>The canonical tar that a pin names, from the store, else from the commit. Throws if the commit gives another one.</summary>
    public async Task<SourceTar> PinnedAsync(GitRequest request, Pin pin, CancellationToken cancel)
    {
        if (await FindAsync(pin.Digest, cancel) is { } kept)
        {
            return kept;
        }

        var tar = await TarAsync(request, pin.Commit!, cancel);
        return tar.Digest == pin.Digest ? tar : throw request.Other(pin.Commit!, pin.Digest, tar.Digest);
    }

    /// <summary>
    /// The canonical tar of this digest, if the store has it. Any blob may have the digest that a person wrote, so it must be known to be such a tar; a store that was filled
    /// from elsewhere, or has lost its index, has tars that are not known, and they are looked into.
    /// </summary>
    public async Task<SourceTar?> FindAsync(Digest digest, CancellationToken cancel)
    {
        if (store.VerifiedBlobPath(digest) is not { } path)
        {
            return null;
        }

        if (store.Index.FindFact(digest, GitTarFact) is { } time)
        {
            return new(digest, new FileInfo(path).Length, long.Parse(time, CultureInfo.InvariantCulture));
        }

        var found = await Task.Run(() => archive.Recognise(path, cancel), cancel);
        if (found?.Digest != digest)
        {
            return null;
        }

        if (!store.IsReadOnly)
        {
            store.Index.AddFact(digest, GitTarFact, found.NewestMtime.ToString(CultureInfo.InvariantCulture));
        }

        return found;
    }

    /// <summary>Whether the store has all that a pin needs, so that no server is asked for it.</summary>
    public async Task<bool> HasAsync(GitOrigin origin, Pin pin, CancellationToken cancel) =>
        await FindAsync(pin.Digest, cancel) is not null || await Repository(origin.Url, pin.Commit!, isTrusted: true).HasAsync(pin.Commit!, cancel);

    /// <summary>The directory with the files that a pin names, read-only.</summary>
    public async Task<string> CheckOutAsync(GitRequest request, Pin pin, CancellationToken cancel)
    {
        if (store.HasTree(pin.Digest))
        {
            return store.Paths.Tree(pin.Digest);
        }

        await PinnedAsync(request, pin, cancel);
        var work = store.NewWorkPath("checkout");
        try
        {
            var tree = await Task.Run(() => archive.Unpack(store.Paths.Blob(pin.Digest), work, cancel), cancel);
            await store.CommitAsync([store.PrepareTree(tree, work)], [], cancel);
            return store.Paths.Tree(pin.Digest);
        }
        finally
        {
            WorkDirectory.Delete(work);
        }
    }

    /// <summary>Fetches a commit if it is not here, and adds it and, if they are wanted, its submodules' commits; tells whether anything was fetched.</summary>
    private async Task<bool> AddAsync(GitRequest request, GitRepository repository, string commit, string prefix, ImmutableArray<GitPart>.Builder parts, CancellationToken cancel)
    {
        var isFetched = await FetchAsync(request, repository, commit, cancel);
        var part = new GitPart(repository, commit, prefix, await repository.ListAsync(commit, cancel));
        parts.Add(part);
        if (!request.Origin.Submodules || !part.Entries.Any(GitTree.IsSubmodule))
        {
            return isFetched;
        }

        var urls = await repository.SubmodulesAsync(commit, cancel);
        foreach (var module in part.Entries.Where(GitTree.IsSubmodule))
        {
            var url = SubmoduleUrl(request, repository, prefix + module.Path, urls.GetValueOrDefault(module.Path));
            isFetched |= await AddAsync(request, Repository(url, module.Id, isTrusted: false), module.Id, $"{prefix}{module.Path}/", parts, cancel);
        }

        return isFetched;
    }

    private static string SubmoduleUrl(GitRequest request, GitRepository repository, string path, string? written)
    {
        var url = written is null ? null : GitAddress.OfSubmodule(repository.Url, written);
        return url is not null && GitAddress.Mistake(url) is null ? url : throw new BuilditException(
            ExitCode.InvalidInput,
            written is null ? $"the submodule '{path}' of '{request.Name}' has no address in .gitmodules" : $"the submodule '{path}' of '{request.Name}' is at '{written}', which nothing can be fetched from",
            span: request.Span);
    }

    private async Task<bool> FetchAsync(GitRequest request, GitRepository repository, string commit, CancellationToken cancel)
    {
        if (await repository.HasAsync(commit, cancel))
        {
            return false;
        }

        if (offline)
        {
            throw new BuilditException(ExitCode.Missing, $"commit {commit} of '{request.Address}' is not in the store, and --offline permits no download", "run the command once without --offline", request.Span);
        }

        store.RequireWritable();
        using var turn = await FileLock.AcquireAsync(
            Path.Combine(store.Paths.Locks, Path.GetFileName(repository.Directory)), $"fetching {request.Address}", time, holder => report.Waiting(request.Address, holder), cancel);
        // Another process may have fetched it while we waited.
        if (!await repository.HasAsync(commit, cancel) && await repository.FetchAsync(commit, cancel) is { ExitCode: not 0 } failed)
        {
            throw failed.Error.Contains("not our ref", StringComparison.Ordinal) || failed.Error.Contains("nonexistent object", StringComparison.Ordinal)
                ? request.Gone(commit, repository.Url)
                : request.Failed($"cannot fetch commit {commit} of '{Fetching.Redaction.Of(repository.Url)}'", failed, repository.Url);
        }

        return await repository.HasAsync(commit, cancel) ? true : throw new BuilditException(
            ExitCode.InvalidInput, $"{commit} of '{request.Address}' is not a commit", "an annotated tag is an object of its own: name the commit that it stands for, or write 'tag: NAME'", request.Span);
    }

    // SHA-1 and SHA-256 repositories cannot share one.
    private GitRepository Repository(string url, string commit, bool isTrusted) =>
        new(Path.Combine(store.Paths.Git, Digest.Of(FormattableString.Invariant($"{url}\n{commit.Length}")).Hex), url, isTrusted);
}
