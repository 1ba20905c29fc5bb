namespace Buildit.Acceptance.Tests;

/// <summary>The command line itself.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("no TARGET is given", "containers/nginx-prod")]
    [InlineData("--fast", "test/x", "--fast")]
    [InlineData("-j0", "test/x", "at least 1")]
    [InlineData("--type=qcow2", "test/x", "'qcow2' is not an image type")]
    [InlineData("--progress=pretty", "test/x", "--progress cannot be 'pretty': it takes auto, plain, json, quiet")]
    public async Task A_wrong_command_line_is_told_with_exit_code_2(params string[] argumentsAndSaid)
    {
        using var workspace = new Workspace();
        var arguments = argumentsAndSaid.Where(a => a.StartsWith('-') || a == "test/x").ToArray();
        (await workspace.BuildAsync(arguments)).Fails(2, ["error: ", "hint: ", .. argumentsAndSaid.Except(arguments)]);
    }

    [Theory]
    [InlineData("there is no command 'binhost lst'", "did you mean 'buildit binhost list'? the commands of 'binhost' are: init, serve, list", "binhost", "lst")]
    [InlineData("there is no command 'key nwe'", "did you mean 'buildit key new'? the commands of 'key' are: new, list, trust, export", "key", "nwe")]
    [InlineData("there is no command 'bundle wonder'", "the commands of 'bundle' are: export, import, list", "bundle", "wonder", "test/x")]
    [InlineData("'buildit store' needs one of its commands", "the commands of 'store' are: du, verify, rebuild-index", "store")]
    [InlineData("'buildit store' needs one of its commands", "the commands of 'store' are: du, verify, rebuild-index", "store", "--jsn")]
    public async Task A_mistyped_command_of_a_group_is_told_with_those_that_there_are(string message, string hint, params string[] command)
    {
        using var workspace = new Workspace();
        var result = (await workspace.BuildAsync(command)).Fails(2, $"error: {message}\nhint: {hint}");
        Assert.Equal(2, result.Error.TrimEnd().Split('\n').Length);
    }

    [Theory]
    [InlineData("note")]
    [InlineData("note/below")]
    public async Task Images_are_not_written_where_a_file_is_and_nothing_is_built_for_them(string output)
    {
        using var workspace = new Workspace().Recipe("app", $"echo {Workspace.Fresh()} > \"$OUTPUT/x\"", tools: Workspace.FewTools).Container("- package: test/app\n" + Workspace.OciImage);
        workspace.Write("note", "mine");
        (await workspace.BuildAsync("containers/small", "-o", output)).Fails(2, $"images cannot be written to '{workspace.In(output)}'", "note", "is a file", "hint: -o names a directory").DoesNotSay("building");
        Assert.Equal("mine", File.ReadAllText(workspace.In("note")));
    }

    [Theory]
    [InlineData("note", "build", "test/x")]
    [InlineData("note/below", "build", "test/x")]
    [InlineData("note", "plan", "test/x")]
    [InlineData("note", "store", "du")]
    public async Task A_store_that_is_a_file_is_told_with_where_the_store_is_named(string store, params string[] command)
    {
        using var workspace = new Workspace().Recipe("x", "true");
        workspace.Write("note", "mine");
        workspace.Store = workspace.In(store);
        using var process = workspace.Start(command);
        (await Run.EndOfAsync(process)).Fails(8, $"the store cannot be '{workspace.In(store)}'", "is a file", "hint: name a directory: set BUILDIT_STORE or 'store:'");
    }

    [Theory]
    [InlineData("--chekc", "did you mean '--check'?", "lock")]
    [InlineData("--bogus", "'buildit lock --help' lists the options", "lock", "--check")]
    [InlineData("--bogus", "'buildit update --help' lists the options", "update")]
    [InlineData("--jsn", "did you mean '--json'?", "search", "word")]
    [InlineData("--sourcesonly", "did you mean '--sources-only'?", "fetch", "test/x")]
    [InlineData("--with-output", "did you mean '--with-outputs'?", "bundle", "export", "test/x", "-o", "file")]
    public async Task An_unknown_option_is_no_target(string option, string hint, params string[] command)
    {
        using var workspace = new Workspace();
        (await workspace.BuildAsync([.. command, option])).Fails(2, $"there is no option '{option}'", hint);
    }

    [Theory]
    [InlineData("--to takes the name of a binhost, not an empty one", "push", "test/x", "--to", "")]
    [InlineData("required argument missing for option: '--to'", "push", "test/x", "--to=")]
    [InlineData("required argument missing for option: '--push'", "test/x", "--push=")]
    public async Task An_empty_name_of_a_binhost_is_not_the_default_one(string message, params string[] command)
    {
        using var workspace = new Workspace();
        (await workspace.BuildAsync(command)).Fails(2, message);
    }

    [Theory]
    [InlineData("nothing-here", 2, "there is no target 'nothing-here'")]
    [InlineData("docter", 2, "did you mean the command 'doctor'?")]
    [InlineData("pkgs", 2, "neither a container.yaml nor a pkg.yaml in 'pkgs'")]
    [InlineData("./containers/none", 2, "there is no target './containers/none'")]
    [InlineData("test/none", 3, "test/none")]
    [InlineData("test/hallo", 3, "did you mean 'test/hello'?")]
    [InlineData("test/hello-9", 3, "1.0")]
    public async Task An_unknown_target_is_told(string target, int code, string said)
    {
        using var workspace = new Workspace().Recipe("hello", "touch \"$OUTPUT/x\"");
        (await workspace.BuildAsync(target)).Fails(code, said);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("build", "--help")]
    [InlineData("doctor", "--help")]
    [InlineData("explain", "--help")]
    [InlineData("diff", "--help")]
    public async Task Help_goes_to_standard_output_and_is_no_failure(params string[] arguments)
    {
        using var workspace = new Workspace();
        var result = await workspace.MustBuildAsync(arguments);
        Assert.Contains("Usage:", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task A_recipe_directory_and_its_name_are_the_same_target()
    {
        using var workspace = new Workspace().Recipe("hello", "touch \"$OUTPUT/x\"");
        Assert.Equal((await workspace.MustBuildAsync("test/hello")).Hash(), (await workspace.MustBuildAsync("pkgs/test/hello")).Hash());
        Assert.Equal((await workspace.MustBuildAsync("build", "test/hello")).Hash(), (await workspace.MustBuildAsync("-C", "pkgs/test", "./hello")).Hash());
    }

    [Fact]
    public async Task A_mistake_in_the_configuration_is_told_with_its_place()
    {
        using var workspace = new Workspace().Recipe("hello", "touch \"$OUTPUT/x\"");
        workspace.Write(".buildit-config.yaml", "recipies: [./pkgs]\n");
        (await workspace.BuildAsync("test/hello")).Fails(2, ".buildit-config.yaml:1:1", "did you mean 'recipes'?");
    }

    [Fact]
    public async Task Data_goes_to_standard_output_and_talk_to_standard_error()
    {
        using var workspace = new Workspace().Recipe("hello", "touch \"$OUTPUT/x\"");
        var result = await workspace.MustBuildAsync("test/hello");
        Assert.Matches("^test/hello-1\\.0 runtime sha256:[0-9a-f]{64}\n$", result.Output);
        result.Says("Building test/hello-1.0\nProcessing package 'test/hello' for linux/amd64.\n    HASH: ");
        Assert.Contains(result.Error.Split('\n'), l => l.Length == 79 && l.EndsWith("[OK]", StringComparison.Ordinal));
    }
}
