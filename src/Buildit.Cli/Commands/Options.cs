using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Discovery;
using Buildit.Core.Trust;

namespace Buildit.Cli.Commands;

/// <summary>Options that several commands share.</summary>
internal static class Options
{
    /// <summary>-C DIR, before or after the command's name.</summary>
    public static Option<string?> Directory { get; } = new("--directory", "-C") { HelpName = "DIR", Description = "Work as if started in DIR", Recursive = true };

    /// <summary>Whether -C begins here; <paramref name="length"/> tells with how many arguments.</summary>
    public static bool IsDirectory(string argument, out int length)
    {
        length = argument is "-C" or "--directory" ? 2 : 1;
        return length == 2 || argument.StartsWith("-C", StringComparison.Ordinal) || argument.StartsWith("--directory=", StringComparison.Ordinal);
    }

    /// <summary>The absolute directory that paths count from.</summary>
    public static string StartOf(ParseResult parsed)
    {
        var written = parsed.GetValue(Directory);
#pragma warning disable RS0030 // The one place where the current directory is read.
        var start = Path.GetFullPath(written is null or "" ? "." : written, System.IO.Directory.GetCurrentDirectory());
#pragma warning restore RS0030
        return written is null || System.IO.Directory.Exists(start) ? start : throw new BuilditException(ExitCode.InvalidInput, $"there is no directory '{written}'", "it is what -C names");
    }

    /// <summary>--jobs of the commands that build.</summary>
    public static Option<int?> Jobs() => Count("--jobs", "-j", "How many jobs one build may run ($JOBS); no part of any key [default: jobs: of the configuration, else the number of processors]");

    /// <summary>--offline of the commands that may fetch.</summary>
    public static Option<bool> Offline() => new("--offline") { Description = "Open no network connection; exit with 7 if something would have to be fetched" };

    /// <summary>--locked of the commands that may look something up.</summary>
    public static Option<bool> Locked() => new("--locked") { Description = "Look nothing up by name or URL: exit with 7 and list all that is in no lock" };

    /// <summary>--progress of the commands that take time.</summary>
    public static Option<string> Progress()
    {
        var option = new Option<string>("--progress") { Description = "auto: a progress line on a terminal; plain: lines only; json: a JSON object on each line; quiet: only errors, warnings and results", DefaultValueFactory = _ => "auto" };
        OnlyAmong(option, "auto", "plain", "json", "quiet");
        return option;
    }

