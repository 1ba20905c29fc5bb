using System.CommandLine;
using System.Text.Json;
using Buildit.Cli.Consoles;
using Buildit.Cli.Planning;
using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;
using Buildit.Core.Keys;

namespace Buildit.Cli.Commands;

/// <summary>buildit plan TARGET...: what a build would do, without doing any of it.</summary>
internal sealed class PlanCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private readonly Argument<string[]> _targets = Options.Targets();
    private readonly Option<string> _output = Options.Output();
    private readonly Option<string?> _type = Options.Type();
    private readonly Option<bool> _rebuild = Options.Rebuild();
    private readonly Option<bool> _ask = Options.Ask();
    private readonly Option<bool> _json = Options.Json();

    public Command Command()
    {
        var command = new Command("plan", "Show the steps that a build would take; nothing is fetched, built or written") { _targets, _output, _type, _rebuild, _ask, _json };
        command.SetAction(parsed =>
        {
            var start = Options.StartOf(parsed);
            var targets = Options.NamedTargets(parsed.GetValue(_targets), [_output, _type, _rebuild, _ask, _json], "plan").Select(t => Target.Find(start, t, verbs())).ToArray();
            var options = new PlanOptions(Path.GetFullPath(parsed.GetValue(_output)!, start), Options.Formats(parsed.GetValue(_type)), parsed.GetValue(_rebuild), parsed.GetValue(_ask));
            terminal.Data(parsed.GetValue(_json) ? JsonText.Of(json => WriteJson(json, start, targets, options)) : Text(start, targets, options));
            return 0;
        });
        return command;
    }

    private string Text(string start, Target[] targets, PlanOptions options)
    {
        var texts = new List<string>();
        Each(start, targets, options, (session, plan) => texts.Add(new PlanText(session, options.Ask).Print(plan)));
        return string.Join('\n', texts).TrimEnd('\n');
    }

    private void WriteJson(Utf8JsonWriter json, string start, Target[] targets, PlanOptions options)
    {
        json.WriteStartObject();
        json.WriteStartArray("plans");
        Each(start, targets, options, (session, plan) => new PlanJson(session, json).Write(plan));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Plans one target after the other, as they would be built: what one has done is there for the next.</summary>
    private void Each(string start, Target[] targets, PlanOptions options, Action<Session, TargetPlan> use)
    {
        var done = new Dictionary<string, HashSet<RecipeKey>>(StringComparer.Ordinal);
        foreach (var target in targets)
        {
            var workspace = Workspace.Find(start, target.Path, terminal);
            using var session = Session.ToRead(workspace);
            using var shared = SharedPlaces.For(session, options, terminal);
            var plan = new TargetPlanner(session, options, shared).Make(target);
            if (!done.TryGetValue(workspace.StoreDirectory, out var before))
            {
                done[workspace.StoreDirectory] = before = [];
            }

            use(session, plan.After(before));
            before.UnionWith(plan.Plan.Steps.Select(s => s.Package.Key));
        }
    }
}
