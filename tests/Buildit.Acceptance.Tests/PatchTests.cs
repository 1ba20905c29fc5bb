namespace Buildit.Acceptance.Tests;

/// <summary>Patches: what does not apply is named with file and hunk.</summary>
public sealed class PatchTests
{
    private const string Fitting = "--- a/hello.txt\n+++ b/hello.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n three\n";

    [Fact]
    public async Task A_patch_is_applied()
    {
        using var workspace = With(Fitting);
        var plain = await workspace.MustBuildAsync("test/text");
        var patched = await workspace.MustBuildAsync("mine");
        Assert.NotEqual(plain.Output.Split(' ')[^1], patched.Output.Split(' ')[^1]);
    }

    [Fact]
    public async Task A_patch_that_does_not_apply_is_named_with_file_and_hunk()
    {
        using var workspace = With(Fitting.Replace("-two", "-deux", StringComparison.Ordinal));
        (await workspace.BuildAsync("mine")).Fails(1, "'change.patch'", "mine/pkg.yaml:3:3", "does not apply", "'hello.txt', hunk 1 at line 1", "hint: ");
        workspace.Write("mine/patches/change.patch", Fitting);
        await workspace.MustBuildAsync("mine");
    }

    [Fact]
    public async Task A_patch_that_is_applied_already_says_so()
    {
        using var workspace = With(Fitting);
        workspace.Write("pkgs/test/text/src/hello.txt", "one\nzwei\nthree\n");
        (await workspace.BuildAsync("mine")).Fails(1, "'change.patch'", "mine/pkg.yaml:3:3", "is applied already", "remove the patch");
    }

    [Fact]
    public async Task A_patch_for_a_file_that_is_not_there_names_the_file()
    {
        using var workspace = With(Fitting.Replace("hello.txt", "absent.txt", StringComparison.Ordinal));
        (await workspace.BuildAsync("mine")).Fails(1, "'change.patch'", "mine/pkg.yaml:3:3", "does not apply", "there is no 'b/absent.txt'");
    }

    [Fact]
    public async Task A_missing_patch_file_is_told_where_it_is_named()
    {
        using var workspace = With(Fitting);
        File.Delete(workspace.In("mine/patches/change.patch"));
        workspace.Write("mine/patches/chagne.patch", Fitting);
        (await workspace.BuildAsync("mine")).Fails(2, "mine/pkg.yaml:3:3", "change.patch");
    }

    [Fact]
    public async Task A_patch_that_is_no_patch_is_refused()
    {
        using var workspace = With("this is not a patch\n");
        (await workspace.BuildAsync("mine")).Fails(1, "'change.patch'", "mine/pkg.yaml:3:3", "does not apply");
    }

    private static Workspace With(string patch)
    {
        var workspace = new Workspace().Recipe("text", "cp hello.txt \"$OUTPUT\"", more: "versions: {1.0: {sources: [{path: src}]}}\n");
        workspace.Write("pkgs/test/text/src/hello.txt", "one\ntwo\nthree\n");
        workspace.Write("mine/pkg.yaml", "base: test/text\npatches:\n  patches/change.patch: a test\n");
        workspace.Write("mine/patches/change.patch", patch);
        return workspace;
    }
}
