using System.Text.RegularExpressions;

namespace Buildit.Core.Tests.Architecture;

/// <summary>Hosts of the package registries that this machine is set up with: apt's sources and proxies, NuGet's, npm's and pip's configuration, the environment.</summary>
internal static partial class MachineHosts
{
    // What the project names on purpose: the mirror that its distribution declares besides the machine's own.
    private static IEnumerable<string> Declared =>
        Address().Matches(File.ReadAllText(Path.Combine(Testing.Repository.Root, "pkgs", "debian", "distribution.yaml"))).Select(m => m.Groups["host"].Value);

    public static string[] All()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] files =
        [
            .. Below("/etc/apt").Where(f => Path.GetExtension(f) is ".list" or ".sources" or ".conf" or ""), "/etc/pip.conf", "/etc/npmrc",
            Path.Combine(home, ".nuget/NuGet/NuGet.Config"), Path.Combine(home, ".npmrc"), Path.Combine(home, ".config/pip/pip.conf"), Path.Combine(home, ".pip/pip.conf"),
        ];
        string?[] variables = ["GOPROXY", "NPM_CONFIG_REGISTRY", "npm_config_registry", "PIP_INDEX_URL", "NUGET_SOURCE", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"];
        var texts = files.Where(File.Exists).Select(Read).Concat(variables.Select(v => Environment.GetEnvironmentVariable(v!) ?? ""));
        return [.. texts.SelectMany(t => Address().Matches(t).Select(m => m.Groups["host"].Value.ToLowerInvariant())).Distinct().Except(Declared).Where(h => h.Contains('.', StringComparison.Ordinal) && !h.EndsWith(".example.org", StringComparison.Ordinal))];
    }

    private static IEnumerable<string> Below(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }) : [];

    // Comments are no configuration.
    private static string Read(string file)
    {
        try
        {
            return string.Join('\n', File.ReadLines(file).Where(l => !l.TrimStart().StartsWith('#') && !l.TrimStart().StartsWith("//", StringComparison.Ordinal)));
        }
        catch (UnauthorizedAccessException)
        {
            return "";
        }
    }

    [GeneratedRegex("(?:https?|ftp|ar\\+https)://(?:[^/@\\s\"']*@)?(?<host>[A-Za-z0-9.-]+)")]
    private static partial Regex Address();
}
