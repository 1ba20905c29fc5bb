using Buildit.Core.Trees;

namespace Buildit.Core.Archives;

/// <summary>What a script says behind <c>#!</c>.</summary>
public static class ShebangLine
{
    /// <summary>
    /// The programs that start a script: its interpreter and, if that is <c>env</c>, the command that it looks for on the path, by name. Nothing if the
    /// interpreter is no absolute path.
    /// </summary>
    /// <param name="words">The words behind <c>#!</c>.</param>
    public static IEnumerable<string> Programs(string[] words)
    {
        if (words is not [['/', ..] interpreter, .. var arguments])
        {
            return [];
        }

        var command = TreePath.Name(interpreter) == "env" ? arguments.FirstOrDefault(w => !w.StartsWith('-') && !w.Contains('=', StringComparison.Ordinal)) : null;
        return command is null || command.Contains('/', StringComparison.Ordinal) ? [interpreter] : [interpreter, command];
    }
}
