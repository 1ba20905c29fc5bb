using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Git;
using Buildit.Core.Locks;
using Buildit.Testing;

namespace Buildit.Store.Tests.Git;

/// <summary>Commits are fetched once, kept, and known when they are gone.</summary>
public sealed class GitFetchTests : IDisposable
{
    private readonly GitBench _bench = new();

    [Fact]
    public async Task What_was_fetched_is_there_offline_and_what_was_not_is_told()
    {
        var first = _bench.Repository.Write("a", "1\n").Commit();
        var pin = await _bench.LockAsync(_bench.Main);
        File.Delete(_bench.Store.Paths.Blob(pin.Digest));
        Assert.Equal(pin.Digest, (await _bench.Sources(offline: true).PinnedAsync(new(_bench.Main, null), pin, default)).Digest);
        var second = _bench.Repository.Write("a", "2\n").Commit();
        var error = await Assert.ThrowsAsync<BuilditException>(() => _bench.Sources(offline: true).PinnedAsync(new(_bench.Main, null), new(Digest.Of("x"), second), default));
        Assert.Equal(ExitCode.Missing, error.Code);
        Assert.Contains(second, error.Message, StringComparison.Ordinal);
        Assert.Equal([_bench.Main.ToString()], _bench.Fetched);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task A_tar_that_the_store_has_needs_no_repository()
    {
        _bench.Repository.Write("a", "1\n").Commit();
        var pin = await _bench.LockAsync(_bench.Main);
        Directory.Delete(_bench.Store.Paths.Git, recursive: true);
        Directory.Delete(_bench.Repository.Path, recursive: true);
        var tar = await _bench.Sources().PinnedAsync(new(_bench.Main, null), pin, default);
        Assert.Equal((pin.Digest, GitUpstream.Time), (tar.Digest, tar.NewestMtime));
    }

    [Fact]
    public async Task A_file_of_the_store_is_not_taken_for_a_commit_because_a_recipe_has_its_digest()
    {
        var commit = _bench.Repository.Write("a", "1\n").Commit();
        var archive = await _bench.Store.PutBlobAsync("a release archive"u8.ToArray(), default);
        var error = await Assert.ThrowsAsync<BuilditException>(() => _bench.Sources().PinnedAsync(new(new(_bench.Repository.Url, new(GitRevisionKind.Commit, commit)), null), new(archive, commit), default));
        Assert.Contains("is not what was pinned", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_that_the_history_lost_is_told_with_what_to_do()
    {
        var lost = _bench.Repository.Write("a", "1\n").Commit();
        _bench.Repository.Write("a", "2\n").Rewrite();
        var error = await Assert.ThrowsAsync<BuilditException>(() => _bench.Sources().PinnedAsync(new(_bench.Main, null), new(Digest.Of("x"), lost), default));
        Assert.Equal(ExitCode.FetchFailed, error.Code);
        Assert.Contains($"does not have commit {lost}", error.Message, StringComparison.Ordinal);
        Assert.Contains("buildit update", error.Diagnostics[0].Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_that_is_not_what_was_pinned_is_refused_with_both_digests()
    {
        var commit = _bench.Repository.Write("a", "1\n").Commit();
        var error = await Assert.ThrowsAsync<BuilditException>(() => _bench.Sources().PinnedAsync(new(_bench.Main, null), new(Digest.Of("other"), commit), default));
        Assert.Equal(ExitCode.FetchFailed, error.Code);
        Assert.Contains(Digest.Of("other").Hex, error.Diagnostics[0].Detail, StringComparison.Ordinal);
        Assert.Contains((await _bench.LockAsync(_bench.Main)).Digest.Hex, error.Diagnostics[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_branch_or_tag_that_is_not_there_is_told_with_the_nearest_one()
    {
        _bench.Repository.Write("a", "1\n").Commit();
        _bench.Repository.Git("tag", "v1.0");
        var branch = await _bench.FailsAsync(ExitCode.FetchFailed, new(_bench.Repository.Url, new(GitRevisionKind.Branch, "mian")));
        Assert.Equal(("'" + _bench.Repository.Url + "' has no branch 'mian'", "did you mean 'main'?"), (branch.Message, branch.Hint));
        var tag = await _bench.FailsAsync(ExitCode.FetchFailed, new(_bench.Repository.Url, new(GitRevisionKind.Tag, "v1.1")));
        Assert.Equal("did you mean 'v1.0'?", tag.Hint);
    }

    [Fact]
    public async Task A_branch_is_not_taken_for_one_whose_name_ends_alike()
    {
        _bench.Repository.Write("a", "1\n").Commit();
        _bench.Repository.Git("branch", "x/refs/heads/dev");
        await _bench.FailsAsync(ExitCode.FetchFailed, new(_bench.Repository.Url, new(GitRevisionKind.Branch, "dev")));
    }

    [Fact]
    public async Task The_id_of_a_tag_is_not_taken_for_a_commit()
    {
        _bench.Repository.Write("a", "1\n").Commit();
        _bench.Repository.Git("tag", "-m", "a tag", "v1");
        var error = await _bench.FailsAsync(ExitCode.InvalidInput, new(_bench.Repository.Url, new(GitRevisionKind.Commit, _bench.Repository.Git("rev-parse", "v1"))));
        Assert.Contains("is not a commit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_git_says_is_told_without_the_password_in_the_address()
    {
        var url = $"https://user:secret@127.0.0.1:1/none.git";
        var error = await _bench.FailsAsync(ExitCode.FetchFailed, new(url, GitRevision.Default));
        Assert.Contains("git: ", error.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message + error.Hint + error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_at_once_fetch_a_commit_once()
    {
        _bench.Repository.Write("a", "1\n").Commit();
        using var server = new GitServer(_bench.Directory);
        var origin = new GitOrigin(server.Url + "/upstream", new(GitRevisionKind.Commit, _bench.Repository.Head));
        var pins = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => _bench.LockAsync(origin))));
        Assert.Single(pins.Distinct());
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task What_a_killed_git_left_behind_is_in_nobody_s_way()
    {
        _bench.Repository.Write("a", "1\n").Commit();
        await _bench.LockAsync(_bench.Main);
        var repository = Directory.EnumerateDirectories(_bench.Store.Paths.Git).Single();
        foreach (var left in new[] { "shallow.lock", "config.lock", "HEAD.lock", "packed-refs.lock", "objects/pack/tmp_pack_x" })
        {
            await File.WriteAllTextAsync(Path.Combine(repository, left), "half");
        }

        _bench.Repository.Write("a", "2\n").Commit();
        var pin = await _bench.LockAsync(_bench.Main);
        Assert.Equal(_bench.Repository.Head, pin.Commit);
        Assert.False(File.Exists(Path.Combine(repository, "objects/pack/tmp_pack_x")));
    }

    [Fact]
    public async Task A_checkout_is_a_tree_of_the_store_by_the_same_digest()
    {
        _bench.Repository.Write("a/pkg.yaml", "name: a\n").Write("run", "x", executable: true).Link("link", "a").Commit();
        var pin = await _bench.LockAsync(_bench.Main);
        var directory = await _bench.Sources(offline: true).CheckOutAsync(new(_bench.Main, null), pin, default);
        Assert.Equal(_bench.Store.Paths.Tree(pin.Digest), directory);
        Assert.Equal("name: a\n", await File.ReadAllTextAsync(Path.Combine(directory, "link/pkg.yaml")));
        Assert.True(_bench.Store.HasTree(pin.Digest));
        Assert.Equal((UnixFileMode)0x16D, File.GetUnixFileMode(Path.Combine(directory, "run")));
    }

    public void Dispose() => _bench.Dispose();
}
