using Buildit.Build.Actions;
using Buildit.Build.Engine;
using Buildit.Build.Tools;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Building;

/// <summary>
/// <c>--on-failure=shell</c>: a shell in the sandbox of what failed, with the same root, files and environment, before they are removed. On a terminal it gets a
/// terminal of its own inside, by script(1) of the pinned packages: whatever runs there can neither type into ours nor be ended by our Ctrl-C.
/// </summary>
internal sealed class FailureShell(Terminal terminal) : IFailureViewer, IDisposable
{
    private Session? _session;

    private readonly SemaphoreSlim _one = new(1);

    /// <summary>The session whose failures are looked into; it must know this object before it can be made.</summary>
    public void WorkIn(Session session) => _session = session;

    /// <inheritdoc/>
    public async Task PrepareAsync(CancellationToken cancel)
    {
        if (HasTerminal)
        {
            await _session!.Toolbox.PartsAsync(Toolbox.Shell, cancel);
        }
    }

    /// <summary>Shows what failed, and opens the shell. Returns when it was left.</summary>
    public async Task LookAsync(FailedAction failed, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            terminal.Print(failed.Failure.Diagnostics);
            terminal.Note(Introduction(failed));
            using (terminal.HandOver())
            {
                await RunAsync(failed, cancel);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private static bool HasTerminal => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    private static string Introduction(FailedAction failed) => failed.Request.WorkingDirectory == "/build"
        ? $"a shell in the sandbox of '{failed.Package.DisplayName}': sources in /build/src, phases in /src/phases, what was installed in /out/root; 'exit' leaves it"
        : $"a shell in the root of the test of '{failed.Package.DisplayName}'; 'exit' leaves it";

    private async Task RunAsync(FailedAction failed, CancellationToken cancel)
    {
        var (root, command) = await RootAsync(failed, cancel);
        var prompt = $"buildit:{failed.Package.DisplayName}:$PWD$ ";
        await _session!.Sandbox.RunAsync(
            failed.Request with
            {
                Root = root,
                Command = [.. command],
                Environment = failed.Request.Environment.SetItem("PS1", prompt).SetItem("TERM", Environment.GetEnvironmentVariable("TERM") ?? "dumb"),
                IsInteractive = true,
            },
            cancel);
    }

    /// <summary>The root that failed, with script(1) if there is a terminal; and what to run in it.</summary>
    private async Task<(string Root, string[] Command)> RootAsync(FailedAction failed, CancellationToken cancel)
    {
        const string Sources = "cd src 2> /dev/null; exec ";
        if (!HasTerminal)
        {
            return (failed.Request.Root, ["/bin/sh", "-c", Sources + "/bin/sh"]);
        }

        var tools = await _session!.Toolbox.PartsAsync(Toolbox.Shell, cancel);
        var root = await _session!.Roots.ComposeAsync([.. failed.Parts.Concat(tools).DistinctBy(p => p.Tree.DiffId)], cancel);
        return (root, ["/bin/sh", "-c", Sources + "script --quiet --command '/bin/sh -i' /dev/null"]);
    }
}
