using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.Containers;

/// <summary>Reads a <c>container.yaml</c>: a list of steps with one key each. See docs/containers.md.</summary>
public static partial class ContainerParser
{
    private const string Vars = "vars";

    /// <summary>The container, or null if there is a mistake; all of the file's mistakes go into the bag.</summary>
    public static Container? Parse(SourceText text, string directory, DiagnosticBag bag)
    {
        var mistakes = new DiagnosticBag();
        var container = YamlReader.Read(text, mistakes) is { } root ? Read(root, text, directory, mistakes) : null;
        bag.AddRange(mistakes);
        return mistakes.HasErrors ? null : container;
    }

    private static Container Read(YamlNode root, SourceText text, string directory, DiagnosticBag bag)
    {
        if (root is not YamlList)
        {
            bag.Error(root.Span, $"a container is a list of steps, got {root.Kind}", "begin each step with '- ', for example '- vars: {name: web, version: 1}'");
        }

        // All variables first: a template may stand above the step that defines what it names.
        var steps = Steps(root, bag);
        var vars = VarsReader.Read(steps.Where(s => s.Key.Value == Vars), bag);
        var values = vars.ToImmutableSortedDictionary(v => v.Key, v => v.Value.Value, StringComparer.Ordinal);
        var numbers = new AccountNumbers(bag);
        var reader = new StepReader(new(bag, scalar => Template.Fill(scalar, values, bag).Value), values, numbers);
        var container = new Container
        {
            Text = text,
            Directory = directory,
            Vars = values,
            Name = FileNamePart("name", vars, root, bag),
            Version = FileNamePart("version", vars, root, bag),
            Author = values.GetValueOrDefault("author"),
            Platform = new(values.GetValueOrDefault("os", Platform.LinuxAmd64.Os), values.GetValueOrDefault("arch", Platform.LinuxAmd64.Arch)),
            Steps = [.. steps.Where(s => s.Key.Value != Vars).Select(reader.Read).OfType<Step>()],
        };
        numbers.Finish();
        return container;
    }

    private static ImmutableArray<YamlEntry> Steps(YamlNode root, DiagnosticBag bag)
    {
        var steps = ImmutableArray.CreateBuilder<YamlEntry>();
        foreach (var item in root is YamlList list ? list.Items : [])
        {
            if (item is YamlMap { Entries: [var only] })
            {
                steps.Add(only);
            }
            else
            {
                NotAStep(item, bag);
            }
        }

        return steps.ToImmutable();
    }

    private static void NotAStep(YamlNode item, DiagnosticBag bag)
    {
        if (item is not YamlMap { Entries: [var first, ..] } map)
        {
            bag.Error(item.Span, $"expected a step, got {item.Kind}", $"the steps are: {StepReader.Names}");
            return;
        }

        var keys = string.Join(", ", map.Entries.Select(e => e.Key.Value));
        bag.Error(
            map.Span,
            string.Create(CultureInfo.InvariantCulture, $"a step has one key, this one has {map.Entries.Length}: {keys}"),
            first.Value is YamlScalar { IsNothing: true } ? $"indent what belongs to '{first.Key.Value}' further than its name" : "begin each step with its own '-'");
    }

    // Name and version become part of file names and image references.
    private static string FileNamePart(string name, ImmutableSortedDictionary<string, Spanned<string>> vars, YamlNode root, DiagnosticBag bag)
    {
        if (!vars.TryGetValue(name, out var value))
        {
            bag.Error(root.Span, $"missing variable '{name}'", $"add it to the first step: '- vars: {{{name}: ...}}'");
            return "";
        }

        if (!FileNameForm().IsMatch(value.Value))
        {
            bag.Error(value.Span, $"'{value.Value}' cannot be the {name} of a container", "use letters, digits and . _ + ~ -, beginning with a letter or digit");
        }

        return value.Value;
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._+~-]*$")]
    private static partial Regex FileNameForm();
}
