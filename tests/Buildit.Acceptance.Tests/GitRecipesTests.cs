using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>Recipe trees in git: pinned in the lock beside the configuration, read from a checkout in the store.</summary>
public sealed class GitRecipesTests : IDisposable
{
    private readonly Workspace _workspace = new Workspace().Recipe("hello", $"echo {Workspace.Fresh()} > \"$OUTPUT/x\"", tools: Workspace.FewTools);
    private readonly GitUpstream _tree;

    public GitRecipesTests()
    {
        Directory.Move(_workspace.In("pkgs"), _workspace.In("tree"));
        _tree = new(_workspace.In("tree"));
        _tree.Commit();
        _workspace.Write(".buildit-config.yaml", $"recipes: [{{git: '{_tree.Url}', branch: main}}]\n");
    }

    [Fact]
    public async Task A_tree_is_pinned_at_its_first_use_and_moves_when_it_is_updated()
    {
        var first = _tree.Head;
        var before = (await _workspace.MustBuildAsync("test/hello")).Says($"locked {_tree.Url} branch main {first} sha256:").Hash();
        Assert.Contains($"Recipes: {_tree.Url}\nRevision: branch main\nCommit: {first}\n", await File.ReadAllTextAsync(_workspace.In("buildit.lock")), StringComparison.Ordinal);
        _tree.Write("test/hello/pkg.yaml", (await File.ReadAllTextAsync(_workspace.In("tree/test/hello/pkg.yaml"))).Replace("echo ", "echo a", StringComparison.Ordinal));
        var second = _tree.Commit();
        Assert.Equal(before, (await _workspace.MustBuildAsync("test/hello", "--locked", "--offline")).Hash());
        (await _workspace.BuildAsync("update", "tree")).Succeeds().Says($"    {_tree.Url} branch main: {first} sha256:", $"-> {second} ");
        Assert.NotEqual(before, (await _workspace.MustBuildAsync("test/hello", "--locked", "--offline")).Hash());
    }

    [Fact]
    public async Task A_tree_gives_the_keys_that_a_directory_gives()
    {
        var git = (await _workspace.MustBuildAsync("test/hello")).Hash();
        _workspace.Write(".buildit-config.yaml", "recipes: [tree]\n");
        Assert.Equal(git, (await _workspace.MustBuildAsync("test/hello")).Hash());
    }

    [Fact]
    public async Task A_container_may_be_made_of_recipes_of_a_tree()
    {
        _workspace.Container("- package: test/hello\n" + Workspace.OciImage);
        await _workspace.MustBuildAsync("containers/small");
        Assert.False(File.Exists(_workspace.In("containers/small/buildit.lock")));
    }

    [Fact]
    public async Task Without_a_pin_nothing_is_looked_up_where_that_is_not_permitted()
    {
        (await _workspace.BuildAsync("--locked", "test/hello")).Fails(7, ".buildit-config.yaml:1:17", $"recipe tree '{_tree.Url} branch main' is not in 'buildit.lock'", "buildit lock");
        (await _workspace.BuildAsync("--offline", "test/hello")).Fails(7, "is not in 'buildit.lock'");
        (await _workspace.BuildAsync("lock", "--check")).Fails(7, "is not in 'buildit.lock'");
        Assert.False(File.Exists(_workspace.In("buildit.lock")));
    }

    [Fact]
    public async Task A_checkout_that_the_store_lacks_is_made_again_by_the_pinned_commit()
    {
        var before = (await _workspace.MustBuildAsync("test/hello")).Hash();
        _tree.Write("test/hello/pkg.yaml", "name: other\n").Commit();
        var locked = await File.ReadAllTextAsync(_workspace.In("buildit.lock"));
        _workspace.WithOwnStore();
        File.Delete(Path.Combine(_workspace.Store, "blobs", "sha256", locked[(locked.IndexOf("SHA256: ", StringComparison.Ordinal) + 8)..].Trim()));
        (await _workspace.BuildAsync("--offline", "test/hello")).Fails(7, "is not in the store");
        (await _workspace.BuildAsync("doctor")).Fails(7, "a build, or 'buildit lock', fetches it");
        Assert.Equal(before, (await _workspace.MustBuildAsync("--locked", "test/hello")).Hash());
    }

    [Fact]
    public async Task What_a_recipe_of_a_tree_looks_up_is_pinned_beside_the_configuration()
    {
        using var server = new SmallServer();
        server.Files["/fix.patch"] = System.Text.Encoding.UTF8.GetBytes($"{Workspace.Fresh()}\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+x\n");
        _tree.Write("test/patched/pkg.yaml", $"name: patched\nversions: {{1.0: {{patches: {{{server.Url}/fix.patch: a}}}}}}\nneeds: {{tools: [toolchain/c]}}\nbuild: {{install: cp new \"$OUTPUT\"}}\n").Commit();
        (await _workspace.MustBuildAsync("test/patched")).Says($"locked {server.Url}/fix.patch sha256:");
        Assert.StartsWith("# Written by buildit", await File.ReadAllTextAsync(_workspace.In("locks/test/patched/buildit.lock")), StringComparison.Ordinal);
        await _workspace.MustBuildAsync("test/patched", "--locked");
        (await _workspace.BuildAsync("update", "test/patched")).Succeeds().Says("locks/test/patched/buildit.lock: 1 locked, 1 looked up, 0 changed");
        (await _workspace.BuildAsync("update", "fix.patch")).Succeeds().Says("locks/test/patched/buildit.lock: 1 locked, 1 looked up, 0 changed");
    }

    [Fact]
    public async Task The_distribution_of_a_tree_is_left_as_it_is()
    {
        (await _workspace.BuildAsync("lock")).Succeeds().Says($"locked {_tree.Url}", "packages.lock comes with the recipe tree");
        (await _workspace.BuildAsync("lock", "--check")).Succeeds();
    }

    [Fact]
    public async Task A_pin_of_a_tree_that_is_configured_no_more_is_dropped_and_those_of_a_container_beside_it_stay()
    {
        await _workspace.MustBuildAsync("test/hello");
        var kept = $"Patch: https://example.org/a.patch\nSHA256: {new string('a', 64)}\n";
        File.AppendAllText(_workspace.In("buildit.lock"), "\n" + kept);
        _workspace.Write(".buildit-config.yaml", $"recipes: [{{git: '{_tree.Url}'}}]\n");
        (await _workspace.MustBuildAsync("test/hello")).Says($"locked {_tree.Url} default branch {_tree.Head}");
        var locked = await File.ReadAllTextAsync(_workspace.In("buildit.lock"));
        Assert.Contains(kept, locked, StringComparison.Ordinal);
        Assert.Contains("Revision: default branch\n", locked, StringComparison.Ordinal);
        Assert.DoesNotContain("Revision: branch main\n", locked, StringComparison.Ordinal);
    }

    public void Dispose() => _workspace.Dispose();
}
