using System.Text.RegularExpressions;
using Buildit.Core.Diagnostics;
using Buildit.Core.Licenses;
using Buildit.Core.Yaml;

namespace Buildit.Core.Recipes;

/// <summary>Reads what a recipe says about its package for bills of materials: <c>license:</c> and <c>cpe:</c>. Neither can break a build, so mistakes are warnings.</summary>
internal static partial class LicenseKey
{
    internal static string? Read(MapReader map)
    {
        if (map.SpannedText("license") is not { } written)
        {
            return null;
        }

        Check(written, map.Bag);
        return written.Value;
    }

    internal static string? Cpe(MapReader map)
    {
        if (map.SpannedText("cpe") is not { } written)
        {
            return null;
        }

        if (!CpeForm().IsMatch(written.Value))
        {
            map.Bag.Warning(written.Span, $"'{written.Value}' does not name a product", "write VENDOR:PRODUCT as vulnerability databases do, for example openssl:openssl");
            return null;
        }

        return written.Value;
    }

    /// <summary>Warns of what is no expression, of identifiers that the SPDX License List does not have, and of those that it has given up.</summary>
    internal static LicenseExpression? Check(Spanned<string> written, DiagnosticBag bag)
    {
        if (LicenseExpression.Parse(written.Value, out var mistake) is not { } expression)
        {
            bag.Warning(written.Span, $"'{written.Value}' is not an SPDX license expression: {mistake}", "write identifiers of https://spdx.org/licenses, joined by AND, OR, WITH");
            return null;
        }

        foreach (var (id, isException) in expression.Unknown)
        {
            bag.Warning(
                written.Span,
                $"the SPDX License List has no {(isException ? "exception" : "license")} '{id}'",
                Suggestion.Hint(id, isException ? LicenseIds.Exceptions : LicenseIds.Licenses) ?? "see https://spdx.org/licenses; for another license write LicenseRef-NAME");
        }

        foreach (var old in expression.Terms.Select(t => t.Id.TrimEnd('+')).Where(i => LicenseIds.Deprecated.Contains(i) && LicenseIds.Licenses.Contains(i + "-only")).Distinct())
        {
            bag.Warning(written.Span, $"'{old}' does not say whether later versions of the license count", $"write {old}-only or {old}-or-later");
        }

        return expression;
    }

    [GeneratedRegex(@"^[^:\s]+:[^:\s]+\z")]
    private static partial Regex CpeForm();
}
