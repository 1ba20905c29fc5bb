using System.CommandLine;
using System.CommandLine.Parsing;
using Buildit.Cli.Consoles;
using Buildit.Cli.Instances;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Commands;

/// <summary>buildit run IMAGE [-- ARGUMENT...]: runs an instance of an image.</summary>
internal sealed class RunCommand(Terminal terminal, StopSignals signals, Func<IEnumerable<string>> verbs)
{
    private const string Name = "run";

    private readonly Argument<string[]> _words = new("IMAGE") { Arity = ArgumentArity.ZeroOrMore, Description = UsableTarget.What + "; after '--', arguments instead of the image's default ones" };
    private readonly Option<string[]> _ports = Many("--publish", "-p", "[ADDRESS:]PORT:PORT", "Bring connections to a port of this machine (of 127.0.0.1, if no address is given) to a port inside");
    private readonly Option<string[]> _mounts = Many("--volume", "-v", "PATH:INSIDE[:ro]", "Let it see a directory or file of this machine");
    private readonly Option<string[]> _environment = Many("--env", "-e", "NAME=VALUE", "Set a variable; NAME alone: to the value that it has here");
    private readonly Option<string?> _user = new("--user", "-u") { HelpName = "USER[:GROUP]", Description = "Who runs it, by name or number [default: the image's user, but never root]" };
    private readonly Option<string?> _entrypoint = new("--entrypoint") { HelpName = "PROGRAM", Description = "Run this instead of the image's entry point and default arguments" };
    private readonly Option<string?> _memory = new("--memory", "-m") { HelpName = "BYTES", Description = "Memory that it may use, for example 512m" };
    private readonly Option<string?> _cpus = new("--cpus") { HelpName = "N", Description = "Processors that it may use, for example 1.5" };
    private readonly Option<int?> _pids = Options.Count("--pids", "--pids-limit", "Processes and threads that it may have");
    private readonly Option<bool> _writable = new("--writable") { Description = "Let it write to its whole root, which is a copy then" };
    private readonly Option<string?> _bundle = new("--bundle", "-b") { HelpName = "DIR", Description = "Run nothing; write an OCI runtime bundle (config.json, rootfs) for runc, crun and the like" };
    private readonly Option<bool> _offline = Options.Offline();
    private readonly Option<bool> _locked = Options.Locked();
    private readonly Option<string> _progress = Options.Progress();

    private IEnumerable<Option> Choices => [_ports, _mounts, _environment, _user, _entrypoint, _memory, _cpus, _pids, _writable, _bundle, _offline, _locked, _progress];

    public Command Command() =>
        new Command(Name, "Run an image: with a read-only root, not as root, without capabilities, without network but for -p; exits as its program does") { _words }.With(Choices, terminal, _progress, (parsed, cancel) => RunAsync(Request(parsed), cancel));

    private static Option<string[]> Many(string name, string alias, string form, string description) =>
        new(name, alias) { HelpName = form, Description = description + "; may be given several times", AllowMultipleArgumentsPerToken = false };

    private RunRequest Request(ParseResult parsed)
    {
        var start = Options.StartOf(parsed);
        var (image, arguments) = Options.CommandAfter(parsed, parsed.GetValue(_words));
        if (image is [var only, var word, ..] && !word.StartsWith('-'))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{word}' is one word too many: 'run' takes one image", $"what its program gets is written after '--': buildit run {only} -- {word}");
        }

        return new(start, Options.OneTarget(image, Choices, Name), [.. arguments])
        {
            Lookups = new(parsed.GetValue(_locked), parsed.GetValue(_offline)),
            Ports = [.. (parsed.GetValue(_ports) ?? []).Select(RunWords.Port)],
            Mounts = [.. (parsed.GetValue(_mounts) ?? []).Select(m => RunWords.Mount(m, start))],
            Environment = [.. (parsed.GetValue(_environment) ?? []).Select(RunWords.Variable)],
            User = parsed.GetValue(_user),
            Entrypoint = parsed.GetValue(_entrypoint),
            Limits = new(RunWords.Memory(parsed.GetValue(_memory)), RunWords.Cpus(parsed.GetValue(_cpus)), parsed.GetValue(_pids)),
            IsWritable = parsed.GetValue(_writable),
            Bundle = parsed.GetValue(_bundle),
        };
    }

    private async Task<int> RunAsync(RunRequest request, CancellationToken cancel)
    {
        using var target = await UsableTarget.OpenAsync(request.Start, request.Image, request.Lookups, verbs, terminal, cancel);
        var run = new InstanceRun(target, terminal, signals);
        if (request.Bundle is not { } bundle)
        {
            return await run.RunAsync(request, cancel);
        }

        await run.WriteAsync(request, Path.GetFullPath(bundle, request.Start), cancel);
        return (int)ExitCode.Ok;
    }
}
