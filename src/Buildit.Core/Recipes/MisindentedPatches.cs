using System.Text.RegularExpressions;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Recipes;

/// <summary>
/// Recognises a <c>patches:</c> map in which lines slipped to the right, under the patch above them. buildit's first design document prints its example
/// recipe so, and people copy it: instead of YAML's complaint they are shown the file as it should be.
/// </summary>
internal static partial class MisindentedPatches
{
    private static readonly string[] TopLevelKeys = ["base", "author", "patches", "use", "configure", "needs", "links"];

    /// <summary>A diagnostic with the corrected text, or null if the mistake is another one.</summary>
    internal static Diagnostic? Explain(SourceSpan error)
    {
        var lines = error.Source.Text.Split('\n').Select(l => l.TrimEnd('\r')).ToArray();
        var patches = Array.FindLastIndex(lines, error.Line - 1, l => l.TrimEnd() == "patches:");
        var first = patches < 0 ? -1 : Array.FindIndex(lines, patches + 1, l => l.Trim().Length > 0);
        if (first < 0 || first >= error.Line - 1)
        {
            return null;
        }

        var indentation = Indentation(lines[first]);
        var (slipped, place) = (lines[error.Line - 1], Indentation(lines[error.Line - 1]));
        var leftPatches = lines[first..error.Line].Any(l => l.Trim().Length > 0 && Indentation(l) < indentation);
        if (leftPatches || place <= indentation || !Entry().IsMatch(slipped))
        {
            return null;
        }

        var corrected = lines.Take(first).Concat(Straighten(lines.Skip(first), indentation));
        var key = Entry().Match(slipped).Groups[1].Value;
        return new(
            $"'{key}' is indented as if it belonged to the patch above it",
            new(error.Source, error.Line, place + 1, key.Length),
            "all patches stand below each other, and 'use' below 'patches':\n\n" + string.Join('\n', corrected).TrimEnd() + "\n");
    }

    // Patches go to the column of the first one, keys of the recipe to the margin; what is below a key moves with it.
    private static IEnumerable<string> Straighten(IEnumerable<string> lines, int indentation)
    {
        var (moved, below) = (0, int.MaxValue);
        foreach (var line in lines)
        {
            var place = Indentation(line);
            if (place == line.Length)
            {
                yield return line;
                continue;
            }

            if (place <= below)
            {
                var entry = Entry().Match(line);
                var isKey = TopLevelKeys.Contains(entry.Groups[1].Value);
                moved = isKey ? place : entry.Success && place > indentation ? place - indentation : 0;
                below = isKey ? place : int.MaxValue;
            }

            yield return line[Math.Min(place, moved)..];
        }
    }

    private static int Indentation(string line) => line.Length - line.TrimStart(' ').Length;

    [GeneratedRegex(@"^ *([^\s#-][^\s]*):(\s|$)")]
    private static partial Regex Entry();
}
