using System.CommandLine;
using Buildit.Build.Engine;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Store.Binhosts;

namespace Buildit.Cli.Commands;

/// <summary>buildit [build] TARGET...</summary>
/// <param name="terminal">What a person sees.</param>
/// <param name="verbs">Names of all commands: who mistypes one has named a target.</param>
internal sealed class BuildCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    /// <summary>The word that may be left out.</summary>
    public const string Name = "build";

    private readonly Argument<string[]> _targets = Options.Targets();
    private readonly Option<string> _output = Options.Output();
    private readonly Option<string?> _type = Options.Type();
    private readonly Option<int?> _jobs = Options.Jobs();
    private readonly Option<bool> _keepGoing = new("--keep-going", "-k") { Description = "After a failure, go on with whatever does not depend on it; the smallest exit code of a failure counts" };
    private readonly Option<bool> _rebuild = Options.Rebuild();
    private readonly Option<bool> _offline = Options.Offline();
    private readonly Option<string?> _push = Options.Push;
    private readonly Option<bool> _requireBinhost = new("--require-binhost") { Description = "Build nothing: what no binhost has is an error (7), what one has without a signature that counts, too (6)" };
    private readonly Option<bool> _locked = Options.Locked();
    private readonly Option<bool> _keepFailed = new("--keep-failed") { Description = "Keep the work directory of a failed build, and say where it is" };
    private readonly Option<string[]> _discover = Options.Discover();
    private readonly Option<string[]> _trust = Options.Trust();
    private readonly Option<string?> _onFailure = OnFailure();
    private readonly Option<string> _progress = Options.Progress();

    private IEnumerable<Option> Choices => [_output, _type, _jobs, _push, _discover, _trust, _requireBinhost, _keepGoing, _rebuild, _offline, _locked, _keepFailed, _onFailure, _progress];

    public Command Command() =>
        new Command(Name, "Build containers and packages; the word 'build' may be left out") { _targets }.With(Choices, terminal, _progress, (parsed, cancel) => new BuildRun(terminal, verbs).RunAsync(Request(parsed), cancel));

    private static Option<string?> OnFailure()
    {
        var option = new Option<string?>("--on-failure") { HelpName = "shell", Description = "shell: open a shell in the sandbox of a build or test that failed, as it was left" };
        Options.OnlyAmong(option, "shell");
        return option;
    }

    private BuildRequest Request(ParseResult parsed)
    {
        var start = Options.StartOf(parsed);
        return new(
            start,
            Options.NamedTargets(parsed.GetValue(_targets), Choices, Name),
            Path.GetFullPath(parsed.GetValue(_output)!, start),
            Options.Formats(parsed.GetValue(_type)),
            parsed.GetValue(_jobs),
            new(Locked: parsed.GetValue(_locked), Offline: parsed.GetValue(_offline)),
            new()
            {
                KeepGoing = parsed.GetValue(_keepGoing),
                Rebuild = parsed.GetValue(_rebuild),
                Offline = parsed.GetValue(_offline),
                KeepFailed = parsed.GetValue(_keepFailed),
                RequireBinhost = parsed.GetValue(_requireBinhost),
            })
        {
            Push = Options.PushOf(parsed),
            Discover = Options.DiscoverOf(parsed.GetValue(_discover)),
            Trusted = Options.TrustedOf(parsed.GetValue(_trust), start),
            OpensShell = parsed.GetValue(_onFailure) is not null,
        };
    }
}
