using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Buildit.Core.Configuration;
using Buildit.Core.Containers;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.ImageTests;
using Buildit.Core.Keys;
using Buildit.Core.Recipes;
using Buildit.Core.Verification;

namespace Buildit.Core.Tests;

/// <summary>What the documents say is what the program does: every key is described, every example is read, every link leads somewhere.</summary>
public sealed partial class DocsTests
{
    private const string Unknown = "zzzzzzzzzzzz";

    private static readonly string Root = FindRoot();

    private static readonly Dictionary<string, Action<SourceText, DiagnosticBag>> Parsers = new(StringComparer.Ordinal)
    {
        ["pkg.yaml"] = (text, bag) => RecipeParser.Parse(text, "/", bag),
        ["container.yaml"] = (text, bag) => ContainerParser.Parse(text, "/", bag),
        ["style.yaml"] = (text, bag) => StyleParser.Parse(text, "style", bag),
        ["distribution.yaml"] = (text, bag) => DistributionParser.Parse(text, bag),
        ["tests.yaml"] = (text, bag) => StructureTestParser.Parse(text, bag),
        [".buildit-config.yaml"] = (text, bag) => ConfigParser.Parse(text, bag),
    };

    public static TheoryData<string> Documents => [.. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md").Select(p => Path.GetRelativePath(Root, p)).Append("README.md").Order(StringComparer.Ordinal)];

    /// <summary>Each text has the unknown key in every map of the parser that it is for.</summary>
    [Theory]
    [InlineData("recipes.md", "pkg.yaml", "{zzzzzzzzzzzz: 1, name: a, needs: {zzzzzzzzzzzz: 1}, use: {f: {zzzzzzzzzzzz: 1}}, outputs: {zzzzzzzzzzzz: 1, runtime: {zzzzzzzzzzzz: 1}, dev: {zzzzzzzzzzzz: 1, permissions: {/a: {zzzzzzzzzzzz: 1}}}}, build: {install: a}, versions: {1: {zzzzzzzzzzzz: 1, sources: [{zzzzzzzzzzzz: 1, url: 'https://a/b'}, {zzzzzzzzzzzz: 1, git: 'https://a/b', tag: c, name: d}], patches: [{zzzzzzzzzzzz: 1, file: a}]}}}", 11)]
    [InlineData("recipes.md", "pkg.yaml", "{zzzzzzzzzzzz: 1, base: a/b, use: {zzzzzzzzzzzz: 1}}", 2)]
    [InlineData("recipes.md", "style.yaml", "{zzzzzzzzzzzz: 1, phases: {}}", 1)]
    [InlineData("recipes.md", "distribution.yaml", "{zzzzzzzzzzzz: 1}", 1)]
    [InlineData("containers.md", "container.yaml", "[vars: {name: a, version: 1}, package: {zzzzzzzzzzzz: 1, type: embedded, path: a}, package: {zzzzzzzzzzzz: 1, type: recipe, name: a/b}, sync: {zzzzzzzzzzzz: 1}, directory: {zzzzzzzzzzzz: 1}, symlink: {zzzzzzzzzzzz: 1}, accounts: {zzzzzzzzzzzz: 1, users: [{zzzzzzzzzzzz: 1}], groups: [{zzzzzzzzzzzz: 1}]}, licenses: {zzzzzzzzzzzz: 1, allow: [MIT]}, test: {zzzzzzzzzzzz: 1, expect: {zzzzzzzzzzzz: 1}}, image: {zzzzzzzzzzzz: 1, type: aci, mount-points: {a: {zzzzzzzzzzzz: 1, path: /a}}, ports: {a: {zzzzzzzzzzzz: 1, port: 1}}, event-handlers: {zzzzzzzzzzzz: 1}, isolators: {zzzzzzzzzzzz: 1, cpu: {zzzzzzzzzzzz: 1}, block-iops: {zzzzzzzzzzzz: 1}, seccomp-remove-set: {zzzzzzzzzzzz: 1, set: [a]}}}, image: {zzzzzzzzzzzz: 1, type: oci, layers: {zzzzzzzzzzzz: 1}}]", 21)]
    [InlineData("containers.md", "tests.yaml", "{schemaVersion: 2.0.0, zzzzzzzzzzzz: 1, globalEnvVars: [{zzzzzzzzzzzz: 1}], commandTests: [{zzzzzzzzzzzz: 1}], fileExistenceTests: [{zzzzzzzzzzzz: 1}], fileContentTests: [{zzzzzzzzzzzz: 1}], metadataTest: {zzzzzzzzzzzz: 1, labels: [{zzzzzzzzzzzz: 1}]}, licenseTests: [{zzzzzzzzzzzz: 1}]}", 8)]
    [InlineData("configuration.md", ".buildit-config.yaml", "{zzzzzzzzzzzz: 1, repository: {zzzzzzzzzzzz: 1}, binhosts: [{zzzzzzzzzzzz: 1}], recipes: [{zzzzzzzzzzzz: 1, git: 'https://a/b'}]}", 4)]
    public void Every_key_is_described(string document, string kind, string yaml, int maps)
    {
        var lists = Parse(kind, yaml).Where(d => d.Message == $"unknown key '{Unknown}'").Select(d => d.Hint!).ToArray();
        Assert.Equal(maps, lists.Length);
        var text = Read("docs/" + document);
        var keys = lists.SelectMany(l => l[(l.IndexOf(": ", StringComparison.Ordinal) + 2)..].Split(", ")).Distinct();
        Assert.Equal([], keys.Where(key => !Regex.IsMatch(text, $@"`{key}`|[\s{{\[]{key}:(\s|$)", RegexOptions.Multiline)));
    }

    [Fact]
    public void Every_step_is_described()
    {
        var hint = Parse("container.yaml", $"[vars: {{name: a, version: 1}}, {Unknown}: 1]").Single().Hint!;
        Assert.Equal([], hint["the steps are: ".Length..].Split(", ").Where(step => !Regex.IsMatch(Read("docs/containers.md"), $"^## .*\\b{step}\\b", RegexOptions.Multiline)));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Examples_are_read_without_complaint(string document)
    {
        foreach (Match block in YamlBlock().Matches(Read(document)))
        {
            var bag = Parse(block.Groups["kind"].Value, block.Groups["text"].Value);
            Assert.Equal([], bag.Select(d => DiagnosticPrinter.Print(d)));
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_lead_somewhere(string document)
    {
        var directory = Path.GetDirectoryName(Path.Combine(Root, document))!;
        var targets = Link().Matches(Read(document)).Select(m => m.Groups[1].Value.Split('#')[0]).Where(t => t.Length > 0 && !t.Contains("://", StringComparison.Ordinal));
        Assert.Equal([], targets.Where(t => !File.Exists(Path.Combine(directory, t)) && !Directory.Exists(Path.Combine(directory, t))));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Nothing_outside_of_the_project_is_named(string document)
    {
        Assert.DoesNotContain("../shared", Read(document), StringComparison.Ordinal);
        Assert.DoesNotContain(Testing.Repository.Root, Read(document), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_exit_code_is_described() =>
        Assert.Equal([], Enum.GetValues<ExitCode>().Where(c => !Read("docs/cli.md").Contains(FormattableString.Invariant($"| {(int)c} | `{c}` |"), StringComparison.Ordinal)));

    [Fact]
    public void Every_kind_of_cause_is_described() =>
        Assert.Equal([], Enum.GetValues<CauseKind>().Select(k => k.Word()).Where(w => !Read("docs/reproducibility.md").Contains($"| `{w}` |", StringComparison.Ordinal)));

    /// <summary>Every name that a record has is in the table, so that nobody has to guess.</summary>
    [Fact]
    public void Every_field_of_a_record_is_described()
    {
        var statement = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "tests/golden/records/demo.statement.json"))).RootElement;
        var envelope = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "tests/golden/records/demo.dsse.json"))).RootElement;
        var text = Read("docs/records.md");
        var known = new HashSet<string>(StringComparer.Ordinal) { "predicate", "buildDefinition", "runDetails", "builder", "sha256" };
        Assert.Equal([], Names(statement).Concat(Names(envelope)).Distinct().Where(n => !known.Contains(n) && !text.Contains($"`{n}`", StringComparison.Ordinal) && !Regex.IsMatch(text, $@"`[a-zA-Z.]*\b{n}`")));
    }

    [Fact]
    public void Every_package_that_we_stand_on_is_described()
    {
        var files = new[] { "Directory.Packages.props", "src/Buildit.Store/Compression/native.props" };
        var names = files.SelectMany(f => PackageReference().Matches(Read(f)).Select(m => m.Groups[1].Value)).ToArray();
        Assert.NotEmpty(names);
        Assert.Equal([], names.Where(n => !Read("docs/dependencies.md").Contains($"| `{n}` |", StringComparison.Ordinal)));
    }

    [Fact]
    public void Versions_of_formats_are_those_of_the_program()
    {
        var versions = typeof(FormatVersions).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral);
        Assert.Equal([], versions.Where(f => !Read("docs/keys.md").Contains($"| `{f.Name}` | {f.GetRawConstantValue()} |", StringComparison.Ordinal)).Select(f => f.Name));
    }

    private static IEnumerable<string> Names(JsonElement e) => e.ValueKind switch
    {
        JsonValueKind.Object => e.EnumerateObject().SelectMany(p => Names(p.Value).Prepend(p.Name)),
        JsonValueKind.Array => e.EnumerateArray().SelectMany(Names),
        _ => [],
    };

    private static IReadOnlyList<Diagnostic> Parse(string kind, string yaml)
    {
        var bag = new DiagnosticBag();
        Parsers[kind](new("example.yaml", yaml), bag);
        return bag.Items;
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "global.json")))
        {
            directory = Path.GetDirectoryName(directory.TrimEnd('/'))!;
        }

        return directory;
    }

    [GeneratedRegex("^```yaml\n(# (?<kind>[^\n]*)\n)?(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex YamlBlock();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("<Package(?:Version|Download) Include=\"([^\"]+)\"")]
    private static partial Regex PackageReference();
}
