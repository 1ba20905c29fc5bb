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
