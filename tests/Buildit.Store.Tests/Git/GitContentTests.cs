using Buildit.Core;
using Buildit.Core.Git;
using Buildit.Testing;

namespace Buildit.Store.Tests.Git;

/// <summary>A commit becomes exactly the bytes that were committed; what is unsafe in it is refused.</summary>
public sealed class GitContentTests : IDisposable
{
    private readonly GitBench _bench = new();

    [Fact]
    public async Task A_commit_is_its_files_with_execute_bits_and_links_all_of_the_commit_s_time()
    {
        _bench.Repository.Write("README", "hello\n").Write("bin/run", "#!/bin/sh\n", executable: true).Link("link", "bin/run").Commit();
        Assert.Equal(
            ["0 644 1700000000 README: hello\\n", "5 755 1700000000 bin/", "0 755 1700000000 bin/run: #!/bin/sh\\n", "2 777 1700000000 link -> bin/run"],
            await _bench.EntriesAsync(_bench.Main));
        Assert.Equal(GitUpstream.Time, (await _bench.Sources().PinnedAsync(new(_bench.Main, null), await _bench.LockAsync(_bench.Main), default)).NewestMtime);
    }

    [Fact]
    public async Task Attributes_change_no_byte_and_leave_nothing_out()
    {
        _bench.Repository.CommitTree($"100644 blob {_bench.Repository.Blob("secret export-ignore\nversion export-subst\n* text eol=crlf ident\n")}\t.gitattributes\n100644 blob {_bench.Repository.Blob("s\n")}\tsecret\n100644 blob {_bench.Repository.Blob("$Format:%H$ $Id$\n")}\tversion\n");
        Assert.Equal(["0 644 1700000000 secret: s\\n", "0 644 1700000000 version: $Format:%H$ $Id$\\n"], (await _bench.EntriesAsync(_bench.Main)).Skip(1));
    }

    [Fact]
    public async Task The_same_commit_gives_the_same_tar_whichever_way_it_comes()
    {
        _bench.Repository.Write("a", "1\n").Commit();
        _bench.Repository.Git("tag", "-m", "a tag", "v1");
        _bench.Repository.Git("tag", "light");
        var branch = await _bench.LockAsync(_bench.Main);
        Assert.Equal(branch, await _bench.LockAsync(With(GitRevisionKind.Tag, "v1")));
        Assert.Equal(branch, await _bench.LockAsync(With(GitRevisionKind.Tag, "light")));
        Assert.Equal(branch, await _bench.LockAsync(With(GitRevisionKind.Commit, _bench.Repository.Head)));
        Assert.Equal(branch, await _bench.LockAsync(new(_bench.Repository.Url, GitRevision.Default)));
    }

    [Fact]
    public async Task A_repository_of_sha256_works_as_well()
    {
        using var bench = new GitBench("sha256");
        var commit = bench.Repository.Write("a", "1\n").Commit();
        Assert.Equal(64, commit.Length);
        _bench.Repository.Write("a", "1\n").Commit();
        // The same content under other ids.
        Assert.Equal((await _bench.LockAsync(_bench.Main)).Digest, (await bench.LockAsync(bench.Main)).Digest);
        Assert.Equal(commit, (await bench.LockAsync(new(bench.Repository.Url, new(GitRevisionKind.Commit, commit)))).Commit);
    }

    [Fact]
    public async Task A_pointer_of_LFS_is_named_as_such_unless_pointers_are_wanted()
    {
        _bench.Repository.Write("big.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n").Write("doc", "version https://git-lfs.github.com/spec/v1 is a line\n").Commit();
        var error = await _bench.FailsAsync(ExitCode.InvalidInput, _bench.Main);
        Assert.Contains("'big.bin' of", error.Message, StringComparison.Ordinal);
        Assert.Contains("Git LFS pointer", error.Message, StringComparison.Ordinal);
        Assert.Contains("'lfs: false'", error.Hint, StringComparison.Ordinal);
        Assert.Contains("oid sha256", (await _bench.EntriesAsync(_bench.Main with { Lfs = false }))[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("link", "../outside", "'link' is a symbolic link to '../outside', which is outside the tree")]
    [InlineData("a", "/etc/passwd", "'a' is a symbolic link to the absolute path '/etc/passwd'")]
    public async Task A_link_that_leads_out_is_refused(string name, string target, string message)
    {
        _bench.Repository.Link(name, target).Commit();
        Assert.Contains(message, (await _bench.FailsAsync(ExitCode.InvalidInput, _bench.Main)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".git")]
    [InlineData(".GIT")]
    public async Task A_directory_of_git_s_own_is_refused(string name)
    {
        var config = _bench.Repository.Tree($"100644 blob {_bench.Repository.Blob("[core]\n\tfsmonitor = touch /tmp/x\n")}\tconfig\n");
        _bench.Repository.CommitTree($"040000 tree {config}\t{name}\n");
        Assert.Contains($"'{name}/config' is in a '.git' directory", (await _bench.FailsAsync(ExitCode.InvalidInput, _bench.Main)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_leads_out_is_refused()
    {
        var tree = _bench.Repository.Tree($"100644 blob {_bench.Repository.Blob("x")}\tevil\n");
        _bench.Repository.CommitTree($"040000 tree {tree}\t..\n");
        Assert.Contains("has a '..' in it", (await _bench.FailsAsync(ExitCode.InvalidInput, _bench.Main)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_below_a_link_is_refused()
    {
        var tree = _bench.Repository.Tree($"100644 blob {_bench.Repository.Blob("x")}\tfile\n");
        _bench.Repository.CommitTree($"040000 tree {tree}\ta\n120000 blob {_bench.Repository.Blob("b")}\ta\n");
        Assert.Contains("entry 'a", (await _bench.FailsAsync(ExitCode.InvalidInput, _bench.Main)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_without_files_is_refused()
    {
        _bench.Repository.Commit();
        Assert.Contains("there is no file in it", (await _bench.FailsAsync(ExitCode.InvalidInput, _bench.Main)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _bench.Dispose();

    private GitOrigin With(GitRevisionKind kind, string name) => new(_bench.Repository.Url, new(kind, name));
}
