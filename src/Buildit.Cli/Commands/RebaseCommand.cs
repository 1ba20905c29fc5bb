using System.CommandLine;
using Buildit.Cli.Consoles;
using Buildit.Cli.Registries;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Commands;

/// <summary>buildit rebase IMAGE --onto REF: the same image on another base, without building anything.</summary>
internal sealed class RebaseCommand(Terminal terminal)
{
    private readonly Argument<string> _image = new("IMAGE") { Description = "An OCI layout, a directory or an .oci.tar, that was made with a base (`base:`)" };
    private readonly Option<string> _onto = new("--onto") { HelpName = "REF", Description = "The new base: oci://HOST/REPOSITORY:TAG (or @sha256:DIGEST), or an OCI layout of this machine", Required = true };
    private readonly Option<string> _output = new("--output", "-o") { HelpName = "DIR", Description = "Where the image is written, under its old name; made if it is not there", DefaultValueFactory = _ => "rebased" };
    private readonly Option<string> _progress = Options.Progress();

    public Command Command()
    {
        var command = new Command("rebase", "Put an image onto another base: its own layers stay as they are, and nothing is built") { _image, _onto, _output, _progress };
        command.SetAction((parsed, cancel) =>
        {
            terminal.SetProgress(parsed.GetValue(_progress)!);
            return RunAsync(Options.StartOf(parsed), parsed.GetValue(_image)!, parsed.GetValue(_onto)!, parsed.GetValue(_output)!, cancel);
        });
        return command;
    }

    private async Task<int> RunAsync(string start, string image, string onto, string output, CancellationToken cancel)
    {
        var path = Path.GetFullPath(image, start);
        if (!Path.Exists(path))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"there is no image '{image}'", "an image is an OCI layout: a directory, or an .oci.tar; 'buildit pull oci://...' fetches one");
        }

        using var session = new Session(Workspace.Find(start, start, terminal), new(), static _ => { });
        await new Rebasing(session, terminal).RunAsync(path, onto, Path.GetFullPath(output, start), cancel);
        return (int)ExitCode.Ok;
    }
}
