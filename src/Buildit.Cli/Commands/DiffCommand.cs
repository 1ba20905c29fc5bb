using System.CommandLine;
using Buildit.Build.Workspaces;
using Buildit.Cli.Comparing;
using Buildit.Cli.Consoles;
using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Explanations;

namespace Buildit.Cli.Commands;

/// <summary>buildit diff A B: compares two packages, records, containers or images.</summary>
internal sealed class DiffCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private const string What = "A container's, recipe's or OCI layout's directory, a package's name, a HASH (or 8 digits of it or more), a record's file, an .aci or .oci.tar file";
    private readonly Argument<string> _old = new("A") { Description = What };
    private readonly Argument<string> _new = new("B") { Description = "What to compare it with, of the same kind" };
    private readonly Option<bool> _json = Options.Json();

    public Command Command()
    {
        var command = new Command("diff", "Compare two packages, records, containers or images: inputs, then files; ends with 0 if they are equal, with 1 if they differ") { _old, _new, _json };
        command.SetAction((parsed, cancel) => Task.Run(() => Run(Options.StartOf(parsed), parsed.GetValue(_old)!, parsed.GetValue(_new)!, parsed.GetValue(_json), cancel), cancel));
        return command;
    }

    private int Run(string start, string old, string @new, bool json, CancellationToken cancel)
    {
        var sessions = new Dictionary<string, Session>(StringComparer.Ordinal);
        try
        {
            var reader = new SideReader(start, Open, verbs);
            var (a, b) = (reader.Read(old, cancel), reader.Read(@new, cancel));
            var last = sessions.Values.Last();
            var history = new JoinedHistory([.. sessions.Values.Select(s => s.History)]);
            var comparer = new Comparer(new(history, Session.CausesOf(last.Workspace, history), new LocalSources(last.Store, last.Archive)));
            var comparison = DeepStack.Run(() => comparer.Compare(a, b));
            terminal.Data(json ? JsonText.Of(w => new DiffJson(w).Write(comparison)) : new DiffText().Print(comparison).TrimEnd('\n'));
            return (int)(comparison.IsEqual ? ExitCode.Ok : ExitCode.Failed);
        }
        finally
        {
            foreach (var session in sessions.Values)
            {
                session.Dispose();
            }
        }

        Session Open(Workspace workspace)
        {
            var key = $"{workspace.Root}\n{workspace.StoreDirectory}";
            return sessions.TryGetValue(key, out var open) ? open : sessions[key] = Session.ToRead(workspace);
        }
    }
}
