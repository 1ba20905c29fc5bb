using System.CommandLine;
using Buildit.Build.Engine;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Targets;
using Buildit.Cli.Verifying;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Commands;

/// <summary>buildit verify: makes packages and images again and compares, or compares what several places say of them.</summary>
internal sealed class VerifyCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private readonly Argument<string[]> _targets = Options.Targets();
    private readonly Option<bool> _vary = new("--vary") { Description = "Build with whatever may be different for a build (jobs, clock, order of directories, ...); what differs then is put down to what was varied" };
    private readonly Option<bool> _all = new("--all") { Description = "Verify every package of the graph, not only those that the TARGET itself names" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the result as one JSON document" };
    private readonly Option<string[]> _against = new("--against")
    {
        HelpName = "PLACE", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false,
        Description = "Build nothing; compare the records of the store with those of PLACE: another store, or a directory with records/. May be given several times",
    };

    private readonly Option<int?> _jobs = Options.Jobs();
    private readonly Option<bool> _offline = Options.Offline();
    private readonly Option<bool> _keepFailed = new("--keep-failed") { Description = "Keep what failed or was made differently, and say where it is" };
    private readonly Option<string> _progress = Options.Progress();

    public Command Command() =>
        new Command("verify", "Build again from scratch and compare with the records, file by file; exit with 5 if anything differs") { _targets }
            .With([_vary, _all, _json, _against, _jobs, _offline, _keepFailed, _progress], terminal, _progress, (parsed, cancel) => RunAsync(Request(parsed), cancel));

    private VerifyRequest Request(ParseResult parsed)
    {
        var start = Options.StartOf(parsed);
        return new()
        {
            Start = start,
            Targets = Options.NamedTargets(parsed.GetValue(_targets), [_vary, _all, _json, _against, _jobs, _offline, _keepFailed, _progress], "verify"),
            Vary = parsed.GetValue(_vary),
            All = parsed.GetValue(_all),
            Against = [.. (parsed.GetValue(_against) ?? []).Select(p => (p, Path.GetFullPath(p, start)))],
            Jobs = parsed.GetValue(_jobs),
            Engine = new() { Offline = parsed.GetValue(_offline), KeepFailed = parsed.GetValue(_keepFailed) },
            IsJson = parsed.GetValue(_json),
        };
    }

    private async Task<int> RunAsync(VerifyRequest request, CancellationToken cancel)
    {
        if (request is { Vary: true, Against.IsEmpty: false })
        {
            throw new BuilditException(ExitCode.InvalidInput, "--vary and --against exclude each other", "--against builds nothing, so there is nothing to vary");
        }

        var results = new VerifyResults();
        foreach (var written in request.Targets)
        {
            await VerifyAsync(request, Target.Find(request.Start, written, verbs()), results, cancel);
        }

        new VerifyReport(terminal).Print(results, request.IsJson);
        return (int)results.ExitCode;
    }

    private async Task VerifyAsync(VerifyRequest request, Target target, VerifyResults results, CancellationToken cancel)
    {
        // Nothing is looked up anew: what is verified is what was built.
        var workspace = await TreeCheckouts.FindWorkspaceAsync(request.Start, target.Path, new(Locked: true, request.Engine.Offline), terminal, cancel);
        var engine = request.Engine with { Jobs = request.Jobs ?? workspace.Config.Jobs ?? Environment.ProcessorCount, SourceMirrors = workspace.Config.Mirrors };
        using var session = new Session(workspace, engine, new Progress(terminal).Take);
        await (request.Against.IsEmpty
            ? new TargetVerification(session, terminal, request with { Engine = engine }, results).RunAsync(target, cancel)
            : new OriginComparison(session, request, results).RunAsync(target, cancel));
    }
}
