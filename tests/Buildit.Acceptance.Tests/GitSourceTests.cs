using System.Runtime.InteropServices;
using System.Text.Json;
using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>Sources out of real git repositories, by the machine's git.</summary>
public sealed class GitSourceTests : IDisposable
{
    private const string Lock = "pkgs/test/source/buildit.lock";

    private readonly Workspace _workspace = new();
    private readonly GitUpstream _upstream;

    public GitSourceTests()
    {
        _upstream = new GitUpstream(_workspace.In("upstream")).Write("hello.txt", Workspace.Fresh() + "\n").Write("run", "#!/bin/sh\n", executable: true).Link("link", "hello.txt");
        _upstream.Commit();
        Recipe("branch: main");
    }

    private string Locked => File.ReadAllText(_workspace.In(Lock));

    private string Digest => Locked[(Locked.IndexOf("SHA256: ", StringComparison.Ordinal) + 8)..].Trim();

    [Fact]
    public async Task A_branch_is_pinned_at_its_first_use_and_does_not_move_until_it_is_updated()
    {
        var first = _upstream.Head;
        var before = (await _workspace.MustBuildAsync("test/source")).Says($"locked {_upstream.Url} branch main {first} sha256:").Hash();
        var second = _upstream.Write("hello.txt", Workspace.Fresh()).Commit();
        Assert.Equal(before, (await _workspace.MustBuildAsync("test/source", "--locked")).Hash());
        (await _workspace.BuildAsync("update", "upstream")).Succeeds().Says($"    {_upstream.Url} branch main: {first} sha256:", $" -> {second} sha256:", "1 changed");
        Assert.Contains($"Commit: {second}\n", Locked, StringComparison.Ordinal);
        Assert.NotEqual(before, (await _workspace.MustBuildAsync("test/source", "--locked")).Hash());
    }

    [Fact]
    public async Task A_recipe_may_say_commit_and_digest_itself_and_a_wrong_digest_is_told_with_the_right_one()
    {
        await _workspace.MustBuildAsync("test/source");
        var digest = Digest;
        File.Delete(_workspace.In(Lock));
        Recipe($"commit: {_upstream.Head}, sha256: {digest}");
        await _workspace.MustBuildAsync("test/source", "--locked", "--offline");
        var wrong = new string('0', 64);
        Recipe($"commit: {_upstream.Head}, sha256: {wrong}");
        (await _workspace.BuildAsync("test/source")).Fails(4, "pkgs/test/source/pkg.yaml:3:34", wrong, $"put sha256: {digest}");
    }

    [Fact]
    public async Task A_history_that_was_rewritten_is_told_and_a_store_that_has_the_commit_still_builds()
    {
        await _workspace.MustBuildAsync("test/source");
        var lost = _upstream.Head;
        _upstream.Write("hello.txt", "other").Rewrite();
        await _workspace.MustBuildAsync("test/source", "--rebuild");
        _workspace.Store = _workspace.In("another");
        Directory.CreateDirectory(_workspace.Store);
        (await _workspace.BuildAsync("test/source")).Fails(4, $"does not have commit {lost}", "its history was rewritten", "buildit update");
    }

    [Fact]
    public async Task Offline_what_the_store_has_is_built_and_the_rest_is_told()
    {
        (await _workspace.BuildAsync("test/source", "--offline")).Fails(7, "is not in 'pkgs/test/source/buildit.lock'");
        await _workspace.MustBuildAsync("test/source");
        await _workspace.MustBuildAsync("test/source", "--offline", "--rebuild");
        _workspace.Store = _workspace.In("another");
        Directory.CreateDirectory(_workspace.Store);
        (await _workspace.BuildAsync("test/source", "--offline")).Fails(7, $"  upstream, for test/source-1.0\n    git+{_upstream.Url}@{_upstream.Head}\n", "packages of the distribution");
    }

