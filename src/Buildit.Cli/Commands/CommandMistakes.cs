using System.CommandLine;
using System.Globalization;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Commands;

/// <summary>What is wrong with a command line, in this program's words.</summary>
internal static class CommandMistakes
{
    /// <summary>The mistakes of a command line that could not be parsed.</summary>
    public static IReadOnlyList<Diagnostic> Of(ParseResult parsed) =>
        parsed.CommandResult.Command is { Subcommands.Count: > 0 } group and not RootCommand
            ? [NoSubcommand(group, parsed.UnmatchedTokens.FirstOrDefault(t => !t.StartsWith('-')))]
            : [.. parsed.Errors.Select(e => e.Message).Distinct().Select(m => new Diagnostic(char.ToLower(m[0], CultureInfo.InvariantCulture) + m[1..].TrimEnd('.'), Hint: "'buildit --help' lists commands and options"))];

    private static Diagnostic NoSubcommand(Command group, string? written)
    {
        string[] names = [.. group.Subcommands.Select(c => c.Name)];
        var all = $"the commands of '{group.Name}' are: {string.Join(", ", names)}";
        return written is null ? new($"'buildit {group.Name}' needs one of its commands", Hint: all)
            : new($"there is no command '{group.Name} {written}'", Hint: Suggestion.Nearest(written, names) is { } near ? $"did you mean 'buildit {group.Name} {near}'? {all}" : all);
    }
}
