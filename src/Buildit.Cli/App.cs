using System.CommandLine;
using Buildit.Cli.Commands;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli;

/// <summary>The process: makes the command line, runs a command, and turns whatever comes out of it into words and an exit code. The one place that catches.</summary>
internal static class App
{
    public static async Task<int> RunAsync(string[] args)
    {
        // Nothing that is written may depend on who runs it: not on the umask, and (InvariantGlobalization) not on the locale.
        ProcessMask.Fix();
        var terminal = Terminal.OfProcess();
        using var stop = new CancellationTokenSource();
        using var signals = new StopSignals(stop, terminal);
        var root = CommandLineOf(terminal, signals);
        try
        {
            var parsed = root.Parse([.. WithCommand(args, root).Select(Options.WithoutName)]);
            if (parsed.Errors.Count > 0)
            {
                terminal.Print(CommandMistakes.Of(parsed));
                return (int)ExitCode.InvalidInput;
            }

            return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = terminal.Out, Error = terminal.Error }, stop.Token);
        }
        catch (BuilditException e)
        {
            terminal.Print(e.Diagnostics);
            return (int)e.Code;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            terminal.Note(StopSignals.Interrupted);
            return (int)ExitCode.Interrupted;
        }
        catch (Exception e) when (Trouble.Describe(e) is { } trouble)
        {
            terminal.Print([trouble]);
            return (int)trouble.Code;
        }
#pragma warning disable CA1031 // Everything else is a bug, and is shown as one.
        catch (Exception e)
#pragma warning restore CA1031
        {
            terminal.Bug(e);
            return (int)ExitCode.Bug;
        }
    }

    private static RootCommand CommandLineOf(Terminal terminal, StopSignals signals)
    {
        var root = new RootCommand(
            """
            Builds packages from patched upstream sources in sandboxes, and composes container images (ACI, OCI) out of them.

              buildit containers/nginx-prod        build a container: packages, then images in ./out
              buildit www-servers/nginx            build a package
              buildit plan containers/nginx-prod   what building it would do
              buildit explain www-servers/nginx    why it would be built again
              buildit build --help                 the options of building
              buildit run containers/nginx-prod    run it: read-only, without root, no network but -p
              buildit verify --vary TARGET         is it reproducible, and if not, why?
              buildit bundle export TARGET -o FILE everything for a build without a network
              buildit doctor                       is this machine fit for it?
            """);
        root.Options.Add(Options.Directory);
        root.Subcommands.Add(new BuildCommand(terminal, Verbs).Command());
        root.Subcommands.Add(new PlanCommand(terminal, Verbs).Command());
        root.Subcommands.Add(new GraphCommand(terminal, Verbs).Command());
        root.Subcommands.Add(new WhyCommand(terminal, Verbs).Command());
        root.Subcommands.Add(new ExplainCommand(terminal, Verbs).Command());
        root.Subcommands.Add(new SbomCommand(terminal, Verbs).Command());
        root.Subcommands.Add(new InspectCommand(terminal, Verbs).Command());
        root.Subcommands.Add(new DiffCommand(terminal, Verbs).Command());
        root.Subcommands.Add(new VerifyCommand(terminal, Verbs).Command());
        root.Subcommands.Add(new TestCommand(terminal, Verbs).Command());
        root.Subcommands.Add(new RunCommand(terminal, signals, Verbs).Command());
        root.Subcommands.Add(new CompareCommand(terminal, Verbs).Command());
        root.Subcommands.Add(new PushCommand(terminal, Verbs).Command());
        root.Subcommands.Add(new PullCommand(terminal, Verbs).Command());
        root.Subcommands.Add(new RebaseCommand(terminal).Command());
        root.Subcommands.Add(new FetchCommand(terminal, Verbs).Command());
        root.Subcommands.Add(new SearchCommand(terminal).Command());
        root.Subcommands.Add(new BundleCommand(terminal, Verbs).Command());
        root.Subcommands.Add(new BinhostCommand(terminal).Command());
        root.Subcommands.Add(new KeyCommand(terminal).Command());
        root.Subcommands.Add(new LockCommand(terminal, Verbs).Command());
        root.Subcommands.Add(new UpdateCommand(terminal).Command());
        root.Subcommands.Add(new StoreCommand(terminal).Command());
        root.Subcommands.Add(new DoctorCommand(terminal).Command());
        return root;

        IEnumerable<string> Verbs() => root.Subcommands.Select(c => c.Name);
    }

    /// <summary>The command line with the word 'build' put in where no command is named.</summary>
    private static string[] WithCommand(string[] args, RootCommand root)
    {
        var place = 0;
        while (place < args.Length && Options.IsDirectory(args[place], out var length))
        {
            place += length;
        }

        // Help and version are asked of the program itself if nothing stands before them.
        var isNamed = place < args.Length && (root.Subcommands.Any(c => c.Name == args[place]) || args[place] is "--version" or "--help" or "-h" or "-?");
        return isNamed ? args : [.. args.Take(place), BuildCommand.Name, .. args.Skip(place)];
    }
}
