using System.Text.RegularExpressions;
using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>buildit explain: why something would be built, apart from what merely follows.</summary>
public sealed partial class ExplainTests
{
    private readonly string _mark = Workspace.Fresh()[..8];

    [Fact]
    public async Task A_comment_changes_nothing()
    {
        using var workspace = await BuiltAsync();
        workspace.Edit(Lib, "name: lib", "# A remark.\nname: lib");
        await ExplainsAsync(workspace, "containers/small", "small-1: everything is there (1 package in the store, 1 image).\n");
    }

    [Fact]
    public async Task White_space_in_a_phase_is_named_with_its_line_and_what_follows_is_collapsed()
    {
        using var workspace = await BuiltAsync();
        workspace.Edit(Lib, "    mkdir -p", "    mkdir  -p");
        await ExplainsAsync(
            workspace,
            "containers/small",
            $"""
            small-1

            build   test/lib{_mark}-1.0
                      phase install changed (pkgs/test/lib{_mark}/pkg.yaml:6)
                        -mkdir -p "$OUTPUT/usr/share"
                        +mkdir  -p "$OUTPUT/usr/share"
                         echo lib{_mark} > "$OUTPUT/usr/share/lib"
            follow  2 packages: test/app{_mark}-1.0, test/top{_mark}-1.0
                      because of test/lib{_mark}; may be cut off, if that gives what it gave before
            image   out/small-1-linux-amd64.oci
                      composed again, unless all packages come out as they were
            reuse   N packages in the store

            """);

        // The files are the same: one package is built, nothing above it, and the image is left as it is.
        var built = (await workspace.MustBuildAsync("containers/small")).Says($"    because: phase install of test/lib{_mark} changed (pkgs/test/lib{_mark}/pkg.yaml:6)\n", "its inputs give what was built before");
        Assert.Equal(1, built.Error.Split("built in").Length - 1);
        await ExplainsAsync(workspace, "containers/small", "small-1: everything is there (1 package in the store, 1 image).\n");
    }

    [Fact]
    public async Task When_what_it_follows_is_built_already_the_cut_off_is_foretold()
    {
        using var workspace = await BuiltAsync();
        workspace.Edit(Lib, "    mkdir -p", "    mkdir  -p");
        await workspace.MustBuildAsync("test/lib" + _mark);
        await ExplainsAsync(
            workspace,
            "test/app" + _mark,
            $"""
            test/app{_mark}-1.0

            cut off test/app{_mark}-1.0
                      because of test/lib{_mark}
                        phase install of test/lib{_mark} changed (pkgs/test/lib{_mark}/pkg.yaml:6)
            reuse   N packages in the store

            """);
    }

    [Fact]
    public async Task Another_version_of_a_deb_is_named_with_its_line_in_the_lock()
    {
        using var workspace = await BuiltAsync();
        var text = File.ReadAllText(workspace.In(Lock)).Split("\nPackage: findutils\n");
        var old = text[1].Split('\n').First(l => l.StartsWith("Version: ", StringComparison.Ordinal))["Version: ".Length..];
        var digest = text[1].Split('\n').First(l => l.StartsWith("SHA256: ", StringComparison.Ordinal));
        File.WriteAllText(workspace.In(Lock), $"{text[0]}\nPackage: findutils\n{Replaced(Replaced(text[1], old, "99.1"), digest, "SHA256: " + new string('1', 64))}");
        var line = $"version: {old} -> 99.1 (pkgs/debian/packages.lock:{text[0].Split('\n').Length + 2})";
        var result = (await workspace.MustBuildAsync("explain", "containers/small")).Output;
        Assert.Contains($"import  debian/findutils-99.1\n          {line}\n", result, StringComparison.Ordinal);
        Assert.Contains($"follow  3 packages: test/app{_mark}-1.0, test/lib{_mark}-1.0, test/top{_mark}-1.0\n          because of debian/findutils; may be cut off", result, StringComparison.Ordinal);
        Assert.Contains("fetch   1 .deb, ", result, StringComparison.Ordinal);

        static string Replaced(string text, string from, string to) => text[..text.IndexOf(from, StringComparison.Ordinal)] + to + text[(text.IndexOf(from, StringComparison.Ordinal) + from.Length)..];
    }