    /// <summary>Gives a command its options and what it does, which shows progress as --progress says.</summary>
    public static Command With(this Command command, IEnumerable<Option> choices, Terminal terminal, Option<string> progress, Func<ParseResult, CancellationToken, Task<int>> run)
    {
        foreach (var option in choices)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancel) =>
        {
            terminal.SetProgress(parsed.GetValue(progress)!);
            return run(parsed, cancel);
        });
        return command;
    }

    /// <summary>Lets an option have these values only.</summary>
    public static void OnlyAmong<T>(Option<T> option, params string[] values)
    {
        option.CompletionSources.Add(values);
        option.Validators.Add(result =>
        {
            foreach (var wrong in result.Tokens.Select(t => t.Value).Where(v => !values.Contains(v)))
            {
                result.AddError($"{option.Name} cannot be '{wrong}': it takes {string.Join(", ", values)}");
            }
        });
    }

    /// <summary>An option with a number of at least 1.</summary>
    public static Option<int?> Count(string name, string alias, string description)
    {
        var option = new Option<int?>(name, alias) { HelpName = "N", Description = description };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out var n) || n < 1))
            {
                result.AddError($"{name} takes a number of at least 1, not '{result.Tokens[0].Value}'");
            }
        });
        return option;
    }

    /// <summary>--push[=NAME]. What stands behind it as a word of its own is no name, but a target.</summary>
    public static Option<string?> Push { get; } = new("--push") { HelpName = "=NAME", Description = "Push packages and images to a binhost; without a name to those with 'push: true', else to the first that can be written to" };

    /// <summary>--push is written without a name: given to the parser in a form in which it takes no other word for one.</summary>
    public static string WithoutName(string argument) => argument == "--push" ? "--push=" + DefaultPlace : argument;

    /// <summary>Where to push to: null = nowhere, empty = the default place.</summary>
    public static string? PushOf(ParseResult parsed) => parsed.GetValue(Push) is { } name ? name == DefaultPlace ? "" : name : null;

    // No binhost has this name: it is not one that YAML could hold.
    private const string DefaultPlace = "\0";

    /// <summary>The image types of --type; all if it is not given.</summary>
    public static ImageFormat[] Formats(string? types) => types is null
        ? Enum.GetValues<ImageFormat>()
        : [.. types.Split(',').Select(t => ImageFormats.Parse(t)
            ?? throw new BuilditException(ExitCode.InvalidInput, $"'{t}' is not an image type", Suggestion.Hint(t, ImageFormats.Names) ?? $"types are {string.Join(", ", ImageFormats.Names)}"))];

    /// <summary>TARGET...</summary>
    public static Argument<string[]> Targets() => new("TARGET") { Arity = ArgumentArity.ZeroOrMore, Description = "Directory of a container or recipe, or name of a package (category/name)" };

    /// <summary>The targets that were named; throws if there are none, or one that looks like an option.</summary>
    public static string[] NamedTargets(string[]? targets, IEnumerable<Option> options, string command)
    {
        if (targets is null or [])
        {
            throw new BuilditException(ExitCode.InvalidInput, $"nothing to {command}: no TARGET is given", $"name a container's directory, for example 'buildit {(command == BuildCommand.Name ? "" : command + " ")}containers/nginx-prod'; 'buildit --help' shows more");
        }

        return NoOptions(targets, options, command);
    }

    /// <summary>Words that were given, if any; throws if one looks like an option: as none is known of that name, it would be taken for a word.</summary>
    public static string[] NoOptions(string[]? words, IEnumerable<Option> options, string command) =>
        words?.FirstOrDefault(t => t.StartsWith('-')) is { } option
            ? throw new BuilditException(ExitCode.InvalidInput, $"there is no option '{option}'", Suggestion.Hint(option, [.. options.Select(o => o.Name)]) ?? $"'buildit {command} --help' lists the options")
            : words ?? [];

    /// <summary>The one target of a command that takes no more.</summary>
    public static string OneTarget(string[]? targets, IEnumerable<Option> options, string command) => NamedTargets(targets, options, command) is [var only]
        ? only
        : throw new BuilditException(ExitCode.InvalidInput, $"'{command}' takes one TARGET at a time");

    /// <summary>Splits words at the first "--": before it is what a command works with, after it a command line that is somebody else's.</summary>
    public static (string[] Before, string[] After) CommandAfter(ParseResult parsed, string[]? words)
    {
        var after = parsed.Tokens.SkipWhile(t => t.Type != TokenType.DoubleDash).Skip(1).Select(t => t.Value).ToArray();
        return ((words ?? [])[..^after.Length], after);
    }

    /// <summary>--discover=HOST/PATH.</summary>
    public static Option<string[]> Discover() => new("--discover") { HelpName = "HOST/PATH[,push=True]", Description = "Use the recipes, containers and binhosts of this place, too; may be given several times" };

    /// <summary>The places that were given; throws if one is none.</summary>
    public static ImmutableArray<DiscoveryEntry> DiscoverOf(string[]? written) =>
        [.. (written ?? []).Select(w => DiscoveryEntry.Parse(w, null, out var mistake) ?? throw new BuilditException(ExitCode.InvalidInput, [mistake!]))];

    /// <summary>--trust FINGERPRINT.</summary>
    public static Option<string[]> Trust() => new("--trust") { HelpName = "FINGERPRINT", Description = "Accept the key with this fingerprint, or the one in this file; may be given several times", AllowMultipleArgumentsPerToken = false };

    /// <summary>The fingerprints that were given, as such or as files.</summary>
    public static IReadOnlyCollection<Digest> TrustedOf(string[]? written, string start) => [.. (written ?? []).Select(w =>
        Digest.TryParse(w, out var id) ? id
        : File.Exists(Path.GetFullPath(w, start)) && PublicKey.Parse(File.ReadAllText(Path.GetFullPath(w, start))) is { } key ? key.Id
        : throw new BuilditException(ExitCode.InvalidInput, $"'{w}' is neither the fingerprint of a key nor a file with one", "a fingerprint has 64 hexadecimal digits; 'buildit key list' shows those of your keys"))];

    /// <summary>--rebuild.</summary>
    public static Option<bool> Rebuild() => new("--rebuild") { Description = "Build again what is in the store (distribution packages are not imported again)" };

    /// <summary>--ask of the commands that only look.</summary>
    public static Option<bool> Ask() => new("--ask") { Description = "Ask binhosts, too: what they have is downloaded instead of imported or built" };

    /// <summary>--json.</summary>
    public static Option<bool> Json() => new("--json") { Description = "For programs" };

    /// <summary>--output DIR.</summary>
    public static Option<string> Output() => new("--output", "-o") { HelpName = "DIR", Description = "Where images are written; made if it is not there", DefaultValueFactory = _ => "out" };

    /// <summary>--type aci,oci.</summary>
    public static Option<string?> Type() => new("--type") { HelpName = "aci,oci", Description = $"Write only images of these types: {string.Join(", ", ImageFormats.Names)}" };
}
