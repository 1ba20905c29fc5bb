using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Buildit.Core.Diagnostics;
using Buildit.Core.Recipes;
using Buildit.Core.Yaml;

namespace Buildit.Core.Containers;

/// <summary>Reads one step of a container.</summary>
/// <param name="values">Reads texts, with templates filled in.</param>
/// <param name="vars">For the templates of image contents.</param>
/// <param name="numbers">Gets the numbers of accounts.</param>
internal sealed partial class StepReader(ValueReader values, ImmutableSortedDictionary<string, string> vars, AccountNumbers numbers)
{
    private static readonly ImmutableArray<string> Known = ["vars", "package", "exclude", "sync", "directory", "symlink", "accounts", "licenses", "test", "image"];

    internal static string Names => string.Join(", ", Known);

    internal Step? Read(YamlEntry step) => step.Key.Value switch
    {
        "package" => Package(step),
        "exclude" => Exclude(step),
        "sync" => Open(step) is { } map ? Sync(map, step.Key.Span) : null,
        "directory" => Open(step) is { } map ? Directory(map, step.Key.Span) : null,
        "symlink" => Open(step) is { } map ? Symlink(map, step.Key.Span) : null,
        "accounts" => Open(step) is { } map ? AccountsReader.Read(map, step.Key.Span, numbers) : null,
        "licenses" => Open(step) is { } map ? LicensesReader.Read(map, step.Key.Span) : null,
        "test" => Open(step) is { } map ? Test(map, step.Key.Span) : null,
        "image" => Open(step) is { } map ? ImageReader.Read(map, step.Key.Span, vars) : null,
        _ => Unknown(step.Key),
    };

    private MapReader? Open(YamlEntry step) => values.Open(step.Value, step.Key.Value, $"step '{step.Key.Value}'");

    private Step? Unknown(Spanned<string> name)
    {
        var list = $"the steps are: {Names}";
        values.Bag.Error(name.Span, $"unknown step '{name.Value}'", Suggestion.Hint(name.Value, Known) is { } near ? $"{near} {list}" : list);
        return null;
    }

    private Step? Package(YamlEntry step)
    {
        if (step.Value is YamlScalar { IsNothing: false })
        {
            return values.Text(step.Value, "package") is { } name ? Named(name, step.Key.Span) : null;
        }

        if (Open(step) is not { } map)
        {
            return null;
        }

        map.Required("type");
        var type = map.OneOf("type", "embedded", "recipe");
        Step? package = type switch
        {
            "embedded" => map.RequiredText("path") is { } path ? new Step.EmbeddedPackage(path) { Span = step.Key.Span } : null,
            "recipe" => map.RequiredText("name") is { } name ? Named(name, step.Key.Span) : null,
            _ => null,
        };
        if (type is not null)
        {
            map.Finish();
        }

        return package;
    }

    private Step.NamedPackage Named(Spanned<string> name, SourceSpan span)
    {
        PackageAtom.Parse(name, values.Bag);
        return new(name) { Span = span };
    }

    private Step.Exclude Exclude(YamlEntry step)
    {
        var names = values.Texts(step.Value, "exclude");
        NeedsReader.NoneTwice(names, values.Bag);
        foreach (var name in names)
        {
            if (PackageAtom.Parse(name, values.Bag) is { Version: not null } atom)
            {
                values.Bag.Error(name.Span, $"'{name.Value}' has a version", $"whichever version is needed stays out: write {atom.Key}");
            }
        }

        return new(names) { Span = step.Key.Span };
    }

    private static Step.Sync Sync(MapReader map, SourceSpan span)
    {
        var (source, destination) = (map.RequiredText("src"), map.RequiredText("dest"));
        if (destination is { } path && path.Value is not "/")
        {
            // As with rsync, a trailing slash says that the destination is a directory.
            PathReader.CheckInstalled(path.Value.EndsWith('/') ? path with { Value = path.Value[..^1] } : path, map.Bag);
        }

        var step = new Step.Sync(source ?? default, destination?.Value ?? "")
        {
            Span = span,
            Recursive = map.Bool("recursive", false),
            Mode = map.Mode("chmod"),
            Owner = Owner(map),
            Template = map.Bool("template", false),
        };
        map.Finish();
        return step;
    }

    private static Step.Directory Directory(MapReader map, SourceSpan span)
    {
        var path = Path(map);
        var step = new Step.Directory(path) { Span = span, Owner = Owner(map) };
        step = map.Mode("chmod") is { } mode ? step with { Mode = mode } : step;
        map.Finish();
        return step;
    }

    private static Step.Symlink Symlink(MapReader map, SourceSpan span)
    {
        var step = new Step.Symlink(Path(map), map.RequiredText("target")?.Value ?? "") { Span = span };
        map.Finish();
        return step;
    }

    private static Step Test(MapReader map, SourceSpan span)
    {
        if (map.SpannedText("file") is { } file)
        {
            if (map.Has("command") || map.Has("expect"))
            {
                map.Bag.Error(span, "a 'test' step has a 'command' or a 'file', not both", "make two steps of it");
            }

            map.Finish();
            return new Step.TestFile(file) { Span = span };
        }

        map.Required("command");
        var command = map.Texts("command");
        if (map.Node("command") is YamlList { Items: [] } empty)
        {
            map.Bag.Error(empty.Span, "the command is empty");
        }

        var expect = map.Open("expect", "'expect'");
        var step = new Step.Test(command, expect?.Number("exit", 0, 255) ?? 0, expect?.Text("stdout"), expect?.Text("stderr")) { Span = span };
        expect?.Finish();
        map.Finish();
        return step;
    }

    private static string Path(MapReader map)
    {
        if (map.RequiredText("path") is not { } path)
        {
            return "";
        }

        PathReader.CheckInstalled(path, map.Bag);
        return path.Value;
    }

    private static Spanned<string>? Owner(MapReader map)
    {
        var owner = map.SpannedText("chown");
        if (owner is { } written && !OwnerForm().IsMatch(written.Value))
        {
            map.Bag.Error(written.Span, $"'{written.Value}' is not an owner", "write user:group by name or number, for example nginx:nginx or 101:101");
        }

        return owner;
    }

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$")]
    private static partial Regex OwnerForm();
}
