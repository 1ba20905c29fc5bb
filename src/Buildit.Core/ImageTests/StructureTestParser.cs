using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.ImageTests;

/// <summary>Reads files of container-structure-test, "schemaVersion: 2.0.0". See docs/containers.md.</summary>
public static partial class StructureTestParser
{
    private const string Schema = "2.0.0";

    /// <summary>The tests, or null if there is a mistake; all of the file's mistakes go into the bag.</summary>
    public static StructureTests? Parse(SourceText text, DiagnosticBag bag)
    {
        var mistakes = new DiagnosticBag();
        var values = new ValueReader(mistakes);
        var tests = YamlReader.Read(text, mistakes) is { } root && values.Open(root, "tests", "a file of tests") is { } map ? Read(map, text) : null;
        bag.AddRange(mistakes);
        return mistakes.HasErrors ? null : tests;
    }

    private static StructureTests Read(MapReader map, SourceText text)
    {
        if (map.RequiredText("schemaVersion") is { } version && version.Value != Schema)
        {
            map.Bag.Error(version.Span, $"schema version '{version.Value}' is not supported", $"write '{Schema}'");
        }

        var global = Variables(map, "globalEnvVars");
        ImmutableArray<StructureTest> tests =
        [
            .. Each(map, "commandTests", "a command test", (m, name) => Command(m, name, global)),
            .. Each(map, "fileExistenceTests", "a file existence test", Existence),
            .. Each(map, "fileContentTests", "a file content test", Content),
            .. map.Open("metadataTest", "'metadataTest'") is { } metadata ? [MetadataReader.Read(metadata)] : Array.Empty<StructureTest>(),
            .. Licenses(map),
        ];
        map.Finish();
        if (tests.IsEmpty && !map.Bag.HasErrors)
        {
            map.Bag.Error(map.Span, "there is no test in this file", "kinds of tests are commandTests, fileExistenceTests, fileContentTests, metadataTest and licenseTests");
        }

        return new(text, tests);
    }

    private static List<StructureTest> Each(MapReader map, string key, string what, Func<MapReader, Spanned<string>, StructureTest> read)
    {
        var tests = new List<StructureTest>();
        foreach (var item in map.Items(key))
        {
            if (map.Values.Open(item, key, what) is { } test)
            {
                tests.Add(read(test, test.RequiredText("name") ?? new("", test.Span)));
                test.Finish();
            }
        }

        return tests;
    }

    private static StructureTest.Command Command(MapReader map, Spanned<string> name, ImmutableArray<KeyValuePair<string, string>> global) =>
        new([map.RequiredText("command")?.Value ?? "", .. map.Texts("args")], map.Number("exitCode", 0, 255) ?? 0)
        {
            Name = name.Value,
            Span = name.Span,
            Setup = Commands(map, "setup"),
            Teardown = Commands(map, "teardown"),
            Environment = [.. global, .. Variables(map, "envVars")],
            ExpectedOutput = Patterns(map, "expectedOutput"),
            ExcludedOutput = Patterns(map, "excludedOutput"),
            ExpectedError = Patterns(map, "expectedError"),
            ExcludedError = Patterns(map, "excludedError"),
        };

    private static StructureTest.FileExistence Existence(MapReader map, Spanned<string> name)
    {
        var permissions = map.SpannedText("permissions");
        if (permissions is { } written && !PermissionsForm().IsMatch(written.Value))
        {
            map.Bag.Error(written.Span, $"'{written.Value}' are not permissions", "write them as 'ls -l' prints them, ten characters: '-rw-r--r--', 'drwxr-xr-x'");
        }

        return new(PathOf(map), map.Bool("shouldExist", true))
        {
            Name = name.Value,
            Span = name.Span,
            Permissions = permissions?.Value,
            Uid = map.Number("uid", 0, int.MaxValue),
            Gid = map.Number("gid", 0, int.MaxValue),
            ExecutableBits = map.OneOf("isExecutableBy", "owner", "group", "other", "any") switch { "owner" => 0x40, "group" => 0x8, "other" => 0x1, "any" => 0x49, _ => 0 },
        };
    }

    private static StructureTest.FileContent Content(MapReader map, Spanned<string> name) =>
        new(PathOf(map), Patterns(map, "expectedContents"), Patterns(map, "excludedContents")) { Name = name.Value, Span = name.Span };

    private static List<StructureTest> Licenses(MapReader map)
    {
        var tests = new List<StructureTest>();
        foreach (var item in map.Items("licenseTests"))
        {
            if (map.Values.Open(item, "licenseTests", "a license test") is { } test)
            {
                tests.Add(new StructureTest.License(test.Bool("debian", false), [.. test.SpannedTexts("files").Select(f => Absolute(f, test.Bag))]) { Name = "licenseTests", Span = test.Span });
                test.Finish();
            }
        }

        return tests;
    }

    private static ImmutableArray<ImmutableArray<string>> Commands(MapReader map, string key)
    {
        var commands = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        foreach (var item in map.Items(key))
        {
            ImmutableArray<string> command = [.. map.Values.Texts(item, key).Select(t => t.Value)];
            if (item is YamlList { Items: [] })
            {
                map.Bag.Error(item.Span, "the command is empty");
            }

            commands.Add(command);
        }

        return commands.ToImmutable();
    }

    private static ImmutableArray<KeyValuePair<string, string>> Variables(MapReader map, string key)
    {
        var variables = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var item in map.Items(key))
        {
            if (map.Values.Open(item, key, "a variable") is { } variable)
            {
                variables.Add(new(MetadataReader.Key(variable), variable.RequiredText("value")?.Value ?? ""));
                variable.Finish();
            }
        }

        return variables.ToImmutable();
    }

    private static ImmutableArray<Pattern> Patterns(MapReader map, string key) => [.. map.SpannedTexts(key).Select(t => Pattern.Parse(t, map.Bag)).OfType<Pattern>()];

    private static string PathOf(MapReader map) => map.RequiredText("path") is { } path ? Absolute(path, map.Bag) : "";

    private static string Absolute(Spanned<string> path, DiagnosticBag bag)
    {
        if (!path.Value.StartsWith('/'))
        {
            bag.Error(path.Span, $"'{path.Value}' is not a path in an image", $"begin it with a slash: '/{path.Value}'");
        }

        return path.Value;
    }

    [GeneratedRegex(@"^[-dL][r-][w-][xsS-][r-][w-][xsS-][r-][w-][xtT-]\z")]
    private static partial Regex PermissionsForm();
}
