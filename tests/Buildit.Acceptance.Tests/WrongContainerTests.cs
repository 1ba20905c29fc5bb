using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>Mistakes in containers, from the file itself to what its packages bring along.</summary>
public sealed class WrongContainerTests
{
    private const string File = "containers/small/container.yaml";

    [Theory]
    [InlineData("- sync: {src: ./files/missing.conf, dest: /etc/x}\n", File + ":2:15", "files/missing.conf")]
    [InlineData("- directory: {path: /x, chmod: 0999}\n", File + ":2:32", "'0999' is not an octal file mode")]
    [InlineData("- directory: {path: /x, chown: 'a b'}\n", File + ":2:32", "is not an owner")]
    [InlineData("- directory: {path: /x, chown: nobody-here}\n", File + ":2:", "nobody-here")]
    [InlineData("- image: {type: oci, tag: '{{ nmae }}'}\n", File + ":2:31", "undefined variable 'nmae'", "did you mean 'name'?")]
    [InlineData("- image: {type: aci, user: nobdy}\n", File + ":2:", "'nobdy' is no account of the container")]
    [InlineData("- image: {type: qcow2}\n", File + ":2:17", "'qcow2' is not supported", "aci, oci, docker-archive, tar")]
    [InlineData("- run: apt-get install nginx\n", File + ":2:3", "unknown step 'run'", "package")]
    [InlineData("- package: {type: embedded, path: ./pkgs/none}\n", File + ":2:35", "pkgs/none")]
    [InlineData("- package: test/none\n", File + ":2:12", "test/none")]
    public async Task A_mistake_is_told_with_its_place_before_anything_is_built(string step, params string[] said)
    {
        using var workspace = new Workspace().Recipe("hello", $"echo {Workspace.Fresh()} > \"$OUTPUT/hello\"");
        workspace.Container(step + "- package: test/hello\n" + Workspace.OciImage);
        var code = step.Contains("test/none", StringComparison.Ordinal) ? 3 : 2;
        (await workspace.BuildAsync("containers/small")).Fails(code, said).DoesNotSay("building");
        Assert.False(Directory.Exists(workspace.In("out")));
        workspace.Container("- package: test/hello\n" + Workspace.OciImage);
        await workspace.MustBuildAsync("containers/small");
    }

    [Theory]
    [InlineData("{\"acKind\": \"ImageManifest\",\n         \"name\": oops}\n", File + ":6:18")]
    [InlineData("{\"acKind\": \"ImageManifest\",\n       \"acVersion\": \"0.8.11\",}\n", File + ":6:")]
    [InlineData("{\"acKind\": \"ImageManifest\"\n", File + ":")]
    public async Task Invalid_json_is_shown_where_it_stands_in_the_block(string content, string place)
    {
        using var workspace = new Workspace().Container("- image:\n    type: aci\n    content: |\n      " + content);
        (await workspace.BuildAsync("containers/small")).Fails(2, "error: ", place);
    }

    [Fact]
    public async Task Two_packages_with_one_file_are_both_named()
    {
        using var workspace = new Workspace().Recipe("left", "echo left > \"$OUTPUT/both\"").Recipe("right", "echo right > \"$OUTPUT/both\"");
        workspace.Container("- package: test/left\n- package: test/right\n" + Workspace.OciImage);
        (await workspace.BuildAsync("containers/small")).Fails(1, "/both", "test/left", "test/right");
        Assert.False(Directory.Exists(workspace.In("out/small-1-linux-amd64.oci")));
        workspace.Recipe("right", "echo left > \"$OUTPUT/both\"");
        await workspace.MustBuildAsync("containers/small");
    }

    [Fact]
    public async Task A_test_step_that_fails_shows_command_and_output_and_leaves_no_image()
    {
        using var workspace = new Workspace().Container("- package: debian/dash\n- test: {command: [/bin/sh, -c, 'echo out of order; exit 3']}\n" + Workspace.OciImage);
        (await workspace.BuildAsync("containers/small")).Fails(1, File + ":3:", "exit code 3, not 0", "| out of order");
        Assert.False(Directory.Exists(workspace.In("out/small-1-linux-amd64.oci")));
    }

    [Fact]
    public async Task A_test_step_whose_command_is_not_there_says_so()
    {
        using var workspace = new Workspace().Container("- package: debian/dash\n- test: {command: [/bin/shh]}\n- test: {command: [/usr/bin/dash]}\n" + Workspace.OciImage);
        (await workspace.BuildAsync("containers/small")).Fails(1, File + ":3:", "the test '/bin/shh' is not in the image", "did you mean '/usr/bin/sh'?").DoesNotSay("Testing");
    }

    [Fact]
    public async Task A_damaged_image_is_written_again()
    {
        using var workspace = new Workspace().Container("- directory: {path: /srv}\n" + Workspace.OciImage);
        var first = await workspace.MustBuildAsync("containers/small");
        System.IO.File.WriteAllText(workspace.In("out/small-1-linux-amd64.oci/index.json"), "{}");
        Assert.Equal(first.Output, (await workspace.MustBuildAsync("containers/small")).Output);
        Assert.NotEqual("{}", System.IO.File.ReadAllText(workspace.In("out/small-1-linux-amd64.oci/index.json")));
    }
}
