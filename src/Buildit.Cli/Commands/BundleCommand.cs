using System.CommandLine;
using System.CommandLine.Parsing;
using Buildit.Cli.Bundles;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trust;

namespace Buildit.Cli.Commands;

/// <summary>buildit bundle export|import|list: everything for a build without a network, as one signed file.</summary>
internal sealed class BundleCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private readonly Argument<string[]> _targets = Options.Targets();
    private readonly Argument<string> _file = new("FILE") { Description = "The bundle" };
    private readonly Option<string> _output = new("--output", "-o") { HelpName = "FILE", Description = "The bundle that is written", Required = true };
    private readonly Option<bool> _withOutputs = new("--with-outputs") { Description = "Bundle packages and images as well; what is not built yet is built" };
    private readonly Option<string?> _key = new("--key") { HelpName = "NAME", Description = "Sign with this key of yours, or the private key in this file [default: the key 'default']" };
    private readonly Option<string?> _to = new("--to") { HelpName = "DIR", Description = "A new directory for it [default: FILE without its ending]" };
    private readonly Option<string[]> _trust = Options.Trust();
    private readonly Option<bool> _json = Options.Json();
    private readonly Option<string> _progress = Options.Progress();

    public Command Command()
    {
        var export = new Command("export", "Write everything that TARGET is built from, and buildit itself, into one signed file") { _targets, _output, _withOutputs, _key, _progress };
        export.SetAction(ExportAsync);
        var import = new Command("import", "Verify a bundle and unpack it into a new directory, where it can be built without a network") { _file, _to, _trust };
        import.SetAction((parsed, cancel) => Task.Run(() => Import(parsed, cancel), cancel));
        var list = new Command("list", "Show what is in a bundle") { _file, _json };
        list.SetAction(parsed => new BundleImport(terminal).List(FileOf(parsed), parsed.GetValue(_file)!, parsed.GetValue(_json)));
        return new Command("bundle", "Everything for a build without a network, as one signed file") { export, import, list };
    }

    private Task<int> ExportAsync(ParseResult parsed, CancellationToken cancel)
    {
        terminal.SetProgress(parsed.GetValue(_progress)!);
        var start = Options.StartOf(parsed);
        var file = Path.GetFullPath(parsed.GetValue(_output)!, start);
        return Directory.Exists(Path.GetDirectoryName(file)) && !Directory.Exists(file)
            ? new BundleExport(terminal, verbs).RunAsync(
                new(start, Options.NamedTargets(parsed.GetValue(_targets), [_output, _withOutputs, _key, _progress], "bundle export"), file, parsed.GetValue(_withOutputs), parsed.GetValue(_key)), cancel)
            : throw new BuilditException(ExitCode.InvalidInput, $"'{parsed.GetValue(_output)}' cannot be written: {(Directory.Exists(file) ? "it is a directory" : "there is no directory to put it into")}", "-o names the file of the bundle");
    }

    private int Import(ParseResult parsed, CancellationToken cancel)
    {
        var file = FileOf(parsed);
        var to = parsed.GetValue(_to) is { } written ? Path.GetFullPath(written, Options.StartOf(parsed)).TrimEnd('/') : Path.Combine(Options.StartOf(parsed), NameOf(file));
        return new BundleImport(terminal).Run(file, parsed.GetValue(_file)!, to, Options.TrustedOf(parsed.GetValue(_trust), Options.StartOf(parsed)), cancel);
    }

    // FILE without all of its endings; with something behind it if it has none.
    private static string NameOf(string file) => Path.GetFileName(file).Split('.') is [{ Length: > 0 } name, _, ..] ? name : Path.GetFileName(file) + "-unpacked";

    private string FileOf(ParseResult parsed) => Path.GetFullPath(parsed.GetValue(_file)!, Options.StartOf(parsed));
}
