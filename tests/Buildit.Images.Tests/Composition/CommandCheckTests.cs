using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images.Composition;
using Buildit.Images.ContainerLayers;

namespace Buildit.Images.Tests.Composition;

public sealed class CommandCheckTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("[/usr/bin/app]", null)]
    [InlineData("[/bin/app]", null)]
    [InlineData("[/usr/bin/link, -v]", null)]
    [InlineData("[app]", null)]
    [InlineData("[tool], env: {PATH: /opt}", null)]
    [InlineData("[./tool], workdir: /opt", null)]
    [InlineData("[/data/run.sh], volumes: [/data]", null)]
    [InlineData("[/usr/bin/ap]", "the entrypoint '/usr/bin/ap' is not in the image | get ap")]
    [InlineData("[/usr/sbin/app]", "the entrypoint '/usr/sbin/app' is not in the image | did you mean '/usr/bin/app'?")]
    [InlineData("[tool]", "the entrypoint 'tool' is not in the image (it is looked for in /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin) | did you mean '/opt/tool'?")]
    [InlineData("[app], env: {PATH: /opt}", "the entrypoint 'app' is not in the image (it is looked for in /opt) | did you mean '/usr/bin/app'?")]
    [InlineData("[/etc/app.conf]", "the entrypoint '/etc/app.conf' is not executable | ")]
    [InlineData("[/opt]", "the entrypoint '/opt' is a directory | ")]
    [InlineData("[/usr/bin/tooll]", "the entrypoint '/usr/bin/tooll' is not in the image | did you mean '/opt/tool'?")]
    [InlineData("[/nobody-knows-it]", "the entrypoint '/nobody-knows-it' is not in the image | add the package that has it to the container")]
    [InlineData("[/usr/bin/gone]", "the entrypoint '/usr/bin/gone' is not in the image | get gone")]
    public void An_image_s_entrypoint_must_be_a_program_of_it(string entrypoint, string? mistake)
    {
        foreach (var type in new[] { "oci", "aci" })
        {
            var said = Check($"- image: {{type: {type}, entrypoint: {entrypoint}}}\n");
            Assert.Equal(mistake is null ? [] : [type == "oci" ? mistake : mistake.Replace("the entrypoint", "the program of the app", StringComparison.Ordinal)], said);
        }
    }

    [Theory]
    [InlineData("- image: {type: oci, cmd: [/no]}\n", "the command '/no' is not in the image | get no")]
    [InlineData("- test: {command: [/no, -V]}\n", "the test '/no' is not in the image | get no")]
    [InlineData("- accounts: {users: [{name: a, uid: 1, shell: /bin/zsh}, {name: b, uid: 2}, {name: c, uid: 3, shell: /bin/false}]}\n", "the shell of 'a' '/bin/zsh' is not in the image | get zsh")]
    [InlineData("- image: {type: aci, event-handlers: {pre-start: [/no], post-stop: [/usr/bin/app]}}\n", "the event handler 'pre-start' '/no' is not in the image | get no")]
    [InlineData("- image:\n    type: aci\n    content: '{\"acKind\": \"ImageManifest\", \"acVersion\": \"0.8.11\", \"name\": \"a\", \"app\": {\"exec\": [\"/no\"], \"user\": \"0\", \"group\": \"0\"}}'\n", "the program of the app '/no' is not in the image | get no")]
    public void So_must_all_that_is_declared(string step, string mistake) => Assert.Equal([mistake], Check(step));

    [Fact]
    public void A_program_in_a_written_manifest_is_told_at_its_place()
    {
        var bag = new DiagnosticBag();
        Run("- image:\n    type: aci\n    content: |\n      {\"acKind\": \"ImageManifest\", \"acVersion\": \"0.8.11\", \"name\": \"a\",\n       \"app\": {\"exec\": [\"/no\"], \"user\": \"0\", \"group\": \"0\"}}\n", bag);
        Assert.Equal("container.yaml:6:25", Assert.Single(bag.Items).Span.ToString());
    }

    private string[] Check(string step)
    {
        var bag = new DiagnosticBag();
        Run(step, bag);
        return [.. bag.Items.Select(i => $"{i.Message} | {i.Hint}")];
    }

    private void Run(string step, DiagnosticBag bag)
    {
        var container = ContainerParser.Parse(new("container.yaml", "- vars: {name: a, version: 1}\n" + step), "/", bag);
        Assert.Empty(bag.Items);
        var parts = Sample.Part(
            _directory,
            "app",
            (Sample.File("usr/bin/app", "x", 0x1ED), "x"),
            (Sample.File("opt/tool", "x", 0x1ED), "x"),
            (Sample.File("etc/app.conf", "x"), "x"),
            (Sample.Link("usr/bin/link", "app"), ""),
            (Sample.Link("usr/bin/gone", "nothing"), ""));
        CommandCheck.Run(Sample.Root([parts], ContainerFiles.Empty), container!, w => Path.GetFileName(w.What) is { Length: < 5 } name ? "get " + name : null, bag);
    }
}
