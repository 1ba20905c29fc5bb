using System.Collections.Immutable;
using System.CommandLine;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Searching;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Discovery;
using Buildit.Core.Json;
using Buildit.Core.Searching;
using Buildit.Store.Binhosts;

namespace Buildit.Cli.Commands;

/// <summary>buildit search WORD...: what can be built here, and what binhosts have.</summary>
internal sealed class SearchCommand(Terminal terminal)
{
    private readonly Argument<string[]> _words = new("WORD") { Arity = ArgumentArity.ZeroOrMore, Description = "Part of a name, version or summary, whatever its case; of several, all must be there" };
    private readonly Option<bool> _offline = new("--offline") { Description = "Ask only binhosts that are directories" };
    private readonly Option<string[]> _discover = Options.Discover();
    private readonly Option<bool> _json = Options.Json();

    public Command Command()
    {
        var command = new Command("search", "Look for recipes, containers, distribution packages, and for what binhosts have") { _words, _offline, _discover, _json };
        command.SetAction((parsed, cancel) => RunAsync(
            Options.StartOf(parsed), Options.NoOptions(parsed.GetValue(_words), [_offline, _discover, _json], "search"), Options.DiscoverOf(parsed.GetValue(_discover)), parsed.GetValue(_offline), parsed.GetValue(_json), cancel));
        return command;
    }

    private async Task<int> RunAsync(string start, string[] words, ImmutableArray<DiscoveryEntry> discover, bool offline, bool asJson, CancellationToken cancel)
    {
        if (words.Length == 0)
        {
            throw new BuilditException(ExitCode.InvalidInput, "there is no WORD to search for", "for example: buildit search nginx");
        }

        var workspace = await TreeCheckouts.FindWorkspaceAsync(start, start, new(Locked: false, offline), discover, terminal, cancel);
        using var session = new Session(workspace, new() { Offline = offline }, static _ => { }, new BinhostTalk(terminal).Take);
        var all = WorkspaceFindings.All(workspace).Concat((await Task.WhenAll(session.Binhosts.All.Select(b => ListAsync(b, cancel)))).SelectMany(static f => f)).ToArray();
        var found = Finding.Matching(all, words);
        if (asJson)
        {
            terminal.Data(Json(found));
        }
        else
        {
            foreach (var finding in found)
            {
                terminal.Data(Line(finding));
            }
        }

        if (found.IsEmpty)
        {
            terminal.Print([new($"nothing here or in a binhost is called '{string.Join(' ', words)}'", Hint: Suggestion.Hint(words[0], all.SelectMany(f => new[] { f.Name, f.Name[(f.Name.LastIndexOf('/') + 1)..] })))]);
        }

        return (int)(found.IsEmpty ? ExitCode.Failed : ExitCode.Ok);
    }

    // What a catalog says is text of a stranger.
    private static async Task<IEnumerable<Finding>> ListAsync(Binhost binhost, CancellationToken cancel) =>
        (await binhost.ListAsync(cancel)).Select(r => r.Subject).OfType<Core.Binhosts.CatalogSubject>().Select(s => new Finding(s.Kind, VisibleText.Of(s.Name), VisibleText.Of(s.Version), "", [$"'{binhost.Name}'"]));

    private static string Line(Finding finding) =>
        $"{finding.Kind,-9} {finding.Name}{(finding.Version.Length > 0 ? "-" + finding.Version : "")}{(finding.Summary.Length > 0 ? ": " + VisibleText.Of(finding.Summary) : "")} ({string.Join(", ", finding.Places)})";

    private static string Json(ImmutableArray<Finding> found) => JsonText.Of(w =>
    {
        w.WriteStartObject();
        w.WriteStartArray("results");
        foreach (var finding in found)
        {
            w.WriteStartObject();
            w.WriteString("kind", finding.Kind);
            w.WriteString("name", finding.Name);
            w.WriteString("version", finding.Version);
            w.WriteString("summary", finding.Summary);
            JsonDocuments.Texts(w, "places", finding.Places.Select(p => p.Trim('\'')));
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteEndObject();
    });
}
