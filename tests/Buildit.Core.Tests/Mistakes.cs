using Buildit.Core.Diagnostics;

namespace Buildit.Core.Tests;

/// <summary>Parses a text and shows its mistakes as "line:column message | hint", one a line.</summary>
internal static class Mistakes
{
    public static string[] Of<T>(string text, Func<SourceText, DiagnosticBag, T?> parse)
        where T : class
    {
        var bag = new DiagnosticBag();
        var value = parse(new SourceText("file.yaml", text), bag);
        Assert.Equal(bag.HasErrors, value is null);
        return [.. bag.Items.Select(Show)];
    }

    public static T None<T>(string text, Func<SourceText, DiagnosticBag, T?> parse)
        where T : class
    {
        var bag = new DiagnosticBag();
        var value = parse(new SourceText("file.yaml", text), bag);
        Assert.Equal([], bag.Items.Select(Show));
        return value!;
    }

    public static string Show(Diagnostic d) =>
        FormattableString.Invariant($"{d.Span?.Line}:{d.Span?.Column} {d.Message}") + (d.Hint is null ? "" : " | " + d.Hint);
}
