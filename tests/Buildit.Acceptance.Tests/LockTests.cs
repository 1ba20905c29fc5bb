using System.Security.Cryptography;
using System.Text;

namespace Buildit.Acceptance.Tests;

/// <summary>What is named by URL is looked up once, pinned in the target's lock, and from then on is what it was.</summary>
public sealed class LockTests : IDisposable
{
    private const string Lock = "mine/buildit.lock";

    private readonly SmallServer _server = new();
    private readonly Workspace _workspace = new Workspace().Recipe("text", "cp hello.txt \"$OUTPUT\"", more: "versions: {1.0: {sources: [{path: src}]}}\n");
    private readonly byte[] _patch;

    public LockTests()
    {
        _workspace.Write("pkgs/test/text/src/hello.txt", "one\ntwo\nthree\n");
        _workspace.Write("mine/pkg.yaml", $"base: test/text\npatches:\n  {Url}: \"Fix buffer overruns\"\n");
        _patch = Patch(Workspace.Fresh());
        _server.Files["/fix.patch"] = _patch;
    }

    private string Url => _server.Url + "/fix.patch";

    private string Locked => File.ReadAllText(_workspace.In(Lock));

    [Fact]
    public async Task A_patch_by_URL_is_locked_at_its_first_use_and_not_asked_for_again()
    {
        (await _workspace.MustBuildAsync("mine")).Says($"locked {Url} sha256:{Hex(_patch)}\n");
        Assert.Equal($"# Written by buildit: 'buildit update' looks everything up again; do not edit\n\nPatch: {Url}\nSHA256: {Hex(_patch)}\n", Locked);
        var requests = _server.Requests;
        (await _workspace.MustBuildAsync("mine", "--locked", "--rebuild")).DoesNotSay("locked http");
        Assert.Equal(requests, _server.Requests);
    }

