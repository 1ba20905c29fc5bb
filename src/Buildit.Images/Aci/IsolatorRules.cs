using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Buildit.Core.Diagnostics;

namespace Buildit.Images.Aci;

/// <summary>The isolators that the reference implementation knows, and what their values must be.</summary>
internal static partial class IsolatorRules
{
    private static readonly Rule QuantityRule = (item, report) =>
    {
        if (item.Kind is not (JsonKind.Text or JsonKind.Number) || !Quantity().IsMatch(item.Value))
        {
            report.Error(item.Offset, "expected a quantity such as \"500m\" or \"1Gi\"");
        }

        return item;
    };

    private static readonly Rule NonEmptySet = Rules.ListOf(Rules.Text, (items, report) =>
    {
        if (items.FirstOrDefault(i => i.Value.Length == 0) is { } empty)
        {
            report.Error(empty.Offset, "expected a name, not an empty text");
        }
    });

    private static readonly Rule Set = Rules.ObjectOf([new("set", NonEmptySet, IsRequired: true)], NotEmpty);

    private static readonly Rule Seccomp = Rules.ObjectOf(
        [new("set", NonEmptySet, IsRequired: true), new("errno", Rules.Matching(Errno(), "the name of an error, such as \"EPERM\""))], NotEmpty);

    private static readonly Rule SELinuxPart = Rules.Where(i => i.Value.Length > 0 && !i.Value.Contains(':', StringComparison.Ordinal), "expected a text without ':'");

    private static readonly Rule SELinux = Rules.ObjectOf(
    [
        new("user", SELinuxPart, IsRequired: true),
        new("role", SELinuxPart, IsRequired: true),
        new("type", SELinuxPart, IsRequired: true),
        new("level", Rules.Where(i => i.Value.Length > 0, "expected a level"), IsRequired: true),
    ]);

    private static readonly Dictionary<string, Rule> Values = new(StringComparer.Ordinal)
    {
        ["resource/cpu"] = Share,
        ["resource/memory"] = Share,
        ["resource/block-bandwidth"] = Limit,
        ["resource/block-iops"] = Limit,
        ["resource/network-bandwidth"] = Limit,
        ["os/linux/capabilities-retain-set"] = Set,
        ["os/linux/capabilities-remove-set"] = Set,
        ["os/linux/seccomp-retain-set"] = Seccomp,
        ["os/linux/seccomp-remove-set"] = Seccomp,
        ["os/linux/selinux-context"] = SELinux,
        ["os/linux/no-new-privileges"] = Rules.Boolean,
        ["os/linux/oom-score-adj"] = Rules.Integer(-1000, 1000),
        ["os/linux/cpu-shares"] = Rules.Integer(2, 262144),
        ["os/unix/sysctl"] = Rules.MapOfTexts,
    };

    // Of these the reference implementation takes several; of the others, one.
    private static readonly string[] Repeatable =
    [
        "resource/cpu", "resource/memory", "resource/block-bandwidth", "resource/block-iops", "resource/network-bandwidth",
        "os/linux/capabilities-retain-set", "os/linux/capabilities-remove-set", "os/linux/no-new-privileges",
    ];

    private static readonly (string, string)[] Contradictions =
    [
        ("os/linux/capabilities-retain-set", "os/linux/capabilities-remove-set"),
        ("os/linux/seccomp-retain-set", "os/linux/seccomp-remove-set"),
    ];

    internal static Rule List { get; } = Rules.ListOf(Isolator, CheckTogether);

    private static JsonItem Isolator(JsonItem item, ManifestReport report)
    {
        var rule = item.Member("name") is { Kind: JsonKind.Text } name ? ValueRule(name, report) : null;
        return Rules.ObjectOf([new("name", Rules.Text, IsRequired: true), new("value", rule ?? ((value, _) => value), IsRequired: true)])(item, report);
    }

    private static Rule? ValueRule(JsonItem name, ManifestReport report)
    {
        if (!Values.TryGetValue(name.Value, out var rule))
        {
            report.Error(name.Offset, $"there is no isolator '{name.Value}'", Suggestion.Hint(name.Value, Values.Keys) ?? $"known: {string.Join(", ", Values.Keys)}");
        }

        return rule;
    }

    private static void CheckTogether(ImmutableArray<JsonItem> items, ManifestReport report)
    {
        var names = items.Select(i => i.Member("name")).OfType<JsonItem>().ToArray();
        foreach (var (one, other) in Contradictions)
        {
            if (names.Any(n => n.Value == one) && names.LastOrDefault(n => n.Value == other) is { } second)
            {
                report.Error(second.Offset, $"'{one}' and '{other}' cannot be used together");
            }
        }

        foreach (var again in names.GroupBy(n => n.Value).Where(g => !Repeatable.Contains(g.Key)).SelectMany(g => g.Skip(1)))
        {
            report.Error(again.Offset, $"'{again.Value}' may be there only once");
        }
    }

    private static void NotEmpty(JsonItem item, ManifestReport report)
    {
        if (item.Member("set") is { Kind: JsonKind.Array, Items.Length: 0 } set)
        {
            report.Error(set.Offset, "the set must not be empty");
        }
    }

    private static JsonItem Share(JsonItem item, ManifestReport report) => Resource(item, report, isDefault: false);

    private static JsonItem Limit(JsonItem item, ManifestReport report) => Resource(item, report, isDefault: true);

    /// <summary>Shares of the processor and memory are the app's own; bandwidths are a default for every one, without a request.</summary>
    private static JsonItem Resource(JsonItem item, ManifestReport report, bool isDefault)
    {
        if (item.Kind == JsonKind.Object && (item.Member("default")?.Value == "true") != isDefault)
        {
            report.Error(item.Member("default")?.Offset ?? item.Offset, isDefault ? "`\"default\": true` is required here" : "`default` must be false here");
        }

        Field[] fields = [new("default", Rules.Boolean), new("limit", QuantityRule), new("request", isDefault ? NoRequest : QuantityRule)];
        return Rules.ObjectOf(fields)(item, report);
    }

    private static JsonItem NoRequest(JsonItem item, ManifestReport report)
    {
        report.Error(item.Offset, "this resource takes no request, only a limit");
        return item;
    }

    [GeneratedRegex(@"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,3})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Quantity();

    [GeneratedRegex(@"^E[A-Z0-9]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Errno();
}
