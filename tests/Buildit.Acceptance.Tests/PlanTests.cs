using System.Text.Json;
using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary><c>buildit plan</c>: what a build would do, and that planning it does nothing.</summary>
public sealed class PlanTests
{
    [Fact]
    public async Task Without_a_store_everything_is_to_be_done_and_no_store_is_made()
    {
        using var workspace = new PlannedWorkspace();
        var before = Listing.Of(workspace.Files.Path);
        var plan = await workspace.Files.MustBuildAsync("plan", "containers/small");
        Golden.Check("tests/golden/plan/nothing-is-there.txt", plan.Output);
        Golden.Check("tests/golden/plan/nothing-is-there.json", (await workspace.Files.MustBuildAsync("plan", "containers/small", "--json")).Output);
        Assert.Empty(plan.Error);
        Assert.Equal(before, Listing.Of(workspace.Files.Path));
    }

    [Fact]
    public async Task A_deb_and_a_source_that_were_fetched_are_not_fetched_again()
    {
        using var workspace = new PlannedWorkspace();
        workspace.PutBlob("deb of dash");
        workspace.PutBlob("source of app");
        var output = (await workspace.Files.MustBuildAsync("plan", "test/app")).Output;
        Assert.Matches(@"import   debian/dash-1 +its \.deb is in the store\n", output);
        Assert.DoesNotContain("app-1.0.tar.gz", output, StringComparison.Ordinal);
        Assert.Contains("fix.patch from https://example.org/fix.patch", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deb_whose_bytes_are_too_few_is_fetched_again()
    {
        using var workspace = new PlannedWorkspace();
        File.WriteAllText(workspace.PutBlob("deb of dash"), "deb");
        Assert.Matches(@"import   debian/dash-1 +fetch 11 bytes\n", (await workspace.Files.MustBuildAsync("plan", "test/app")).Output);
    }

    [Fact]
    public async Task A_later_target_finds_what_an_earlier_one_has_built()
    {
        using var workspace = new PlannedWorkspace();
        var output = (await workspace.Files.MustBuildAsync("plan", "test/lib", "test/app")).Output;
        var second = output[output.IndexOf("Plan for test/app", StringComparison.Ordinal)..];
        Assert.Contains("  build    test/app-1.0\n", second, StringComparison.Ordinal);
        Assert.DoesNotContain("test/lib", second, StringComparison.Ordinal);
        Assert.DoesNotContain("debian/gcc", second, StringComparison.Ordinal);
        Assert.Contains("debian/coreutils", second, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "no TARGET is given")]
    [InlineData(3, "did you mean 'test/app'?", "test/apq")]
    [InlineData(3, "'test/app' has no version '9'", "test/app-9")]
    [InlineData(2, "there is no option '--jsn'", "test/app", "--jsn")]
    [InlineData(2, "'qcow2' is not an image type", "containers/small", "--type=qcow2")]
    public async Task Mistakes_are_told_as_by_a_build(int code, string said, params string[] arguments)
    {
        using var workspace = new PlannedWorkspace();
        (await workspace.Files.BuildAsync(["plan", .. arguments])).Fails(code, said);
    }

    [Fact]
    public async Task A_cycle_and_two_versions_of_one_package_are_told()
    {
        using var workspace = new PlannedWorkspace();
        workspace.Files.Recipe("one", "true", tools: "[test/two]").Recipe("two", "true", tools: "[test/one]");
        (await workspace.Files.BuildAsync("plan", "test/one")).Fails(2, "dependency cycle: test/one -> test/two -> test/one");
        workspace.Files.Recipe("lib", "true", more: "versions: {1.0: {}, 2.0: {}}\n").Recipe("both", "true", tools: "[test/lib-1.0, test/lib-2.0]");
        (await workspace.Files.BuildAsync("plan", "test/both")).Fails(3, "two different packages of one name meet");
    }

    [Fact]
    public async Task What_was_built_is_reused_what_was_changed_is_built_and_planning_leaves_no_trace()
    {
        using var workspace = new Workspace().WithOwnStore().Recipe("lib", "touch \"$OUTPUT/from-lib\"", tools: Workspace.FewTools);
        workspace.Recipe("app", "touch \"$OUTPUT/app\"", tools: Workspace.FewTools.Replace("]", ", test/lib]", StringComparison.Ordinal)).Container("- package: test/app\n" + Workspace.OciImage);
        await workspace.MustBuildAsync("containers/small");
        var before = Listing.Of(workspace.Path);
        Assert.Equal(
            "Plan for small-1 on linux/amd64\n  reuse    test/app-1.0\n  keep     out/small-1-linux-amd64.oci\nNothing to do: everything is there.\n",
            (await workspace.MustBuildAsync("plan", "containers/small")).Output);
        Assert.Contains("compose  else/small-1-linux-amd64.oci", (await workspace.MustBuildAsync("plan", "containers/small", "-o", "else")).Output, StringComparison.Ordinal);
        Assert.Equal("", string.Join("\n", Listing.Changes(before, Listing.Of(workspace.Path))));

        // The same files under another key: what depends on it may be cut off, and is.
        workspace.Recipe("lib", "touch \"$OUTPUT/from-lib\" # the same", tools: Workspace.FewTools);
        var changed = (await workspace.MustBuildAsync("plan", "containers/small")).Output;
        Assert.Matches(@"  build    test/lib-1.0\n  build    test/app-1.0 +unless its inputs will give what was built before\n", changed);
        Assert.Contains("To build: 2 (1 of them perhaps not, which is known when their dependencies are there); to import: 0; in the store: ", changed, StringComparison.Ordinal);
        await workspace.MustBuildAsync("test/lib");
        Assert.Matches(@"  reuse    test/lib-1.0\n  reuse    test/app-1.0 +its inputs give what was built before\n  keep     out/small-1-linux-amd64.oci\n", (await workspace.MustBuildAsync("plan", "containers/small")).Output);
        (await workspace.MustBuildAsync("containers/small")).Says("its inputs give what was built before").DoesNotSay("built in");
        Assert.Contains("  build    test/lib-1.0\n", (await workspace.MustBuildAsync("plan", "test/lib", "--rebuild")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_does_what_was_planned()
    {
        using var workspace = new Workspace().WithOwnStore().Recipe("small", "touch \"$OUTPUT/x\"", tools: Workspace.FewTools);
        using var plan = JsonDocument.Parse((await workspace.MustBuildAsync("plan", "test/small", "--json")).Output);
        var totals = plan.RootElement.GetProperty("plans")[0].GetProperty("totals");
        var built = await workspace.MustBuildAsync("test/small");
        built.Says(FormattableString.Invariant($"imported {totals.GetProperty("import").GetInt32()} distribution packages"));
        Assert.Equal(totals.GetProperty("build").GetInt32(), built.Error.Split("built in").Length - 1);
    }

    [Fact]
    public async Task A_read_only_store_is_enough()
    {
        using var workspace = new Workspace().WithOwnStore().Recipe("small", "touch \"$OUTPUT/x\"", tools: Workspace.FewTools);
        await workspace.MustBuildAsync("test/small");
        workspace.Recipe("other", "touch \"$OUTPUT/x\"", tools: Workspace.FewTools);
        const string ReadOnly = "unshare -Urm sh -c 'mount --bind \"$BUILDIT_STORE\" \"$BUILDIT_STORE\" && mount -o remount,bind,ro \"$BUILDIT_STORE\" && exec \"$BUILDIT\" plan \"$@\"' sh ";
        var plan = Run.Script(ReadOnly + "test/small test/other", workspace).Succeeds();
        Assert.Contains("  reuse    test/small-1.0\nNothing to do: everything is there.\n", plan.Output, StringComparison.Ordinal);
        Assert.Contains("  build    test/other-1.0\n", plan.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("import", plan.Output.Split("To build")[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Binhosts_are_named_and_not_asked()
    {
        using var workspace = new PlannedWorkspace();
        workspace.Files.Write(".buildit-config.yaml", "recipes: [./pkgs]\nbinhosts: [{name: team, url: 'http://127.0.0.1:1/'}]\n");
        var plan = await workspace.Files.MustBuildAsync("plan", "test/app");
        Assert.EndsWith("\nNot asked: 'team'. What a binhost has is downloaded instead of imported or built.\n", plan.Output, StringComparison.Ordinal);
        Assert.Empty(plan.Error);
    }

    [Fact]
    public async Task Binhosts_are_asked_on_demand_and_what_they_have_is_downloaded()
    {
        var mark = Workspace.Fresh();
        Workspace Make() => new Workspace().WithOwnStore().Recipe("lib", $"echo {mark} > \"$OUTPUT/from-lib\"", tools: Workspace.FewTools)
            .Recipe("app", $"echo {mark} > \"$OUTPUT/app\"", tools: Workspace.FewTools.Replace("]", ", test/lib]", StringComparison.Ordinal)).Container("- package: test/app\n" + Workspace.OciImage);
        using var builder = Make();
        await builder.MustBuildAsync("key", "new");
        await builder.MustBuildAsync("push", "containers/small");
        using var user = Make();
        user.Write(".buildit-config.yaml", $"recipes: [./pkgs, '{Repository.Root}/pkgs']\nbinhosts: [{{name: shared, url: '{builder.In("binhost")}'}}]\n");
        await user.MustBuildAsync("key", "trust", "shared", builder.In(".config/buildit/keys/default.pub"));
        Assert.Contains("  build    test/app-1.0\n", (await user.MustBuildAsync("plan", "containers/small")).Output, StringComparison.Ordinal);

        var before = Listing.Of(user.Store);
        Assert.Equal("Plan for small-1 on linux/amd64\n  download test/app-1.0\n  download out/small-1-linux-amd64.oci\nTo build: 0; to import: 0; to download: 1; in the store: 0.\nNothing is to be fetched.\n", (await user.MustBuildAsync("plan", "containers/small", "--ask")).Output);
        Assert.Equal("small-1\n\ndownload out/small-1-linux-amd64.oci\ndownload 1 package from binhosts\n", (await user.MustBuildAsync("explain", "containers/small", "--ask")).Output);
        Assert.Contains("\"step\": \"download\"", (await user.MustBuildAsync("plan", "containers/small", "--ask", "--json")).Output, StringComparison.Ordinal);
        Assert.Equal("", string.Join("\n", Listing.Changes(before, Listing.Of(user.Store))));
        (await user.MustBuildAsync("containers/small")).Says("Found the image in 'shared'.").DoesNotSay("built in");
    }

    [Fact]
    public async Task A_binhost_that_does_not_answer_is_told_and_has_nothing()
    {
        using var workspace = new PlannedWorkspace();
        workspace.Files.Write(".buildit-config.yaml", "recipes: [./pkgs]\nbinhosts: [{name: team, url: 'http://127.0.0.1:1/'}]\n");
        var plan = (await workspace.Files.MustBuildAsync("plan", "test/app", "--ask")).Says("warning: the binhost 'team' (http://127.0.0.1:1/) is left alone");
        Assert.Contains("  build    test/app", plan.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_thousand_packages_each_needing_the_next_are_planned()
    {
        using var workspace = new PlannedWorkspace();
        for (var i = 0; i < 10_000; i++)
        {
            workspace.Files.Recipe(FormattableString.Invariant($"p{i}"), "true", tools: i == 0 ? "[]" : FormattableString.Invariant($"[test/p{i - 1}]"));
        }

        Assert.Contains("\nTo build: 10000; ", (await workspace.Files.MustBuildAsync("plan", "test/p9999")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_the_same_where_there_is_no_network()
    {
        using var workspace = new PlannedWorkspace();
        var result = Run.Script("exec unshare -Urn \"$BUILDIT\" plan containers/small", workspace.Files).Succeeds();
        Assert.Equal((await workspace.Files.MustBuildAsync("plan", "containers/small")).Output, result.Output);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task Whoever_builds_a_group_gets_its_members_as_the_plan_says()
    {
        using var workspace = new Workspace().Recipe("one", $"echo {Workspace.Fresh()} > \"$OUTPUT/one\"").Recipe("two", $"echo {Workspace.Fresh()} > \"$OUTPUT/two\"");
        workspace.Write("pkgs/test/both/pkg.yaml", "name: both\nneeds: {runtime: [test/one, test/two]}\n");
        var plan = (await workspace.MustBuildAsync("plan", "test/both")).Output;
        Assert.Contains("test/one-1.0", plan, StringComparison.Ordinal);
        Assert.Contains("test/two-1.0", plan, StringComparison.Ordinal);
        Assert.Equal(["test/one-1.0", "test/two-1.0"], (await workspace.MustBuildAsync("test/both")).Built());
        (await workspace.MustBuildAsync("test/both")).Says("Found HASH in the local store.").DoesNotSay("built in");
        Assert.Contains("Nothing to do: everything is there.", (await workspace.MustBuildAsync("plan", "test/both")).Output, StringComparison.Ordinal);
    }
}
