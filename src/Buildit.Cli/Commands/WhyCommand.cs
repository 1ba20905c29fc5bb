using System.CommandLine;
using Buildit.Cli.Consoles;
using Buildit.Cli.Graphs;
using Buildit.Cli.Targets;
using Buildit.Cli.Why;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Commands;

/// <summary>buildit why IMAGE PATTERN: which package or step brings something into an image, along which chain, and because of which files.</summary>
internal sealed class WhyCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private readonly Argument<string?> _image = new("IMAGE") { Arity = ArgumentArity.ZeroOrOne, Description = "Directory of a container, or another TARGET that was built" };
    private readonly Argument<string?> _pattern = new("PATTERN") { Arity = ArgumentArity.ZeroOrOne, Description = "A path or glob ('/usr/lib/**/libz*'), a soname (libz.so.1), or a package (debian/libc6, zlib)" };
    private readonly Option<bool> _json = Options.Json();

    public Command Command()
    {
        var command = new Command("why", "Say why a file, a library or a package is in an image") { _image, _pattern, _json };
        command.SetAction(parsed =>
        {
            if ((parsed.GetValue(_image), parsed.GetValue(_pattern)) is not ({ } image, { Length: > 0 } pattern))
            {
                throw new BuilditException(ExitCode.InvalidInput, "'why' takes an IMAGE and one PATTERN", "for example: buildit why containers/nginx-prod libz.so.1");
            }

            Run(Options.StartOf(parsed), image, pattern, parsed.GetValue(_json));
            return 0;
        });
        return command;
    }

    private void Run(string start, string image, string pattern, bool isJson)
    {
        var target = Target.Find(start, image, verbs());
        using var session = Session.ToRead(Workspace.Find(start, target.Path, terminal));
        var view = RuntimeView.Read(session, target);
        var matches = new WhyFinder(view).Find(pattern);
        if (matches.IsEmpty)
        {
            throw NoMatch.Of(view, pattern);
        }

        terminal.Data(isJson
            ? JsonText.Of(json => WhyJson.Write(json, view.Target.DisplayName, pattern, matches))
            : new WhyText(view.Graph).Print(matches).TrimEnd('\n'));
    }
}