    [Fact]
    public async Task A_patch_that_changed_at_its_address_is_told_with_what_came_instead_and_update_takes_it()
    {
        _workspace.WithOwnStore();
        (await _workspace.BuildAsync("lock", "mine")).Says($"locked {Url} sha256:{Hex(_patch)}");
        File.Delete(Path.Combine(_workspace.Store, "blobs", "sha256", Hex(_patch)));
        var other = Patch(Workspace.Fresh());
        _server.Files["/fix.patch"] = other;
        (await _workspace.BuildAsync("mine")).Fails(4, "mine/pkg.yaml:3:3", Hex(_patch), Hex(other), $"run 'buildit update {Url}'");
        (await _workspace.BuildAsync("update", "fix.patch")).Succeeds().Says($"    {Url}: sha256:{Hex(_patch)} -> sha256:{Hex(other)}\n", "mine/buildit.lock: 1 locked, 1 looked up, 1 changed\n");
        (await _workspace.BuildAsync("update", Url)).Succeeds().Says("1 locked, 1 looked up, 0 changed").DoesNotSay("->");
        Assert.Contains(Hex(other), Locked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Locked_lists_everything_that_is_missing_from_the_locks_at_once_and_asks_nobody()
    {
        _workspace.Recipe("lib", "true", more: $"versions: {{1.0: {{sources: [{{git: {_server.Url}/lib.git, branch: main}}]}}}}\n");
        _workspace.Write("containers/small/pkgs/mine/pkg.yaml", $"base: test/text\nneeds: {{libs: [test/lib, debian/zzz-not-there]}}\npatches:\n  {Url}: a\n  {_server.Url}/second.patch: b\n");
        _workspace.Container("- package: {type: embedded, path: ./pkgs/mine}\n" + Workspace.OciImage);
        (await _workspace.BuildAsync("--locked", "containers/small")).Fails(
            7,
            $"'{Url}' is not in 'containers/small/buildit.lock'", "containers/small/pkgs/mine/pkg.yaml:4:3", $"'{_server.Url}/second.patch' is not in", $"'{_server.Url}/lib.git branch main' is not in",
            "pkgs/test/lib/pkg.yaml:3:34", "'debian/zzz-not-there' is not in packages.lock", "run 'buildit lock' with this target");
        Assert.Equal(0, _server.Requests);
        Assert.False(File.Exists(_workspace.In("containers/small/buildit.lock")));
    }

    [Fact]
    public async Task Locked_lists_what_is_missing_from_the_locks_of_all_targets()
    {
        _workspace.Write("other/pkg.yaml", $"base: test/text\npatches:\n  {_server.Url}/second.patch: b\n");
        (await _workspace.BuildAsync("--locked", "mine", "other")).Fails(7, "is not in 'mine/buildit.lock'", "is not in 'other/buildit.lock'");
    }

    [Fact]
    public async Task Offline_nothing_is_looked_up()
    {
        (await _workspace.BuildAsync("--offline", "mine")).Fails(7, $"'{Url}' is not in 'mine/buildit.lock'", "--offline");
        Assert.Equal(0, _server.Requests);
    }

    [Fact]
    public async Task A_page_in_place_of_the_patch_is_not_locked()
    {
        _server.Files["/fix.patch"] = Encoding.UTF8.GetBytes("<!DOCTYPE html>\n<html>please log in</html>\n");
        (await _workspace.BuildAsync("mine")).Fails(4, "mine/pkg.yaml:3:3", "HTML");
        Assert.False(File.Exists(_workspace.In(Lock)));
    }

    [Fact]
    public async Task Check_tells_what_is_missing_or_unused_and_writes_nothing()
    {
        WithoutDistribution();
        (await _workspace.BuildAsync("lock", "mine", "--check")).Fails(7, $"{Url}: is missing", "mine/buildit.lock: 1 named by URL, not up to date");
        Assert.False(File.Exists(_workspace.In(Lock)));
        (await _workspace.BuildAsync("lock", "mine")).Succeeds();
        (await _workspace.BuildAsync("lock", "mine", "--check")).Succeeds().Says("up to date");
        File.AppendAllText(_workspace.In(Lock), $"\nPatch: https://example.org/gone.patch\nSHA256: {Hex([])}\n");
        (await _workspace.BuildAsync("lock", "mine", "--check")).Fails(7, "https://example.org/gone.patch: is used by nothing");
        Assert.Contains("gone.patch", Locked, StringComparison.Ordinal);
        (await _workspace.BuildAsync("lock", "mine")).Succeeds();
        Assert.DoesNotContain("gone.patch", Locked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_ends_of_a_checkout_change_nothing()
    {
        WithoutDistribution();
        (await _workspace.BuildAsync("lock", "mine")).Succeeds();
        var crlf = Locked.Replace("\n", "\r\n", StringComparison.Ordinal);
        await File.WriteAllTextAsync(_workspace.In(Lock), crlf);
        (await _workspace.BuildAsync("lock", "mine", "--check")).Succeeds();
        (await _workspace.BuildAsync("lock", "mine")).Succeeds();
        Assert.Equal(crlf, Locked);
    }

    [Fact]
    public async Task A_lock_with_a_merge_conflict_is_told_with_its_place()
    {
        _workspace.Write(Lock, $"# Written by buildit\n\n<<<<<<< HEAD\nPatch: {Url}\nSHA256: {Hex(_patch)}\n=======\n>>>>>>> other\n");
        (await _workspace.BuildAsync("mine")).Fails(2, "a merge conflict is not resolved here", "mine/buildit.lock:3:1", "hint: ");
    }

    [Fact]
    public async Task What_nothing_uses_any_more_is_dropped_when_the_lock_is_next_written()
    {
        await _workspace.MustBuildAsync("mine");
        _server.Files["/second.patch"] = Patch(Workspace.Fresh(), "zwei", "deux");
        _workspace.Write("mine/pkg.yaml", $"base: test/text\npatches:\n  {_server.Url}/second.patch: b\n");
        _server.Files["/second.patch"] = _patch;
        await _workspace.MustBuildAsync("mine");
        Assert.DoesNotContain("/fix.patch", Locked, StringComparison.Ordinal);
        Assert.Contains("/second.patch", Locked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_version_of_a_recipe_keeps_its_pins()
    {
        WithoutDistribution();
        _server.Files["/second.patch"] = Patch(Workspace.Fresh());
        _workspace.Write("pkgs/test/two/pkg.yaml", $"name: two\nversions:\n  2.0: {{patches: {{{Url}: a}}}}\n  1.0: {{patches: {{{_server.Url}/second.patch: b}}}}\nbuild: {{install: 'true'}}\n");
        (await _workspace.BuildAsync("lock", "test/two")).Succeeds();
        (await _workspace.BuildAsync("lock", "test/two-1.0")).Succeeds();
        var locked = await File.ReadAllTextAsync(_workspace.In("pkgs/test/two/buildit.lock"));
        Assert.Contains("/fix.patch", locked, StringComparison.Ordinal);
        Assert.Contains("/second.patch", locked, StringComparison.Ordinal);
        (await _workspace.BuildAsync("lock", "--check", "test/two")).Succeeds();
    }

    [Fact]
    public async Task The_lock_beside_a_recipe_serves_whoever_builds_with_it_and_a_target_s_own_lock_wins()
    {
        WithoutDistribution();
        _workspace.Write("pkgs/test/base/pkg.yaml", $"name: base\nversions: {{1.0: {{patches: {{{Url}: a}}}}}}\nbuild: {{install: 'true'}}\n");
        _workspace.Write("derived/pkg.yaml", "base: test/base\n");
        (await _workspace.BuildAsync("lock", "test/base")).Succeeds();
        (await _workspace.BuildAsync("lock", "--check", "derived")).Succeeds();
        Assert.False(File.Exists(_workspace.In("derived/buildit.lock")));
        var requests = _server.Requests;
        _workspace.Write("derived/buildit.lock", (await File.ReadAllTextAsync(_workspace.In("pkgs/test/base/buildit.lock"))).Replace(Hex(_patch), Hex([]), StringComparison.Ordinal));
        (await _workspace.BuildAsync("lock", "derived")).Succeeds();
        Assert.Equal(requests, _server.Requests);
        Assert.Contains(Hex([]), await File.ReadAllTextAsync(_workspace.In("derived/buildit.lock")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_processes_lock_one_patch_once()
    {
        using var first = _workspace.Start("mine");
        using var second = _workspace.Start("mine");
        var results = await Task.WhenAll(Run.EndOfAsync(first), Run.EndOfAsync(second));
        Assert.All(results, r => r.Succeeds());
        Assert.Single(results.Select(r => r.Output).Distinct());
        Assert.Single(results, r => r.Error.Contains("locked http", StringComparison.Ordinal));
        Assert.Equal(1, _server.Requests);
    }

    [Fact]
    public void A_lock_that_cannot_be_written_is_told_with_what_to_do()
    {
        const string ReadOnly = "unshare -Urm sh -c 'mount --bind mine mine && mount -o remount,bind,ro mine && exec \"$BUILDIT\" mine'";
        Run.Script(ReadOnly, _workspace).Fails(8, "mine/buildit.lock' cannot be written", "commit the file");
    }

    [Fact]
    public async Task Update_tells_names_that_mean_nothing()
    {
        WithoutDistribution();
        (await _workspace.BuildAsync("lock", "mine")).Succeeds();
        (await _workspace.BuildAsync("update", "fix.pach")).Fails(3, "'fix.pach' names nothing that is locked", "did you mean 'fix.patch'?");
        (await _workspace.BuildAsync("update", "zzz")).Fails(3, "name a target");
        (await _workspace.BuildAsync("update", "mine")).Succeeds().Says("mine/buildit.lock: 1 locked, 1 looked up, 0 changed");
        (await _workspace.BuildAsync("update")).Succeeds().Says("mine/buildit.lock: 1 locked, 1 looked up, 0 changed");
    }

    public void Dispose()
    {
        _workspace.Dispose();
        _server.Dispose();
    }

    // So that 'lock' has no index to read.
    private void WithoutDistribution()
    {
        Directory.Delete(_workspace.In("pkgs/debian"), recursive: true);
        _workspace.Write("pkgs/test/text/pkg.yaml", "name: text\nversions: {1.0: {sources: [{path: src}]}}\nbuild: {install: 'true'}\n");
    }

    private static byte[] Patch(string mark, string from = "two", string to = "zwei") =>
        Encoding.UTF8.GetBytes($"{mark}\n--- a/hello.txt\n+++ b/hello.txt\n@@ -1,3 +1,3 @@\n one\n-{from}\n+{to}\n three\n");

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