    [Fact]
    public async Task A_changed_style_is_one_cause_for_all_that_it_changes()
    {
        using var workspace = new Workspace();
        workspace.Write("pkgs/styles/mine.yaml", $"needs: {{tools: {Workspace.FewTools}}}\nphases:\n  install: echo text > \"$OUTPUT/x\"\n");
        foreach (var name in new[] { "one", "two" })
        {
            workspace.Write($"pkgs/test/{name}{_mark}/pkg.yaml", $"name: {name}{_mark}\nversions: {{1.0: {{}}}}\nstyle: mine\nenvironment: {{A: {name}}}\n");
        }

        await workspace.MustBuildAsync($"test/one{_mark}", $"test/two{_mark}");
        workspace.Write($"pkgs/test/both{_mark}/pkg.yaml", $"name: both\nneeds: {{runtime: [test/one{_mark}, test/two{_mark}]}}\n");
        workspace.Container($"- package: test/both{_mark}\n" + Workspace.OciImage);
        workspace.Edit("pkgs/styles/mine.yaml", "echo text", "echo 'text'");
        var result = (await workspace.MustBuildAsync("explain", "containers/small")).Output;
        Assert.Contains(
            $"""
            build   2 packages: test/one{_mark}-1.0, test/two{_mark}-1.0
                      phase install changed (pkgs/styles/mine.yaml:3)
                        -echo text > "$OUTPUT/x"
                        +echo 'text' > "$OUTPUT/x"
            make    test/both{_mark}
                      for the first time in this store

            """,
            result,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_root_causes_are_both_told_and_apart_from_what_follows()
    {
        using var workspace = await BuiltAsync();
        workspace.Edit(Lib, "versions: {1.0: {}}", "versions: {1.0: {}}\nenvironment: {LEVEL: high}");
        workspace.Edit($"pkgs/test/top{_mark}/pkg.yaml", "cat /usr/bin/app", "cat  /usr/bin/app");
        var result = (await workspace.MustBuildAsync("explain", "containers/small")).Output;
        Assert.Contains($"build   test/lib{_mark}-1.0\n          environment LEVEL added: high (pkgs/test/lib{_mark}/pkg.yaml:3)\n", result, StringComparison.Ordinal);
        Assert.Contains($"build   test/top{_mark}-1.0\n          phase install changed (pkgs/test/top{_mark}/pkg.yaml:7)\n", result, StringComparison.Ordinal);
        Assert.Contains($"follow  test/app{_mark}-1.0\n          because of test/lib{_mark}; may be cut off", result, StringComparison.Ordinal);
        (await workspace.MustBuildAsync("containers/small")).Says($"    because: phase install of test/top{_mark} changed (pkgs/test/top{_mark}/pkg.yaml:7), and 1 more\n");
    }

    [Fact]
    public async Task A_patch_of_a_derived_recipe_is_named_with_its_line()
    {
        using var workspace = new Workspace();
        workspace.Write($"pkgs/test/base{_mark}/pkg.yaml", $"name: base\nversions: {{1.0: {{sources: [{{path: src}}]}}}}\nneeds: {{tools: [toolchain/c]}}\nbuild: {{install: cp text \"$OUTPUT/x\"}}\n");
        workspace.Write($"pkgs/test/base{_mark}/src/text", "one\n");
        workspace.Write("mine/pkg.yaml", $"base: test/base{_mark}-1.0\npatches:\n  patches/a.patch: first\n  patches/b.patch: second\n");
        workspace.Write("mine/patches/a.patch", "--- a/text\n+++ b/text\n@@ -1 +1 @@\n-one\n+two\n");
        workspace.Write("mine/patches/b.patch", "--- a/text\n+++ b/text\n@@ -1 +1 @@\n-two\n+three\n");
        await workspace.MustBuildAsync("mine");
        await workspace.MustBuildAsync("test/base" + _mark);
        workspace.Write("mine/patches/b.patch", "--- a/text\n+++ b/text\n@@ -1 +1 @@\n-two\n+four\n");
        workspace.Write($"pkgs/test/base{_mark}/src/more", "more\n");
        var result = (await workspace.MustBuildAsync("explain", "mine")).Output;
        Assert.Contains($"build   test/base{_mark}-1.0\n          source src changed (pkgs/test/base{_mark}/pkg.yaml:2)\n            more added\n          patch 2 of 2 b.patch changed (mine/pkg.yaml:4)\n", result, StringComparison.Ordinal);
        (await workspace.MustBuildAsync("mine")).Says($"because: source src of test/base{_mark} changed (pkgs/test/base{_mark}/pkg.yaml:2), and 1 more\n");
    }

    [Fact]
    public async Task What_changed_in_an_image_is_told_with_its_step()
    {
        using var workspace = await BuiltAsync();
        workspace.Write("containers/small/motd", "other\n");
        workspace.Edit("containers/small/container.yaml", "tag: 'small:1'", "tag: 'small:2'");
        await ExplainsAsync(
            workspace,
            "containers/small",
            """
            small-1

            image   out/small-1-linux-amd64.oci
                      container.yaml changed (containers/small/container.yaml:4)
                        @@ -2,3 +2,3 @@
                         - package: test/top
                         - sync: {src: ./motd, dest: /etc/motd}
                        -- image: {type: oci, tag: 'small:1', compression: none}
                        +- image: {type: oci, tag: 'small:2', compression: none}
                      /etc/motd changed (containers/small/container.yaml:3)
            reuse   1 package in the store

            """.Replace("test/top\n", $"test/top{_mark}\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_never_built_is_told_as_such()
    {
        using var workspace = Make();
        var result = (await workspace.MustBuildAsync("explain", "containers/small")).Output;
        Assert.Contains($"build   3 packages: test/app{_mark}-1.0, test/lib{_mark}-1.0, test/top{_mark}-1.0\n          for the first time in this store\n", result, StringComparison.Ordinal);
        (await workspace.MustBuildAsync("containers/small")).DoesNotSay("because:");
    }

    [Fact]
    public async Task What_is_no_longer_there_is_told_as_such()
    {
        using var workspace = await BuiltAsync(own: true);
        Run.Shell($"cd '{workspace.Store}/trees'; tree=$(grep -l usr/bin/app *.tree); find ${{tree%.tree}} -type d -exec chmod u+w {{}} +; rm -rf ${{tree%.tree}} $tree");
        await ExplainsAsync(
            workspace,
            $"test/app{_mark}",
            $"""
            test/app{_mark}-1.0

            build   test/app{_mark}-1.0
                      what was made before is not in the store, or not all of it
            reuse   N packages in the store

            """);
    }

    [Fact]
    public async Task What_came_from_a_binhost_is_compared_too_and_its_sources_are_known()
    {
        using var builder = Make();
        await builder.MustBuildAsync("key", "new");
        await builder.MustBuildAsync("push", $"test/app{_mark}");
        using var user = Make();
        user.Store = user.In("store");
        user.Write(".buildit-config.yaml", $"recipes: [./pkgs]\nbinhosts: [{{name: shared, url: '{builder.In("binhost")}'}}]\n");
        await user.MustBuildAsync("key", "trust", "shared", builder.In(".config/buildit/keys/default.pub"));
        await user.MustBuildAsync("pull", $"test/app{_mark}");
        user.Edit(Lib, "    mkdir -p", "    mkdir  -p");
        var explained = (await user.MustBuildAsync("explain", $"test/app{_mark}")).Output;
        Assert.Contains($"          because of test/lib{_mark}; may be cut off, if that gives what it gave before\n            phase install of test/lib{_mark} changed (pkgs/test/lib{_mark}/pkg.yaml:6)\n", explained, StringComparison.Ordinal);
        Assert.Contains($"build   test/lib{_mark}-1.0\n          for the first time in this store\n", explained, StringComparison.Ordinal);
        Assert.EndsWith("\nNot asked: 'shared'. What a binhost has is downloaded instead of imported or built.\n", explained, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_written_fetched_or_made()
    {
        using var workspace = Make();
        workspace.Store = workspace.In("store");
        var before = Listing(workspace.Path);
        var result = (await workspace.MustBuildAsync("explain", "containers/small")).Output;
        Assert.Matches("import +[0-9]+ packages: .* more\n +for the first time in this store\n", result);
        Assert.Equal(before, Listing(workspace.Path));

        using var built = await BuiltAsync(own: true);
        built.Edit($"pkgs/test/lib{_mark}/pkg.yaml", "    mkdir -p", "    mkdir  -p");
        before = Listing(built.Path);
        await built.MustBuildAsync("explain", "containers/small");
        await built.MustBuildAsync("explain", "containers/small", "--json");
        Assert.Equal(before, Listing(built.Path));
    }

    [Fact]
    public async Task Neither_the_place_nor_times_umask_jobs_and_limits_are_a_reason_to_build()
    {
        using var workspace = await BuiltAsync();
        using var elsewhere = new Workspace();
        Run.Shell($"umask 077; cp -r '{workspace.Path}/.' '{elsewhere.Path}/'; find '{elsewhere.Path}/pkgs' -exec touch -d 2001-02-03 {{}} +");
        elsewhere.Write(".buildit-config.yaml", "recipes: [./pkgs]\njobs: 7\nmirrors: [https://mirror.example.org/]\n");
        elsewhere.Edit(Lib, "versions:", "timeout: 7m\nversions:");
        var result = Run.Script("umask 002; exec \"$BUILDIT\" explain containers/small", elsewhere).Succeeds();
        Assert.Equal("small-1: everything is there (1 package in the store, 1 image).\n", result.Output);
    }

    [Fact]
    public async Task For_programs_it_says_the_same()
    {
        using var workspace = await BuiltAsync();
        workspace.Edit(Lib, "    mkdir -p", "    mkdir  -p");
        workspace.Write("containers/small/motd", "other\n");
        var json = (await workspace.MustBuildAsync("explain", "containers/small", $"test/app{_mark}", "--json")).Output;
        using (System.Text.Json.JsonDocument.Parse(json))
        {
            Golden.Check("tests/golden/explain/explain.json", Anonymous.Of(json.Replace(_mark, "", StringComparison.Ordinal)) + "\n");
        }
    }

    [Theory]
    [InlineData(2, "no TARGET is given")]
    [InlineData(2, "there is no option '--jsn'", "--jsn", "did you mean '--json'?")]
    [InlineData(2, "there is no target 'nothing'", "nothing")]
    [InlineData(3, "there is no package 'test/none'", "test/none")]
    public async Task Mistakes_are_told(int code, string said, params string[] argumentAndHint)
    {
        using var workspace = new Workspace();
        (await workspace.BuildAsync(["explain", .. argumentAndHint.Take(1)])).Fails(code, [said, .. argumentAndHint.Skip(1)]);
    }

    private const string Lock = "pkgs/debian/packages.lock";

    private string Lib => $"pkgs/test/lib{_mark}/pkg.yaml";

    private static async Task ExplainsAsync(Workspace workspace, string target, string expected)
    {
        var result = await workspace.MustBuildAsync("explain", target);
        Assert.Equal(expected, Reused().Replace(result.Output, "N packages in the store"));
        Assert.Equal("", result.Error);
    }

    /// <summary>lib, app that is made of it, top that is made of that, and an image; all of names that no other test has.</summary>
    private Workspace Make()
    {
        var workspace = new Workspace();
        workspace.Recipe("lib" + _mark, $"mkdir -p \"$OUTPUT/usr/share\"\necho lib{_mark} > \"$OUTPUT/usr/share/lib\"", tools: Workspace.FewTools);
        workspace.Recipe("app" + _mark, "mkdir \"$OUTPUT/usr\" \"$OUTPUT/usr/bin\"\ncat /usr/share/lib > \"$OUTPUT/usr/bin/app\"", tools: Workspace.FewTools.Replace("]", $"], libs: [test/lib{_mark}]", StringComparison.Ordinal));
        workspace.Recipe("top" + _mark, "mkdir \"$OUTPUT/usr\"\ncat /usr/bin/app > \"$OUTPUT/usr/top\"", tools: Workspace.FewTools.Replace("]", $"], libs: [test/app{_mark}]", StringComparison.Ordinal));
        workspace.Write("containers/small/motd", "hello\n");
        return workspace.Container($"- package: test/top{_mark}\n- sync: {{src: ./motd, dest: /etc/motd}}\n" + Workspace.OciImage);
    }

    private async Task<Workspace> BuiltAsync(bool own = false)
    {
        var workspace = own ? Make().WithOwnStore() : Make();
        await workspace.MustBuildAsync("containers/small");
        return workspace;
    }

    // How many distribution packages there are is a matter of the lock.
    [GeneratedRegex("[0-9]+ packages in the store")]
    private static partial Regex Reused();

    private static string Listing(string directory) => Run.Shell($"cd '{directory}' && find . -printf '%p %y %s %T@\\n' | sort");
}
