using System.CommandLine;
using Buildit.Cli.Comparing;
using Buildit.Cli.Consoles;
using Buildit.Cli.Instances;
using Buildit.Cli.Locks;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Commands;

/// <summary>buildit compare A B -- COMMAND: runs a command on two images, and shows whether it does the same.</summary>
internal sealed class CompareCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private const string Name = "compare";

    private readonly Argument<string[]> _words = new("A B") { Arity = ArgumentArity.ZeroOrMore, Description = "Two of: " + char.ToLowerInvariant(UsableTarget.What[0]) + UsableTarget.What[1..] + "; after '--', the command" };
    private readonly Option<string[]> _environment = new("--env", "-e") { HelpName = "NAME=VALUE", Description = "Set a variable; may be given several times", AllowMultipleArgumentsPerToken = false };
    private readonly Option<string?> _input = new("--input", "-i") { HelpName = "PATH", Description = $"A directory that the command works in a copy of ({Behaviour.InputDirectory}), or a file that is its standard input" };
    private readonly Option<bool> _json = Options.Json();
    private readonly Option<bool> _offline = Options.Offline();
    private readonly Option<bool> _locked = Options.Locked();
    private readonly Option<string> _progress = Options.Progress();

    private IEnumerable<Option> Choices => [_environment, _input, _json, _offline, _locked, _progress];

    public Command Command() =>
        new Command(Name, "Run a command on two images with the same input, and compare output, exit code and files; ends with 0 if they are equal, with 1 if they differ") { _words }.With(Choices, terminal, _progress, RunAsync);

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var start = Options.StartOf(parsed);
        var (before, line) = Options.CommandAfter(parsed, parsed.GetValue(_words));
        if (Options.NoOptions(before, Choices, Name) is not [var old, var @new] || line.Length == 0)
        {
            throw new BuilditException(ExitCode.InvalidInput, "'compare' takes two images and, after '--', a command", "for example: buildit compare containers/old containers/new -- /usr/sbin/nginx -V");
        }

        var input = parsed.GetValue(_input) is { } written ? Path.GetFullPath(written, start) : null;
        if (input is not null && !Path.Exists(input))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"there is no '{parsed.GetValue(_input)}'", "--input names a directory or a file");
        }

        var trial = new Trial([.. line], [.. (parsed.GetValue(_environment) ?? []).Select(RunWords.Variable)], input);
        var lookups = new LookupPolicy(parsed.GetValue(_locked), parsed.GetValue(_offline));
        var diff = new BehaviourDiff(await OfAsync(old), await OfAsync(@new));
        terminal.Data(parsed.GetValue(_json) ? JsonText.Of(diff.Write) : string.Join('\n', diff.Lines(old, @new)));
        return (int)(diff.IsEqual ? ExitCode.Ok : ExitCode.Failed);

        async Task<Behaviour> OfAsync(string image)
        {
            using var target = await UsableTarget.OpenAsync(start, image, lookups, verbs, terminal, cancel);
            terminal.Status($"  running {line[0]} on {image}");
            return await Behaviour.OfAsync(target, trial, cancel);
        }
    }
}
