using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Buildit.Core.Diagnostics;

namespace Buildit.Images.Aci;

/// <summary>Checks a value and gives it back, corrected where a name could be made legal.</summary>
internal delegate JsonItem Rule(JsonItem item, ManifestReport report);

/// <summary>A member that an object may have.</summary>
internal sealed record Field(string Name, Rule Rule, bool IsRequired = false);

/// <summary>The vocabulary in which <see cref="ManifestRules"/> describes a manifest.</summary>
internal static class Rules
{
    internal static Rule Text { get; } = OfKind(JsonKind.Text);

    internal static Rule Boolean { get; } = OfKind(JsonKind.Boolean);

    internal static Rule Identifier { get; } = LegalName("AC identifier", "lower-case letters and digits, with single '-', '.', '_', '~' or '/' between them", AciName.MakeIdentifier);

    internal static Rule Name { get; } = LegalName("AC name", "lower-case letters and digits, with single '-' between them", AciName.MakeName);

    internal static Rule Integer(long min, long max) => (item, report) =>
    {
        if (item.Kind != JsonKind.Number || !long.TryParse(item.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || number < min || number > max)
        {
            report.Error(item.Offset, FormattableString.Invariant($"expected a whole number from {min} to {max}"));
        }

        return item;
    };

    /// <summary>A text that a pattern describes, such as <c>sha512-HEX</c>.</summary>
    internal static Rule Matching(Regex pattern, string expected) => Where(item => pattern.IsMatch(item.Value), $"expected {expected}");

    internal static Rule Where(Func<JsonItem, bool> holds, string message, string? hint = null) => (item, report) =>
    {
        if (IsKind(item, JsonKind.Text, report) && !holds(item))
        {
            report.Error(item.Offset, message, hint);
        }

        return item;
    };

    internal static Rule ListOf(Rule rule, Action<ImmutableArray<JsonItem>, ManifestReport>? check = null) => (item, report) =>
    {
        if (!IsKind(item, JsonKind.Array, report))
        {
            return item;
        }

        ImmutableArray<JsonItem> items = [.. item.Items.Select(i => rule(i, report))];
        check?.Invoke(items, report);
        return item with { Items = items };
    };

    /// <summary>An object of texts with free names.</summary>
    internal static Rule MapOfTexts { get; } = (item, report) =>
    {
        if (IsKind(item, JsonKind.Object, report))
        {
            foreach (var member in item.Members)
            {
                Text(member.Value, report);
            }
        }

        return item;
    };

    /// <summary>An object with known members. Further ones are kept, as the specification wants, but told.</summary>
    internal static Rule ObjectOf(Field[] fields, Action<JsonItem, ManifestReport>? check = null) => (item, report) =>
    {
        if (!IsKind(item, JsonKind.Object, report))
        {
            return item;
        }

        foreach (var missing in fields.Where(f => f.IsRequired && item.Member(f.Name) is null))
        {
            report.Error(item.Offset, $"'{missing.Name}' is missing");
        }

        ImmutableArray<JsonMember> members = [.. item.Members.Select(m => Member(m, fields, report))];
        var checkedItem = item with { Members = members };
        check?.Invoke(checkedItem, report);
        return checkedItem;
    };

    /// <summary>Says which of several things have the same name.</summary>
    internal static void Unique(ImmutableArray<JsonItem> items, string what, ManifestReport report)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in items.Select(i => i.Member("name")).OfType<JsonItem>())
        {
            if (!seen.Add(name.Value))
            {
                report.Error(name.Offset, $"there are two {what} of the name '{name.Value}'");
            }
        }
    }

    internal static bool IsKind(JsonItem item, JsonKind kind, ManifestReport report)
    {
        if (item.Kind != kind)
        {
            var quote = kind == JsonKind.Text && item.Kind == JsonKind.Number ? $"write it in quotes: \"{item.Value}\"" : null;
            report.Error(item.Offset, $"expected {Word(kind)}, not {Word(item.Kind)}", quote);
        }

        return item.Kind == kind;
    }

    private static JsonMember Member(JsonMember member, Field[] fields, ManifestReport report)
    {
        if (fields.FirstOrDefault(f => f.Name == member.Name) is { } field)
        {
            return member with { Value = field.Rule(member.Value, report) };
        }

        if (fields.FirstOrDefault(f => f.Name.Equals(member.Name, StringComparison.OrdinalIgnoreCase)) is { } other)
        {
            // Readers disagree about case: Go takes it for the field, others do not.
            report.Error(member.Offset, $"'{member.Name}' must be written '{other.Name}'");
        }
        else
        {
            report.Warning(member.Offset, $"'{member.Name}' is not known here, and container engines will ignore it", Suggestion.Hint(member.Name, fields.Select(f => f.Name)));
        }

        return member;
    }

    private static Rule OfKind(JsonKind kind) => (item, report) =>
    {
        IsKind(item, kind, report);
        return item;
    };

    private static Rule LegalName(string what, string form, Func<string, string?> make) => (item, report) =>
    {
        if (!IsKind(item, JsonKind.Text, report))
        {
            return item;
        }

        var legal = make(item.Value);
        if (legal is null)
        {
            report.Error(item.Offset, $"'{item.Value}' is not an {what}", $"an {what} is {form}");
            return item;
        }

        if (legal != item.Value)
        {
            report.Warning(item.Offset, $"'{item.Value}' is not an {what}: '{legal}' is used", $"an {what} is {form}");
        }

        return item with { Value = legal };
    };

    private static string Word(JsonKind kind) => kind switch
    {
        JsonKind.Object => "an object",
        JsonKind.Array => "a list",
        JsonKind.Text => "a text",
        JsonKind.Number => "a number",
        JsonKind.Boolean => "true or false",
        _ => "null",
    };
}
