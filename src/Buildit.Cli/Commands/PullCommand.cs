using System.CommandLine;
using Buildit.Cli.Building;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Registries;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Registries;

namespace Buildit.Cli.Commands;

/// <summary>buildit pull TARGET...: what a binhost has, and nothing else; buildit pull oci://...: images of registries.</summary>
internal sealed class PullCommand(Terminal terminal, Func<IEnumerable<string>> verbs)
{
    private readonly Argument<string[]> _targets = new("TARGET") { Arity = ArgumentArity.ZeroOrMore, Description = "Directory of a container or recipe, or name of a package (category/name); or an image of a registry: oci://HOST/REPOSITORY:TAG, oci://HOST/REPOSITORY@sha256:DIGEST" };
    private readonly Option<string> _output = Options.Output();
    private readonly Option<string?> _type = Options.Type();
    private readonly Option<string[]> _discover = Options.Discover();
    private readonly Option<string[]> _trust = Options.Trust();
    private readonly Option<string?> _platform = Platform();
    private readonly Option<bool> _allPlatforms = new("--all-platforms") { Description = "From a registry: the whole index, with the images for all platforms" };
    private readonly Option<string[]> _keys = new("--key") { HelpName = "FILE", Description = "From a registry: only an image that this key has signed, a file or the name of one of yours; may be given several times, then one of them is enough", AllowMultipleArgumentsPerToken = false };
    private readonly Option<string> _progress = Options.Progress();

    public Command Command()
    {
        var command = new Command("pull", "Take packages and images from binhosts, or images from registries (oci://HOST/REPOSITORY:TAG); nothing is built, and what is not there is an error")
        {
            _targets, _output, _type, _discover, _trust, _platform, _allPlatforms, _keys, _progress,
        };
        command.SetAction((parsed, cancel) =>
        {
            terminal.SetProgress(parsed.GetValue(_progress)!);
            var targets = Options.NamedTargets(parsed.GetValue(_targets), [_output, _type, _discover, _trust, _platform, _allPlatforms, _keys, _progress], "pull");
            return targets.Any(RegistryAddress.IsOne) ? FromRegistriesAsync(parsed, targets, cancel) : FromBinhostsAsync(parsed, targets, cancel);
        });
        return command;
    }

    private Task<int> FromBinhostsAsync(ParseResult parsed, string[] targets, CancellationToken cancel)
    {
        var start = Options.StartOf(parsed);
        Refuse(parsed, [_platform, _allPlatforms, _keys], "registries, and no TARGET is in one", "an image of a registry is written as oci://HOST/REPOSITORY:TAG");
        return new BuildRun(terminal, verbs).RunAsync(
            new(start, targets, Path.GetFullPath(parsed.GetValue(_output)!, start), Options.Formats(parsed.GetValue(_type)), null, LookupPolicy.Free, new() { RequireBinhost = true })
            {
                IsPull = true,
                Discover = Options.DiscoverOf(parsed.GetValue(_discover)),
                Trusted = Options.TrustedOf(parsed.GetValue(_trust), start),
            },
            cancel);
    }

    private async Task<int> FromRegistriesAsync(ParseResult parsed, string[] words, CancellationToken cancel)
    {
        var start = Options.StartOf(parsed);
        Refuse(parsed, [_type, _discover, _trust], "binhosts, and what is pulled is in a registry", "pull from each of them with a command of its own");
        if (words.FirstOrDefault(w => !RegistryAddress.IsOne(w)) is { } other)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{other}' is no image of a registry, and others beside it are", "pull from binhosts and from registries with a command each");
        }

        if (parsed.GetValue(_allPlatforms) && parsed.GetValue(_platform) is not null)
        {
            throw new BuilditException(ExitCode.InvalidInput, "--platform and --all-platforms exclude each other");
        }

        var addresses = RegistryChoice.ToPull(words);
        using var session = new Session(Workspace.Find(start, start, terminal), new(), static _ => { });
        var fetching = new ImageFetching(session, terminal, new(parsed.GetValue(_platform), parsed.GetValue(_allPlatforms), [.. parsed.GetValue(_keys) ?? []], Path.GetFullPath(parsed.GetValue(_output)!, start)));
        foreach (var address in addresses)
        {
            await fetching.RunAsync(address, cancel);
        }

        return (int)ExitCode.Ok;
    }

    private static void Refuse(ParseResult parsed, IEnumerable<Option> options, string about, string hint)
    {
        if (options.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } given)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"{given.Name} is about {about}", hint);
        }
    }

    private static Option<string?> Platform()
    {
        var option = new Option<string?>("--platform") { HelpName = "OS/ARCH", Description = "From a registry: the image for this platform, for example linux/arm64 or linux/arm/v7 [default: linux/amd64]" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var written }] && (written.Split('/') is not { Length: 2 or 3 } parts || parts.Any(string.IsNullOrEmpty)))
            {
                result.AddError($"--platform takes OS/ARCH or OS/ARCH/VARIANT, for example linux/arm64, not '{written}'");
            }
        });
        return option;
    }
}
