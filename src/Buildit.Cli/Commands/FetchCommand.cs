using System.Collections.Immutable;
using System.CommandLine;
using Buildit.Cli.Consoles;
using Buildit.Cli.Discovering;
using Buildit.Cli.Locks;
using Buildit.Cli.Offline;
using Buildit.Core.Discovery;

namespace Buildit.Cli.Commands;

/// <summary>buildit fetch TARGET...: everything that building from scratch starts from, so that it can be done without a network later.</summary>
internal sealed class FetchCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private readonly Argument<string[]> _targets = Options.Targets();
    private readonly Option<bool> _sourcesOnly = new("--sources-only") { Description = "Fetch sources, patches and git commits, but no packages of the distribution" };
    private readonly Option<string[]> _discover = Options.Discover();
    private readonly Option<string> _progress = Options.Progress();

    public Command Command()
    {
        var command = new Command("fetch", "Get everything that building from scratch starts from: sources, patches, git commits, .debs; nothing is built") { _targets, _sourcesOnly, _discover, _progress };
        command.SetAction((parsed, cancel) =>
        {
            terminal.SetProgress(parsed.GetValue(_progress)!);
            return RunAsync(
                Options.StartOf(parsed), Options.NamedTargets(parsed.GetValue(_targets), [_sourcesOnly, _discover, _progress], "fetch"), Options.DiscoverOf(parsed.GetValue(_discover)), parsed.GetValue(_sourcesOnly), cancel);
        });
        return command;
    }

    private async Task<int> RunAsync(string start, string[] targets, ImmutableArray<DiscoveryEntry> discover, bool sourcesOnly, CancellationToken cancel)
    {
        foreach (var written in targets)
        {
            var (target, workspace) = await DiscoveredTarget.FindAsync(start, written, LookupPolicy.Free, discover, verbs, terminal, cancel);
            var progress = new Progress(terminal);
            using var session = new Session(workspace, new() { KeepGoing = true, SourceMirrors = workspace.Config.Mirrors }, progress.Take, progress.Binhosts.Take);
            var inputs = await TargetInputs.ReadAsync(session, terminal, target, cancel);
            terminal.Line($"Fetching what {inputs.Graph.DisplayName} is built from");
            await inputs.FetchAsync(session, terminal, progress, sourcesOnly, cancel);
        }

        return 0;
    }
}
