using System.Diagnostics;
using System.Xml.Linq;
using Buildit.Testing;

namespace Buildit.Core.Tests.Architecture;

/// <summary>What docs/architecture.md promises about the shape of the program.</summary>
public class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Below = new()
    {
        ["Buildit.Core"] = [],
        ["Buildit.Store"] = ["Buildit.Core"],
        ["Buildit.Build"] = ["Buildit.Core", "Buildit.Store"],
        ["Buildit.Images"] = ["Buildit.Core", "Buildit.Store"],
        ["Buildit.Cli"] = ["Buildit.Core", "Buildit.Store", "Buildit.Build", "Buildit.Images"],
    };

    private static readonly string[] Tracked = [.. Git("ls-files", "-z").Split('\0', StringSplitOptions.RemoveEmptyEntries)];

    public static TheoryData<string> Projects => [.. Tracked.Where(f => f.StartsWith("src/", StringComparison.Ordinal) && f.EndsWith(".csproj", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_the_layers_below_it(string project)
    {
        var references = XDocument.Load(Full(project)).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension((string?)r.Attribute("Include")!));
        Assert.Empty(references.Except(Below[Path.GetFileNameWithoutExtension(project)]));
    }

    [Fact]
    public void Core_needs_nothing_but_a_YAML_parser() =>
        Assert.Equal(["YamlDotNet"], XDocument.Load(Full("src/Buildit.Core/Buildit.Core.csproj")).Descendants("PackageReference").Select(r => (string?)r.Attribute("Include")));

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Full("buildit.sln")).Replace('\\', '/');
        Assert.DoesNotContain(Tracked, f => f.EndsWith(".csproj", StringComparison.Ordinal) && !solution.Contains($"\"{f}\"", StringComparison.Ordinal));
    }

    /// <summary>The lists are analyzer input: a use of what they name fails the build. Here it is only checked that they are wired and name what matters.</summary>
    [Fact]
    public void What_must_not_be_used_is_banned_by_the_build()
    {
        var targets = File.ReadAllText(Full("Directory.Build.targets"));
        Assert.All(["BannedSymbols.txt", "BannedSymbols.Core.txt", "BannedSymbols.Libraries.txt"], f => Assert.Contains($"eng/{f}\"", targets, StringComparison.Ordinal));
        Assert.Contains("'$(MSBuildProjectName)' == 'Buildit.Core'", targets, StringComparison.Ordinal);
        Assert.Contains("'$(MSBuildProjectName)' != 'Buildit.Cli'", targets, StringComparison.Ordinal);
        Assert.Contains("T:System.Console;", File.ReadAllText(Full("eng/BannedSymbols.Libraries.txt")), StringComparison.Ordinal);
        Assert.All(["T:System.IO.File;", "T:System.IO.Directory;", "T:System.Diagnostics.Process;", "T:System.Net.Http.HttpClient;"], t => Assert.Contains(t, File.ReadAllText(Full("eng/BannedSymbols.Core.txt")), StringComparison.Ordinal));
    }

    [Fact]
    public void No_source_file_is_longer_than_400_lines() =>
        Assert.DoesNotContain(Tracked, f => f.StartsWith("src/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal) && File.Exists(Full(f)) && File.ReadAllLines(Full(f)).Length > 400);

    /// <summary>Where this machine gets its packages from is nobody else's business: such a host in a recipe or lock file works here and nowhere else.</summary>
    [Fact]
    public void No_file_names_a_package_host_of_this_machine()
    {
        var hosts = MachineHosts.All();
        var texts = Tracked.Where(f => File.Exists(Full(f)) && new FileInfo(Full(f)).Length < 1 << 22).Select(f => (File: f, Text: File.ReadAllText(Full(f))));
        Assert.Empty(texts.SelectMany(t => hosts.Where(h => t.Text.Contains(h, StringComparison.OrdinalIgnoreCase)).Select(h => $"{t.File}: {h}")));
    }

    private static string Full(string path) => Path.Combine(Repository.Root, path);

    private static string Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-c", "safe.directory=*", "-C", Repository.Root, .. arguments]) { RedirectStandardOutput = true })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return output;
    }
}
