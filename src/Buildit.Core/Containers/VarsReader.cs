using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.Containers;

/// <summary>Reads the <c>vars</c> steps of a container.</summary>
internal static class VarsReader
{
    internal static ImmutableSortedDictionary<string, Spanned<string>> Read(IEnumerable<YamlEntry> steps, DiagnosticBag bag)
    {
        var vars = ImmutableSortedDictionary.CreateBuilder<string, Spanned<string>>(StringComparer.Ordinal);
        var values = new ValueReader(bag);
        foreach (var entry in steps.SelectMany(s => values.Entries(s.Value, "vars")))
        {
            Check(entry, bag);
            if (values.Text(entry.Value, entry.Key.Value) is { } text && !vars.TryAdd(entry.Key.Value, text))
            {
                var line = vars[entry.Key.Value].Span.Line;
                bag.Error(entry.Key.Span, FormattableString.Invariant($"variable '{entry.Key.Value}' is defined twice; first on line {line}"), "keep one of the two");
            }
        }

        return vars.ToImmutable();
    }

    private static void Check(YamlEntry entry, DiagnosticBag bag)
    {
        if (!Template.IsName(entry.Key.Value))
        {
            bag.Error(entry.Key.Span, $"'{entry.Key.Value}' is not the name of a variable", "use letters, digits, _ and -, beginning with a letter");
        }

        // A lone '{{' is how to get a literal one; a whole template would stay as it is, to everybody's surprise.
        if (entry.Value is YamlScalar scalar && scalar.Value.IndexOf("{{", StringComparison.Ordinal) is var open and >= 0 && scalar.Value.IndexOf("}}", open, StringComparison.Ordinal) > open)
        {
            bag.Error(scalar.At(open, 2), "the value of a variable cannot be a template", "write the value out");
        }
    }
}
