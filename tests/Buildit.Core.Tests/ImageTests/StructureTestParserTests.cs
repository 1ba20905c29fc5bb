using Buildit.Core.Diagnostics;
using Buildit.Core.ImageTests;

namespace Buildit.Core.Tests.ImageTests;

public sealed class StructureTestParserTests
{
    [Fact]
    public void Commands_have_the_file_s_variables_before_their_own()
    {
        var command = Assert.IsType<StructureTest.Command>(Read(
            """
            globalEnvVars: [{key: A, value: 1}, {key: B, value: 1}]
            commandTests:
              - {name: c, command: sh, args: [-c, x], envVars: [{key: B, value: 2}], exitCode: 3, setup: [[a, b]], teardown: [[c]]}
            """));
        Assert.Equal(["sh", "-c", "x"], command.Line.AsEnumerable());
        Assert.Equal(["A=1", "B=1", "B=2"], command.Environment.Select(e => $"{e.Key}={e.Value}"));
        Assert.Equal(["a", "b"], command.Setup.Single().AsEnumerable());
        Assert.Equal(["c"], command.Teardown.Single().AsEnumerable());
        Assert.Equal(3, command.ExitCode);
    }

    [Theory]
    [InlineData(0, "nginx/1.26", "", "")]
    [InlineData(1, "nginx/1.26", "", "it ended with exit code 1, not 0")]
    [InlineData(0, "nginx/2", "", "nothing in its standard output matches '1\\.\\d+'")]
    [InlineData(0, "nginx/1.26", "bad: x", "its standard error has what 'bad' excludes")]
    public void What_a_command_printed_is_matched(int exitCode, string output, string error, string mistake)
    {
        var command = Assert.IsType<StructureTest.Command>(Read("""commandTests: [{name: c, command: x, expectedOutput: ['1\.\d+'], excludedError: [bad]}]"""));
        Assert.Equal(mistake, string.Join("; ", command.Mistakes(exitCode, output, error)));
    }

    [Theory]
    [InlineData("schemaVersion: 1.0.0", "schema version '1.0.0' is not supported")]
    [InlineData("commandTests: [{command: x}]", "missing key 'name' in a command test")]
    [InlineData("commandTests: [{name: a, command: x, setup: [[]]}]", "the command is empty")]
    [InlineData("commandTests: [{name: a, command: x, expectedOutput: ['(']}]", "'(' is not a regular expression: Invalid pattern '(' at offset 1. Not enough )'s")]
    [InlineData("commandTests: [{name: a, command: x, expectedOutput: ['(?=a)']}]", "'(?=a)' looks back or around, which regular expressions of tests cannot do")]
    [InlineData("fileExistenceTests: [{name: a, path: etc}]", "'etc' is not a path in an image")]
    [InlineData("fileExistenceTests: [{name: a, path: /etc, permissions: '0755'}]", "'0755' are not permissions")]
    [InlineData("fileExistenceTests: [{name: a, path: /etc, isExecutableBy: all}]", "'isExecutableBy': expected 'owner' or 'group' or 'other' or 'any', got 'all'")]
    [InlineData("metadataTest: {envVars: [{key: '', value: a}]}", "the key is empty")]
    [InlineData("metadataTest: {entrypoint: a}", "'entrypoint': expected a list, got text")]
    [InlineData("fileTests: []", "unknown key 'fileTests'")]
    public void Mistakes_are_told_at_their_places(string yaml, string message)
    {
        var bag = new DiagnosticBag();
        Assert.Null(StructureTestParser.Parse(new("t.yaml", yaml.StartsWith("schema", StringComparison.Ordinal) ? yaml + "\nlicenseTests: [{debian: true}]" : "schemaVersion: 2.0.0\n" + yaml), bag));
        Assert.Equal(message, bag.Items[0].Message);
        Assert.NotNull(bag.Items[0].Span);
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        var bag = new DiagnosticBag();
        StructureTestParser.Parse(new("t.yaml", "schemaVersion: 3\ncommandTests: [{nam: a}]\nlicenseTests: [{files: [a]}]"), bag);
        Assert.Equal([1, 2, 2, 2, 3], bag.Items.Select(i => i.Span!.Value.Line));
    }

    private static StructureTest Read(string yaml)
    {
        var bag = new DiagnosticBag();
        var tests = StructureTestParser.Parse(new("t.yaml", "schemaVersion: 2.0.0\n" + yaml), bag);
        Assert.Equal([], bag.Items.Select(i => i.Message));
        return tests!.Tests.Single();
    }
}
