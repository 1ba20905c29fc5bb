using System.CommandLine;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;

namespace Buildit.Cli.Commands;

/// <summary>buildit push TARGET...: what was built, to a binhost.</summary>
internal sealed class PushCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private readonly Argument<string[]> _targets = Options.Targets();
    private readonly Option<string?> _to = To();
    private readonly Option<string?> _key = new("--key") { HelpName = "NAME", Description = "Sign with this key of yours, or the private key in this file [default: the key 'default']" };
    private readonly Option<bool> _sources = new("--sources") { Description = "Push sources, patches and .debs as well, as far as they are in the store" };
    private readonly Option<bool> _logs = new("--logs") { Description = "Push the logs of the builds as well" };
    private readonly Option<bool> _sboms = new("--sboms") { Description = "Push bills of materials (SPDX and CycloneDX) of the images and the named packages as well" };
    private readonly Option<string> _output = Options.Output();
    private readonly Option<string?> _type = Options.Type();
    private readonly Option<string> _progress = Options.Progress();

    public Command Command()
    {
        var command = new Command("push", "Push packages and images to a binhost; what is not built yet is built") { _targets, _to, _key, _sources, _logs, _sboms, _output, _type, _progress };
        command.SetAction((parsed, cancel) =>
        {
            terminal.SetProgress(parsed.GetValue(_progress)!);
            var start = Options.StartOf(parsed);
            return new BuildRun(terminal, verbs).RunAsync(
                new(start, Options.NamedTargets(parsed.GetValue(_targets), [_to, _key, _sources, _logs, _sboms, _output, _type, _progress], "push"), Path.GetFullPath(parsed.GetValue(_output)!, start), Options.Formats(parsed.GetValue(_type)), null, LookupPolicy.Free, new())
                {
                    Push = parsed.GetValue(_to) ?? "",
                    PushChoices = new(parsed.GetValue(_key), parsed.GetValue(_sources), parsed.GetValue(_logs), parsed.GetValue(_sboms)),
                },
                cancel);
        });
        return command;
    }

    private static Option<string?> To()
    {
        var option = new Option<string?>("--to") { HelpName = "NAME", Description = "The binhost [default: those with 'push: true', else the first that can be written to]" };
        option.Validators.Add(result =>
        {
            // Often that of a variable that is not set: it does not mean the default.
            if (result.Tokens is [{ Value: "" }])
            {
                result.AddError("--to takes the name of a binhost, not an empty one");
            }
        });
        return option;
    }
}
