namespace Buildit.Acceptance.Tests;

/// <summary>Mistakes in recipes: told with their place, exit code 2 (3 for what does not exist), and a corrected rerun builds.</summary>
public sealed class WrongRecipeTests
{
    private const string Good = "name: hello\nversions:\n  1.0: {}\nneeds: {tools: [toolchain/c]}\nbuild:\n  install: echo hello > \"$OUTPUT/hello\"\n";
    private const string File = "pkgs/test/hello/pkg.yaml";

    [Theory]
    [InlineData("build:", "biuld:", 2, File + ":5:1", "unknown key 'biuld'", "did you mean 'build'?")]
    [InlineData("  1.0: {}", "\t1.0: {}", 2, File + ":3:1", "tab")]
    [InlineData("versions:", "name: other\nversions:", 2, File + ":2:1", "'name'", "line 1")]
    [InlineData("{tools: [toolchain/c]}", "{tools: toolchain/c}", 2, File + ":4:16", "expected a list, got text", "write [toolchain/c]")]
    [InlineData("name: hello", "name: [hello]", 2, File + ":1:7", "'name': expected text, got a list")]
    [InlineData("toolchain/c", "toolchain/d", 3, File + ":4:17", "toolchain/d", "did you mean 'toolchain/c'?")]
    [InlineData("toolchain/c", "debian/gccc", 3, File + ":4:17", "debian/gccc", "did you mean")]
    [InlineData("toolchain/c", "test/lib-9.9", 3, File + ":4:17", "9.9", "1.0")]
    [InlineData("build:", "timeout: soon\nbuild:", 2, File + ":5:10", "'soon' is not a length of time", "30m")]
    public async Task A_mistake_is_told_with_its_place_and_a_corrected_recipe_builds(string right, string wrong, int code, params string[] said)
    {
        using var workspace = new Workspace().Recipe("lib", "touch \"$OUTPUT/lib\"");
        workspace.Write(File, Good.Replace(right, wrong, StringComparison.Ordinal));
        (await workspace.BuildAsync("test/hello")).Fails(code, ["error: ", .. said]);
        workspace.Write(File, Good);
        await workspace.MustBuildAsync("test/hello");
    }

    [Fact]
    public async Task All_mistakes_of_a_file_are_told_at_once_with_the_lines_themselves()
    {
        using var workspace = new Workspace();
        workspace.Write(File, "name: Hello\nsumary: x\ntimeout: soon\n" + Good["name: hello\n".Length..]);
        (await workspace.BuildAsync("test/hello")).Fails(2, File + ":1:7", File + ":2:1", File + ":3:10", " 2 | sumary: x\n   | ^^^^^^");
    }

    [Fact]
    public async Task A_cycle_is_shown_as_the_way_around()
    {
        using var workspace = new Workspace()
            .Recipe("a", "true", tools: "[toolchain/c, test/b]").Recipe("b", "true", tools: "[toolchain/c, test/c]").Recipe("c", "true", tools: "[toolchain/c, test/a]");
        (await workspace.BuildAsync("test/a")).Fails(2, "dependency cycle: test/a -> test/b -> test/c -> test/a", "pkgs/test/c/pkg.yaml:3:30");
        (await workspace.Recipe("c", "touch \"$OUTPUT/c\"").Recipe("b", "touch \"$OUTPUT/b\"", tools: "[toolchain/c, test/c]").Recipe("a", "touch \"$OUTPUT/a\"").BuildAsync("test/a")).Succeeds();
    }

    [Fact]
    public async Task An_unknown_use_flag_is_told_with_the_list_of_flags()
    {
        using var workspace = WithFlags();
        workspace.Write("mine/pkg.yaml", "base: test/flags\nuse:\n  with: [sll]\n");
        (await workspace.BuildAsync("mine")).Fails(2, "mine/pkg.yaml:3:10", "'sll'", "did you mean 'ssl'?", "http3", "ipv6");
    }

    [Fact]
    public async Task A_flag_that_requires_another_one_says_which()
    {
        using var workspace = WithFlags();
        workspace.Write("mine/pkg.yaml", "base: test/flags\nuse:\n  with: [http3]\n");
        (await workspace.BuildAsync("mine")).Fails(2, "mine/pkg.yaml:3:10", "'http3'", "'ssl'");
        workspace.Write("mine/pkg.yaml", "base: test/flags\nuse:\n  with: [http3, ssl]\n");
        await workspace.MustBuildAsync("mine");
    }

    [Fact]
    public async Task A_recipe_without_a_shell_in_its_needs_says_what_to_add()
    {
        using var workspace = new Workspace().Recipe("bare", "true", tools: "[debian/coreutils]");
        (await workspace.BuildAsync("test/bare")).Fails(2, "pkgs/test/bare/pkg.yaml:1:1", "no shell", "toolchain/c");
    }

    [Fact]
    public async Task A_file_that_is_no_yaml_at_all_is_an_error_at_a_place()
    {
        using var workspace = new Workspace();
        workspace.Write(File, "name: \"hello\nversions: {\n");
        (await workspace.BuildAsync("test/hello")).Fails(2, File + ":");
    }

    private static Workspace WithFlags() => new Workspace().Recipe(
        "flags", "touch \"$OUTPUT/x\"", more: "use:\n  ssl: {default: off}\n  ipv6: {default: on}\n  http3: {default: off, requires: [ssl]}\n");

    [Fact]
    public async Task A_pipe_in_place_of_a_recipe_is_refused_and_not_waited_for()
    {
        using var workspace = new Workspace();
        Directory.CreateDirectory(workspace.In("pkgs/test/pipe"));
        Run.Shell($"mkfifo '{workspace.In("pkgs/test/pipe/pkg.yaml")}'");
        (await workspace.BuildAsync("test/pipe")).Fails(2, "'pkgs/test/pipe/pkg.yaml' is neither a file nor a directory");
    }

    [Fact]
    public async Task An_empty_patch_is_no_patch()
    {
        using var workspace = new Workspace();
        workspace.Write("pkgs/test/patched/pkg.yaml", "name: patched\nversions: {1.0: {patches: {nothing.patch: changes nothing}}}\nneeds: {tools: [toolchain/c]}\nbuild: {install: 'true'}\n");
        workspace.Write("pkgs/test/patched/nothing.patch", "");
        (await workspace.BuildAsync("test/patched")).Fails(2, "patch 'nothing.patch' is empty");
    }

    [Fact]
    public async Task A_directory_with_the_name_of_a_category_hides_no_package()
    {
        using var workspace = new Workspace().Recipe("small", $"echo {Workspace.Fresh()} > \"$OUTPUT/x\"");
        Directory.CreateDirectory(workspace.In("test"));
        (await workspace.MustBuildAsync("plan", "test/small")).DoesNotSay("error");
        (await workspace.BuildAsync("plan", "test/smal")).Fails(2, "there is no target 'test/smal'");
    }

    [Fact]
    public async Task A_store_without_a_name_is_a_mistake()
    {
        using var workspace = new Workspace();
        workspace.Write(".buildit-config.yaml", "recipes: [./pkgs]\nstore: ''\n");
        (await workspace.BuildAsync("plan", "test/small")).Fails(2, "the store's directory has no name");
    }
}
