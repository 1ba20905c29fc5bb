using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>Stores that refuse, are shared, or were left in a mess.</summary>
public sealed class StoreTests
{
    [Fact]
    public async Task R06_a_read_only_store_serves_what_it_has_and_refuses_the_rest_with_what_to_do()
    {
        using var workspace = await WithOwnStoreAsync();
        const string ReadOnly = "unshare -Urm sh -c 'mount --bind \"$BUILDIT_STORE\" \"$BUILDIT_STORE\" && mount -o remount,bind,ro \"$BUILDIT_STORE\" && exec \"$BUILDIT\" \"$0\"' ";
        var known = Run.Script(ReadOnly + "test/small", workspace).Succeeds();
        Assert.Contains("test/small-1.0 runtime sha256:", known.Output, StringComparison.Ordinal);
        workspace.Recipe("other", "touch \"$OUTPUT/x\"", tools: Workspace.FewTools);
        Run.Script(ReadOnly + "test/other", workspace).Fails(8, "error: ", workspace.Store, "cannot be written", "BUILDIT_STORE");
        await workspace.MustBuildAsync("test/other");
    }

    [Fact]
    public void R07_a_full_disk_is_told_as_such()
    {
        using var workspace = new Workspace().Recipe("small", "touch \"$OUTPUT/x\"", tools: Workspace.FewTools);
        workspace.Store = workspace.In("store");
        Directory.CreateDirectory(workspace.Store);
        var result = Run.Script("unshare -Urm sh -c 'mount -t tmpfs -o size=6m none \"$BUILDIT_STORE\" && \"$BUILDIT\" test/small; code=$?; ls \"$BUILDIT_STORE/work\" >&2; exit $code'", workspace);
        result.Fails(8, "full", "hint: ");
    }

    [Fact]
    public async Task Two_processes_build_one_package_once()
    {
        var mark = Workspace.Fresh();
        using var workspace = new Workspace().Recipe("once", $"sleep 2\necho {mark} > \"$OUTPUT/x\"");
        using var first = workspace.Start("test/once");
        using var second = workspace.Start("test/once");
        var results = await Task.WhenAll(Run.EndOfAsync(first), Run.EndOfAsync(second));
        Assert.All(results, r => r.Succeeds());
        Assert.Equal(results[0].Output, results[1].Output);
        Assert.Single(results, r => r.Error.Contains("built in", StringComparison.Ordinal));
        Assert.Contains(results, r => r.Error.Contains("waiting for process", StringComparison.Ordinal));
    }

    [Fact]
    public async Task R21_four_processes_with_a_fresh_store_build_the_same_graph_each_step_once()
    {
        using var workspace = new Workspace().WithOwnStore().Recipe("lib", "touch \"$OUTPUT/from-lib\"", tools: Workspace.FewTools);
        workspace.Recipe("app", "touch \"$OUTPUT/app\"", tools: Workspace.FewTools.Replace("]", ", test/lib]", StringComparison.Ordinal));
        var started = Enumerable.Range(0, 4).Select(_ => workspace.Start("test/app")).ToArray();
        var results = await Task.WhenAll(started.Select(Run.EndOfAsync));
        Assert.All(results, r => r.Succeeds());
        Assert.Single(results.Select(r => r.Output).Distinct());
        Assert.Equal(2, results.Sum(r => r.Error.Split("built in").Length - 1));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(workspace.Store, "work")));
    }

    [Fact]
    public async Task R08_an_index_that_is_no_database_is_named_with_what_to_do_and_then_all_is_found_or_made_again()
    {
        using var workspace = await WithOwnStoreAsync();
        var index = Path.Combine(workspace.Store, "index.db");
        File.WriteAllText(index, "this is not a database, though it is long enough to be looked at by SQLite as if it were one");
        (await workspace.BuildAsync("test/small")).Fails(8, index, "delete");
        File.Delete(index);
        await workspace.MustBuildAsync("test/small");
    }

    [Fact]
    public async Task A_tree_that_was_deleted_is_made_again()
    {
        using var workspace = await WithOwnStoreAsync();
        var first = await workspace.MustBuildAsync("test/small");
        var tree = Path.Combine(workspace.Store, "trees", first.Output.Trim().Split(' ', ':')[^1]);
        Run.Shell($"find '{tree}' -type d -exec chmod u+w {{}} + && rm -rf '{tree}'");
        Assert.Equal(first.Output, (await workspace.MustBuildAsync("test/small")).Says("built in").Output);
    }

    [Fact]
    public async Task A_store_whose_place_is_a_file_is_told_as_such()
    {
        using var workspace = new Workspace().Recipe("small", "touch \"$OUTPUT/x\"", tools: Workspace.FewTools);
        workspace.Store = workspace.Write("store", "I am a file\n");
        using var process = workspace.Start("test/small");
        (await Run.EndOfAsync(process)).Fails(8, workspace.Store, "BUILDIT_STORE");
    }

    private static async Task<Workspace> WithOwnStoreAsync()
    {
        var workspace = new Workspace().WithOwnStore().Recipe("small", "echo small > \"$OUTPUT/x\"", tools: Workspace.FewTools);
        await workspace.MustBuildAsync("test/small");
        return workspace;
    }
}
