using System.CommandLine;
using Buildit.Cli.Consoles;
using Buildit.Cli.Explaining;
using Buildit.Cli.Planning;
using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;

namespace Buildit.Cli.Commands;

/// <summary>buildit explain TARGET...: what a build would do and why, without doing any of it.</summary>
internal sealed class ExplainCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private readonly Argument<string[]> _targets = Options.Targets();
    private readonly Option<string> _output = Options.Output();
    private readonly Option<string?> _type = Options.Type();
    private readonly Option<bool> _ask = Options.Ask();
    private readonly Option<bool> _json = Options.Json();

    public Command Command()
    {
        var command = new Command("explain", "Say why something would be built: which declared inputs changed, and where; nothing is fetched, built or written") { _targets, _output, _type, _ask, _json };
        command.SetAction(parsed =>
        {
            var start = Options.StartOf(parsed);
            var targets = Options.NamedTargets(parsed.GetValue(_targets), [_output, _type, _ask, _json], "explain").Select(t => Target.Find(start, t, verbs())).ToArray();
            var options = new PlanOptions(Path.GetFullPath(parsed.GetValue(_output)!, start), Options.Formats(parsed.GetValue(_type)), Rebuild: false, parsed.GetValue(_ask));
            terminal.Data(parsed.GetValue(_json) ? Json(start, targets, options) : Text(start, targets, options));
            return 0;
        });
        return command;
    }

    private string Text(string start, Target[] targets, PlanOptions options)
    {
        var texts = new List<string>();
        Each(start, targets, options, (session, explanation) => texts.Add(new ExplainText(session, options.Ask).Print(explanation)));
        return string.Join('\n', texts).TrimEnd('\n');
    }

    private string Json(string start, Target[] targets, PlanOptions options) => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("explanations");
        Each(start, targets, options, (session, explanation) => new ExplainJson(session, json).Write(explanation));
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private void Each(string start, Target[] targets, PlanOptions options, Action<Session, TargetExplanation> use)
    {
        foreach (var target in targets)
        {
            using var session = Session.ToRead(Workspace.Find(start, target.Path, terminal));
            using var shared = SharedPlaces.For(session, options, terminal);
            var plan = new TargetPlanner(session, options, shared).Make(target);
            use(session, DeepStack.Run(() => new TargetExplainer(session).Make(plan)));
        }
    }
}
