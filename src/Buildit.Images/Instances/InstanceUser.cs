using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Images.Reading;

namespace Buildit.Images.Instances;

/// <summary>Who runs the program of an instance.</summary>
/// <param name="Uid">User.</param>
/// <param name="Gid">Group.</param>
/// <param name="Groups">Further groups.</param>
/// <param name="Home">Home directory.</param>
public sealed record InstanceUser(int Uid, int Gid, ImmutableArray<int> Groups, string Home)
{
    /// <summary>Who runs what would be root's: "nobody" of most distributions.</summary>
    public static InstanceUser Nobody { get; } = new(65534, 65534, [], "/");

    /// <summary>Whether it is root.</summary>
    public bool IsRoot => Uid == 0;

    /// <summary>Finds a user as images name it ("Image Configuration", User): <c>name</c>, <c>uid</c>, <c>name:group</c>, <c>uid:gid</c>.</summary>
    public static InstanceUser Find(string written, UsableImage image)
    {
        var (name, group) = written.Split(':', 2) is [var n, var g] ? (n, g) : (written, "");
        var users = Rows(image.TextOf("/etc/passwd"), 7);
        var groups = Rows(image.TextOf("/etc/group"), 4);
        var row = users.FirstOrDefault(u => u[0] == name) ?? users.FirstOrDefault(u => u[2] == name);
        var uid = Number(row?[2] ?? name) ?? throw NotThere("user", name, users.Select(u => u[0]));
        var gid = group.Length == 0 ? Number(row?[3]) ?? 0 : Number(groups.FirstOrDefault(r => r[0] == group)?[2] ?? group) ?? throw NotThere("group", group, groups.Select(r => r[0]));
        var further = group.Length > 0 || row is null ? Enumerable.Empty<int>() : groups.Where(r => r[3].Split(',').Contains(row[0])).Select(r => Number(r[2])).OfType<int>().Where(id => id != gid).Distinct().Order();
        return new(uid, gid, [.. further], row?[5] is { Length: > 0 } home ? home : "/");
    }

    private static BuilditException NotThere(string what, string name, IEnumerable<string> known) =>
        new(ExitCode.InvalidInput, $"the image has no {what} '{name}'", Suggestion.Hint(name, [.. known]) ?? "give its number");

    private static string[][] Rows(string? text, int fields) => [.. (text ?? "").Split('\n').Select(l => l.Split(':')).Where(f => f.Length == fields)];

    // Root is 0 also where the image has no file that says so.
    private static int? Number(string? text) => text == "root" ? 0 : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
