using System.CommandLine;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Registries;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Registries;

namespace Buildit.Cli.Commands;

/// <summary>buildit push TARGET...: what was built, to a binhost; buildit push IMAGE oci://...: an image to a registry.</summary>
internal sealed class PushCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private readonly Argument<string[]> _targets = Targets();
    private readonly Option<string?> _to = To();
    private readonly Option<string?> _key = new("--key") { HelpName = "NAME", Description = "Sign with this key of yours, or the private key in this file [default: the key 'default']" };
    private readonly Option<bool> _sources = new("--sources") { Description = "Push sources, patches and .debs as well, as far as they are in the store" };
    private readonly Option<bool> _logs = new("--logs") { Description = "Push the logs of the builds as well" };
    private readonly Option<bool> _sboms = new("--sboms") { Description = "Push bills of materials (SPDX and CycloneDX) of the images and the named packages as well" };
    private readonly Option<bool> _bare = new("--bare") { Description = "To a registry: push the image alone, without signature, provenance and SBOM beside it" };
    private readonly Option<string> _output = Options.Output();
    private readonly Option<string?> _type = Options.Type();
    private readonly Option<string> _progress = Options.Progress();

    public Command Command()
    {
        var command = new Command("push", "Push packages and images to a binhost, or an image to a registry (oci://HOST/REPOSITORY:TAG); what is not built yet is built") { _targets, _to, _key, _sources, _logs, _sboms, _bare, _output, _type, _progress };
        command.SetAction((parsed, cancel) =>
        {
            terminal.SetProgress(parsed.GetValue(_progress)!);
            var targets = Options.NamedTargets(parsed.GetValue(_targets), [_to, _key, _sources, _logs, _sboms, _bare, _output, _type, _progress], "push");
            return targets.Any(RegistryAddress.IsOne) ? ToRegistryAsync(parsed, targets, cancel) : ToBinhostAsync(parsed, targets, cancel);
        });
        return command;
    }

    private Task<int> ToBinhostAsync(ParseResult parsed, string[] targets, CancellationToken cancel)
    {
        var start = Options.StartOf(parsed);
        if (parsed.GetValue(_bare))
        {
            throw new BuilditException(ExitCode.InvalidInput, "--bare is about registries, and no destination is one", "a registry is addressed as oci://HOST/REPOSITORY:TAG");
        }

        return new BuildRun(terminal, verbs).RunAsync(
            new(start, targets, Path.GetFullPath(parsed.GetValue(_output)!, start), Options.Formats(parsed.GetValue(_type)), null, LookupPolicy.Free, new())
            {
                Push = parsed.GetValue(_to) ?? "",
                PushChoices = new(parsed.GetValue(_key), parsed.GetValue(_sources), parsed.GetValue(_logs), parsed.GetValue(_sboms)),
            },
            cancel);
    }

    private Task<int> ToRegistryAsync(ParseResult parsed, string[] words, CancellationToken cancel)
    {
        var start = Options.StartOf(parsed);
        Option[] others = [_to, _sources, _logs, _sboms, _type];
        if (others.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } other)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"{other.Name} is about binhosts, and '{words.First(RegistryAddress.IsOne)}' is an address of a registry", "push to each of them with a command of its own");
        }

        return new ImagePushRun(terminal, verbs).RunAsync(start, words, Path.GetFullPath(parsed.GetValue(_output)!, start), parsed.GetValue(_key), parsed.GetValue(_bare), cancel);
    }

    private static Argument<string[]> Targets() => new("TARGET")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = "Directory of a container or recipe, or name of a package (category/name). With an address oci://HOST/REPOSITORY:TAG, or several: one container, or one OCI layout (a directory or an .oci.tar)",
    };

    private static Option<string?> To()
    {
        var option = new Option<string?>("--to") { HelpName = "NAME", Description = "The binhost [default: those with 'push: true', else the first that can be written to]" };
        option.Validators.Add(result =>
        {
            // Often that of a variable that is not set: it does not mean the default.
            if (result.Tokens is [{ Value: "" }])
            {
                result.AddError("--to takes the name of a binhost, not an empty one");
            }
        });
        return option;
    }
}
