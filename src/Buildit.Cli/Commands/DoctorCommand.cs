using System.CommandLine;
using Buildit.Build.Sandboxing;
using Buildit.Cli.Consoles;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Store;

namespace Buildit.Cli.Commands;

/// <summary>buildit doctor: looks at what a build needs of this machine, and says how to mend what is missing.</summary>
internal sealed class DoctorCommand(Terminal terminal)
{
    public Command Command()
    {
        var command = new Command("doctor", "Check what a build needs of this machine, and say how to mend what is missing");
        command.SetAction((parsed, cancel) => Task.FromResult(Run(Options.StartOf(parsed))));
        return command;
    }

    private int Run(string start)
    {
        var bag = new DiagnosticBag();
        var workspace = Workspace.Find(start, start, bag);
        bag.ThrowIfErrors();
        var failed = new List<Diagnostic>();
        foreach (var check in Preflight.Run(workspace.StoreDirectory, TimeProvider.System).Append(StoreCheck(workspace)).Append(DistributionCheck(workspace)))
        {
            terminal.Ended("  " + check.What, check.Problem is null);
            if (check.Problem is { } problem)
            {
                failed.Add(problem);
            }
        }

        terminal.Print(failed);
        return (int)(failed.Count == 0 ? ExitCode.Ok : failed.Min(f => f.Code));
    }

    private static PreflightCheck StoreCheck(Workspace workspace)
    {
        try
        {
            using var store = ContentStore.Open(workspace.StoreDirectory);
            return new($"store {workspace.StoreDirectory}", null);
        }
        catch (BuilditException e)
        {
            return new($"store {workspace.StoreDirectory}", e.Diagnostics[0] with { Code = e.Code });
        }
    }

    private static PreflightCheck DistributionCheck(Workspace workspace) => workspace.Distribution switch
    {
        null => new("distribution", new("no recipe tree declares a distribution", Hint: "start the command in a workspace, or say where it is with -C")),
        { Lock.Packages.IsEmpty: true } d => new($"distribution {d.Distribution.Suite}", new("packages.lock is missing or empty", Hint: "run 'buildit lock'") { Code = ExitCode.Missing }),
        var d => new(FormattableString.Invariant($"distribution {d.Distribution.Suite}, {d.Lock.Packages.Count} packages locked"), null),
    };
}
