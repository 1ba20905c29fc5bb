using System.CommandLine;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;

namespace Buildit.Cli.Commands;

/// <summary>buildit pull TARGET...: what a binhost has, and nothing else.</summary>
internal sealed class PullCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private readonly Argument<string[]> _targets = Options.Targets();
    private readonly Option<string> _output = Options.Output();
    private readonly Option<string?> _type = Options.Type();
    private readonly Option<string[]> _discover = Options.Discover();
    private readonly Option<string[]> _trust = Options.Trust();
    private readonly Option<string> _progress = Options.Progress();

    public Command Command()
    {
        var command = new Command("pull", "Take packages and images from binhosts; nothing is built, and what no binhost has is an error") { _targets, _output, _type, _discover, _trust, _progress };
        command.SetAction((parsed, cancel) =>
        {
            terminal.SetProgress(parsed.GetValue(_progress)!);
            var start = Options.StartOf(parsed);
            return new BuildRun(terminal, verbs).RunAsync(
                new(start, Options.NamedTargets(parsed.GetValue(_targets), [_output, _type, _discover, _trust, _progress], "pull"), Path.GetFullPath(parsed.GetValue(_output)!, start), Options.Formats(parsed.GetValue(_type)), null, LookupPolicy.Free, new() { RequireBinhost = true })
                {
                    IsPull = true,
                    Discover = Options.DiscoverOf(parsed.GetValue(_discover)),
                    Trusted = Options.TrustedOf(parsed.GetValue(_trust), start),
                },
                cancel);
        });
        return command;
    }
}
