using System.Collections.Immutable;
using System.Globalization;

namespace Buildit.Build.Instances;

/// <summary>Control groups of instances, cgroups(7): root's business only. Each is named after the process that made it.</summary>
public static class ControlGroups
{
    private const string Root = "/sys/fs/cgroup";
    private const string Prefix = "buildit-";

    /// <summary>The path of a new one; null if this user makes none.</summary>
    public static string? New() => Environment.IsPrivilegedProcess ? string.Create(CultureInfo.InvariantCulture, $"/{Prefix}{Environment.ProcessId}") : null;

    /// <summary>Which of these controllers this machine lacks.</summary>
    public static ImmutableArray<string> Missing(IEnumerable<string> controllers)
    {
        var unified = Path.Combine(Root, "cgroup.controllers");
        var there = File.Exists(unified) ? File.ReadAllText(unified).Split([' ', '\n']) : Directory.Exists(Root) ? [.. Directory.EnumerateDirectories(Root).Select(d => Path.GetFileName(d)!)] : [];
        return [.. controllers.Except(there)];
    }

    /// <summary>Removes what this process, and such as were killed, left behind. They are empty: nothing lives longer than its buildit.</summary>
    public static void Sweep()
    {
        foreach (var group in Environment.IsPrivilegedProcess && Directory.Exists(Root) ? Directory.EnumerateDirectories(Root).Prepend(Root).SelectMany(Own) : [])
        {
            try
            {
                Directory.Delete(group);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Something lives in it still.
            }
        }
    }

    private static IEnumerable<string> Own(string hierarchy) => Below(hierarchy).Where(d =>
        int.TryParse(Path.GetFileName(d)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var process) && (process == Environment.ProcessId || !Directory.Exists($"/proc/{process}")));

    // Another buildit may remove a group meanwhile.
    private static string[] Below(string hierarchy)
    {
        try
        {
            return Directory.GetDirectories(hierarchy, Prefix + "*");
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