    [Fact]
    public async Task No_hook_and_no_filter_is_run_wherever_it_is_configured_and_nothing_depends_on_how_git_is_started()
    {
        var plain = (await _workspace.MustBuildAsync("test/source")).Hash();
        var mark = _workspace.In("evil-was-run");
        _upstream.Write(".gitattributes", "* filter=evil diff=evil merge=evil text eol=crlf\n").Commit();
        foreach (var hook in new[] { "post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc", "upload-pack", "update", "fsmonitor-watchman" })
        {
            foreach (var directory in new[] { "hooks/", "upstream/.git/hooks/" })
            {
                _workspace.Write(directory + hook, $"#!/bin/sh\necho {hook} >> '{mark}'\n");
                File.SetUnixFileMode(_workspace.In(directory + hook), (UnixFileMode)0x1ED);
            }
        }

        _workspace.Write(".gitconfig", $"[core]\n\thooksPath = {_workspace.In("hooks")}\n\tautocrlf = true\n[filter \"evil\"]\n\tsmudge = touch '{mark}'\n\tclean = touch '{mark}'\n\tprocess = touch '{mark}'\n[init]\n\ttemplateDir = {_workspace.In("upstream/.git")}\n");
        _workspace.Environment["GIT_DIR"] = _workspace.In("nowhere");
        _workspace.Environment["GIT_WORK_TREE"] = _workspace.In("upstream");
        Directory.Delete(Path.Combine(_workspace.In("pkgs/test/source")), recursive: true);
        Recipe("branch: main");
        (await _workspace.MustBuildAsync("test/source")).Says("locked ");
        Assert.False(File.Exists(mark), File.Exists(mark) ? File.ReadAllText(mark) : "");
        _upstream.Git("revert", "--no-edit", "HEAD");
        (await _workspace.BuildAsync("update", "test/source")).Succeeds();
        Assert.Equal(plain, (await _workspace.MustBuildAsync("test/source")).Hash());
        Assert.False(File.Exists(mark), File.Exists(mark) ? File.ReadAllText(mark) : "");
    }

    [Fact]
    public async Task A_commit_is_had_from_a_server_that_gives_no_single_commits()
    {
        var old = _upstream.Head;
        _upstream.Write("hello.txt", "newer").Commit();
        _workspace.Write(".gitconfig", "[protocol]\n\tversion = 0\n");
        Recipe($"commit: {old}");
        (await _workspace.MustBuildAsync("test/source")).Says($"locked {_upstream.Url} commit {old} ");
    }

    [Fact]
    public async Task A_repository_behind_a_plain_web_server_works()
    {
        var old = _upstream.Head;
        _upstream.Write("hello.txt", "newer").Commit();
        _upstream.Git("update-server-info");
        using var server = new SmallServer();
        foreach (var file in Directory.EnumerateFiles(_workspace.In("upstream/.git"), "*", SearchOption.AllDirectories))
        {
            server.Files["/repo/" + Path.GetRelativePath(_workspace.In("upstream/.git"), file)] = await File.ReadAllBytesAsync(file);
        }

        Recipe("branch: main", server.Url + "/repo");
        var newest = await _workspace.MustBuildAsync("test/source");
        Recipe($"commit: {old}", server.Url + "/repo");
        Assert.NotEqual(newest.Hash(), (await _workspace.MustBuildAsync("test/source")).Hash());
    }

