using System.Globalization;
using System.Text;
using Buildit.Core.Trees;

namespace Buildit.Build.Outputs;

/// <summary>One path that a build installed, as its last phase saw it: an engine may keep no more of a file than its bytes and its execute bit.</summary>
/// <param name="Path">Relative to the install directory.</param>
/// <param name="Kind">As <c>find -printf %y</c>: d, f, l or something that cannot be packaged.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="LinkGroup">Equal for names of one file; null if it has one name.</param>
public sealed record ManifestEntry(string Path, char Kind, int Mode, string? LinkGroup);

/// <summary>The manifest that the last phase writes to /out/manifest: "%y %m %n %i %P" per path, each ended by NUL.</summary>
public static class Manifest
{
    /// <summary>Reads it; entries in <see cref="PathOrder"/>.</summary>
    public static IReadOnlyList<ManifestEntry> Parse(byte[] bytes) =>
        [.. Encoding.UTF8.GetString(bytes).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(ParseEntry).OrderBy(e => e.Path, PathOrder.Instance)];

    private static ManifestEntry ParseEntry(string line)
    {
        var parts = line.Split(' ', 5);
        var hasMoreNames = parts[0] == "f" && int.Parse(parts[2], CultureInfo.InvariantCulture) > 1;
        return new(parts[4], parts[0][0], Convert.ToInt32(parts[1], 8), hasMoreNames ? parts[3] : null);
    }
}
