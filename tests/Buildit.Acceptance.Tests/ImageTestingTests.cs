using System.Xml.Linq;
using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>Files of tests, as steps and for 'buildit test'.</summary>
public sealed class ImageTestingTests
{
    private const string Good = """
        schemaVersion: 2.0.0
        commandTests:
          - {name: it writes, command: sh, args: [-c, 'echo "$A$B"; read x < /tmp/it; echo "$x" >&2'], envVars: [{key: B, value: '2'}], setup: [[/bin/sh, -c, echo three > /tmp/it]], teardown: [[/bin/sh, -c, test -f /tmp/it]], expectedOutput: ['^12$'], expectedError: [three]}
        fileExistenceTests:
          - {name: shell, path: /bin/sh, shouldExist: true}
          - {name: text, path: /etc/text, permissions: '-rw-r-----', uid: 0, gid: 0}
        fileContentTests:
          - {name: text, path: /etc/link, expectedContents: ['h.llo'], excludedContents: [bye]}
        metadataTest: {envVars: [{key: A, value: '1'}], cmd: [/bin/sh], exposedPorts: ['80/tcp'], unexposedPorts: ['81'], volumes: [/data], workdir: /tmp}

        """;

    private const string Steps = """
        - package: debian/dash
        - sync: {src: ./text, dest: /etc/text, chmod: 0640}
        - symlink: {path: /etc/link, target: text}
        - image: {type: oci, tag: 'small:1', compression: none, env: {A: 1}, cmd: [/bin/sh], expose: [80], volumes: [/data], workdir: /tmp}

        """;

    [Fact]
    public async Task All_kinds_of_tests_are_run_on_a_container_and_on_its_image()
    {
        using var workspace = Make(Good);
        var result = (await workspace.BuildAsync("test", "containers/small")).Succeeds();
        Assert.Contains("commandTests: it writes", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("5 tests, all passed\n", result.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(workspace.In("out")));

        await workspace.MustBuildAsync("containers/small");
        var ofImage = (await workspace.BuildAsync("test", "out/small-1-linux-amd64.oci", "--file", "containers/small/tests.yaml")).Succeeds();
        Assert.Equal(result.Output, ofImage.Output);
        (await workspace.BuildAsync("test", "out/small-1-linux-amd64.oci")).Fails(2, "has no tests", "--file");
    }

    [Fact]
    public async Task What_fails_is_told_with_what_came_and_the_rest_is_run()
    {
        using var workspace = Make(Good.Replace("three]", "four]", StringComparison.Ordinal).Replace("-rw-r-----", "-rw-r--r--", StringComparison.Ordinal));
        var result = await workspace.BuildAsync("test", "containers/small", "--junit", "results/junit.xml");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("nothing in its standard error matches 'four'", result.Output, StringComparison.Ordinal);
        Assert.Contains("  | three", result.Output, StringComparison.Ordinal);
        Assert.Contains("'/etc/text' has the permissions -rw-r-----, not -rw-r--r--\n    at containers/small/tests.yaml:6:", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("5 tests, 2 failed\n", result.Output, StringComparison.Ordinal);

        var junit = File.ReadAllText(workspace.In("results/junit.xml"));
        var suite = XDocument.Parse(junit).Root!.Element("testsuite")!;
        Assert.Equal(("5", "2"), ((string?)suite.Attribute("tests"), (string?)suite.Attribute("failures")));
        Assert.Equal(2, suite.Elements("testcase").Count(c => c.Element("failure") is not null));
        await workspace.BuildAsync("test", "containers/small", "--junit", "results/again.xml");
        Assert.Equal(junit, File.ReadAllText(workspace.In("results/again.xml")));

        // A build is stopped by the same.
        (await workspace.BuildAsync("containers/small")).Fails(1, "test 'it writes' failed", "test 'text' failed");
        Assert.False(Directory.Exists(workspace.In("out/small-1-linux-amd64.oci")));
    }

    [Fact]
    public async Task Tests_that_change_are_run_again_by_a_build()
    {
        using var workspace = Make(Good);
        await workspace.MustBuildAsync("containers/small");
        Assert.DoesNotContain("Testing", (await workspace.MustBuildAsync("containers/small")).Error, StringComparison.Ordinal);
        workspace.Edit("containers/small/tests.yaml", "h.llo", "nothing of it");
        (await workspace.BuildAsync("containers/small")).Fails(1, "nothing in '/etc/link' matches 'nothing of it'");
    }

    [Fact]
    public async Task Mistakes_of_the_file_are_told_before_anything_is_built()
    {
        using var workspace = Make(Good.Replace("expectedContents", "expectedContent", StringComparison.Ordinal).Replace("'^12$'", "'('", StringComparison.Ordinal));
        (await workspace.BuildAsync("containers/small")).Fails(2, "containers/small/tests.yaml:3:", "is not a regular expression", "tests.yaml:8:", "did you mean 'expectedContents'?").DoesNotSay("Building");
        workspace.Edit("containers/small/container.yaml", "./tests.yaml", "./test.yaml");
        (await workspace.BuildAsync("containers/small")).Fails(2, "container.yaml:2:", "there is no file of tests './test.yaml'");
    }

    private static Workspace Make(string tests)
    {
        var workspace = new Workspace().Container("- test: {file: ./tests.yaml}\n" + Steps);
        workspace.Write("containers/small/text", $"hello {Workspace.Fresh()}\n");
        workspace.Write("containers/small/tests.yaml", tests);
        return workspace;
    }
}
