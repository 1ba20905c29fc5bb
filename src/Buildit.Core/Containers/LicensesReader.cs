using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Licenses;
using Buildit.Core.Recipes;
using Buildit.Core.Yaml;

namespace Buildit.Core.Containers;

/// <summary>Reads a <c>licenses</c> step.</summary>
internal static class LicensesReader
{
    internal static Step.Licenses Read(MapReader map, SourceSpan span)
    {
        var step = new Step.Licenses(new(Entries(map, "allow"), Entries(map, "deny"))) { Span = span, Concluded = Concluded(map) };
        if (!map.Has("allow") && !map.Has("deny") && !map.Has("concluded"))
        {
            map.Bag.Error(map.Span, "the step says nothing about licenses", "give it 'allow' or 'deny', lists of identifiers of https://spdx.org/licenses");
        }

        map.Finish();
        return step;
    }

    private static ImmutableArray<string> Entries(MapReader map, string key)
    {
        var entries = map.SpannedTexts(key);
        foreach (var entry in entries)
        {
            Check(entry, map.Bag);
        }

        return [.. entries.Select(e => e.Value)];
    }

    /// <summary>An entry that no license matches would let everything pass, or nothing.</summary>
    private static void Check(Spanned<string> entry, DiagnosticBag bag)
    {
        var (id, exception) = entry.Value.Split(" WITH ") is [var a, var b] ? (a, b) : (entry.Value, null);
        var policy = new LicensePolicy([id], []);
        if (!LicenseIds.Licenses.Concat(LicenseIds.Deprecated).Any(l => policy.Judge(new LicenseExpression.Term(l)) == LicenseVerdict.Accepted) && !id.StartsWith("LicenseRef-", StringComparison.Ordinal))
        {
            bag.Error(entry.Span, $"no license is called '{id}'", Suggestion.Hint(id, LicenseIds.Licenses) ?? "write identifiers of https://spdx.org/licenses, where * stands for anything: BSD-*");
        }
        else if (exception is not null && !LicenseIds.Exceptions.Contains(exception))
        {
            bag.Error(entry.Span, $"no exception is called '{exception}'", Suggestion.Hint(exception, LicenseIds.Exceptions));
        }
    }

    private static ImmutableSortedDictionary<string, Spanned<LicenseExpression>> Concluded(MapReader map)
    {
        var concluded = ImmutableSortedDictionary.CreateBuilder<string, Spanned<LicenseExpression>>(StringComparer.Ordinal);
        foreach (var (name, value) in map.TextEntries("concluded"))
        {
            if (LicenseExpression.Parse(value, out var mistake) is { } license)
            {
                concluded[name.Value] = new(license, name.Span);
            }
            else
            {
                map.Bag.Error(name.Span, $"'{value}' is not an SPDX license expression: {mistake}", "write identifiers of https://spdx.org/licenses, joined by AND, OR, WITH");
            }
        }

        return concluded.ToImmutable();
    }
}
