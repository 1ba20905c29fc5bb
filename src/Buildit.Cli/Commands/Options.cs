using System.CommandLine;
using System.CommandLine.Parsing;
using Buildit.Core;
using Buildit.Core.Diagnostics;

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

    /// <summary>--progress of the commands that take time.</summary>
    public static Option<string> Progress()
    {
        var option = new Option<string>("--progress") { Description = "auto: a progress line on a terminal; plain: lines only; quiet: only errors, warnings and results", DefaultValueFactory = _ => "auto" };
        option.AcceptOnlyFromAmong("auto", "plain", "quiet");
        return option;
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
}