    [Fact]
    public async Task Submodules_come_from_the_server_of_their_superproject()
    {
        var library = new GitUpstream(_workspace.In("library")).Write("lib.h", "int x;\n").Commit();
        _upstream.Write(".gitmodules", "[submodule \"lib\"]\n\tpath = lib\n\turl = ../library\n");
        Directory.CreateDirectory(_workspace.In("upstream/lib"));
        _upstream.Git("update-index", "--add", "--cacheinfo", $"160000,{library},lib");
        _upstream.Commit();
        using var server = new GitServer(_workspace.Path);
        Recipe("branch: main", server.Url + "/upstream", install: "test -z \"$(ls lib)\"\ntouch \"$OUTPUT/x\"");
        await _workspace.MustBuildAsync("test/source");
        Recipe("branch: main, submodules: true", server.Url + "/upstream", install: "test -f lib/lib.h\ntouch \"$OUTPUT/x\"");
        await _workspace.MustBuildAsync("test/source");
        Assert.Contains("Submodules: yes\n", Locked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pointer_of_LFS_is_told_with_the_place_of_the_source_and_taken_only_where_the_recipe_says_so()
    {
        _upstream.Write("big", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n").Commit();
        (await _workspace.BuildAsync("test/source")).Fails(2, "pkgs/test/source/pkg.yaml:3:34", "'big' of", "Git LFS pointer", "'lfs: false'");
        Recipe("branch: main, lfs: false");
        await _workspace.MustBuildAsync("test/source");
    }

    [Fact]
    public async Task The_user_s_own_settings_count()
    {
        _workspace.Write(".gitconfig", $"[url \"{_upstream.Url}\"]\n\tinsteadOf = https://git.example.org/nowhere.git\n");
        Recipe("branch: main", "https://git.example.org/nowhere.git");
        (await _workspace.MustBuildAsync("test/source")).Says($"locked https://git.example.org/nowhere.git branch main {_upstream.Head} ");
    }

    [Fact]
    public void A_machine_without_git_is_told_so()
    {
        Run.Script("PATH=/nonexistent exec \"$BUILDIT\" test/source", _workspace).Fails(7, "this machine has no git", "install the package 'git'");
    }

    [Fact]
    public async Task Ctrl_C_ends_git_too()
    {
        using var server = new SmallServer { Holds = true };
        Recipe("branch: main", server.Url + "/repo");
        using var process = _workspace.Start("test/source");
        await Run.UntilAsync(() => server.Requests > 0, "git's request");
        Run.Signal(PosixSignal.SIGINT, process.Id);
        (await Run.EndOfAsync(process)).Fails(130, "interrupted");
        await Run.UntilAsync(() => Run.ProcessesWith(server.Url).Length == 0, "the end of git");
    }

    [Fact]
    public async Task Two_processes_at_once_give_the_same()
    {
        using var first = _workspace.Start("test/source");
        using var second = _workspace.Start("test/source");
        var results = await Task.WhenAll(Run.EndOfAsync(first), Run.EndOfAsync(second));
        Assert.All(results, r => r.Succeeds());
        Assert.Single(results.Select(r => r.Output).Distinct());
        Assert.Single(results, r => r.Error.Contains("locked file://", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_record_names_repository_and_commit()
    {
        await _workspace.MustBuildAsync("test/source");
        var blobs = Directory.EnumerateFiles(Path.Combine(_workspace.Store, "blobs", "sha256")).Where(f => new FileInfo(f).Length is > 500 and < 1_000_000);
        Assert.Contains(blobs, f => Materials(File.ReadAllBytes(f)).Contains($"git+{_upstream.Url}@{_upstream.Head} {Digest}"));
    }

    [Fact]
    public async Task A_build_sees_exactly_the_commit_and_its_date()
    {
        Recipe("branch: main", install: "stat -c '%n %Y %a' hello.txt run; readlink link; echo \"date $SOURCE_DATE_EPOCH\"; ls -A; exit 3");
        (await _workspace.BuildAsync("test/source")).Fails(1, $"hello.txt {GitUpstream.Time} 644", $"run {GitUpstream.Time} 755", "| hello.txt", $"date {GitUpstream.Time}").DoesNotSay("| .git");
    }

    /// <summary>Address and digest of everything that a record names as an input; nothing if it is no record.</summary>
    private static string[] Materials(byte[] blob)
    {
        if (!blob.AsSpan().StartsWith("{\"payloadType\""u8))
        {
            return [];
        }

        using var envelope = JsonDocument.Parse(blob);
        using var statement = JsonDocument.Parse(envelope.RootElement.GetProperty("payload").GetBytesFromBase64());
        return [.. from material in statement.RootElement.GetProperty("predicate").GetProperty("buildDefinition").GetProperty("resolvedDependencies").EnumerateArray()
                   where material.TryGetProperty("uri", out _)
                   select $"{material.GetProperty("uri").GetString()} {material.GetProperty("digest").GetProperty("sha256").GetString()}"];
    }

    public void Dispose() => _workspace.Dispose();

    private void Recipe(string revision, string? url = null, string install = "cp -R . \"$OUTPUT\"") =>
        _workspace.Recipe("source", install, more: $"versions: {{1.0: {{sources: [{{git: '{url ?? _upstream.Url}', {revision}}}]}}}}\n");
}
