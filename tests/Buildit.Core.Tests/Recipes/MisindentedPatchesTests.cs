using Buildit.Core.Diagnostics;
using Buildit.Core.Recipes;

namespace Buildit.Core.Tests.Recipes;

public sealed class MisindentedPatchesTests
{
    // As buildit's first design document prints it, word by word.
    private const string FirstDesign = """
        base: www-servers/nginx-1.7.6
        author: Sysadmin42 <sys@admin42.org>
        patches:
          patches/https-only.patch: "This patch denies all plain http requests"
            https://example.org/fix-overruns.patch: "Fix buffer overruns"
            use:
              with:
                - ipv6
                - ssl
        """;

    private const string Corrected = """
        base: www-servers/nginx-1.7.6
        author: Sysadmin42 <sys@admin42.org>
        patches:
          patches/https-only.patch: "This patch denies all plain http requests"
          https://example.org/fix-overruns.patch: "Fix buffer overruns"
        use:
          with:
            - ipv6
            - ssl

        """;

    [Theory]
    [InlineData(FirstDesign)]
    [InlineData(FirstDesign + "\n")]
    public void The_first_design_s_recipe_is_shown_corrected(string text)
    {
        var mistake = Only(text);
        Assert.Equal("'https://example.org/fix-overruns.patch' is indented as if it belonged to the patch above it", mistake.Message);
        Assert.Equal((5, 5, 38), (mistake.Span!.Value.Line, mistake.Span.Value.Column, mistake.Span.Value.Length));
        Assert.Equal("all patches stand below each other, and 'use' below 'patches':\n\n" + Corrected, mistake.Hint);
    }

    [Fact]
    public void The_corrected_form_is_a_recipe() => Mistakes.None(Corrected, (t, b) => RecipeParser.Parse(t, "x", b));

    [Fact]
    public void Descriptions_without_quotes_and_windows_line_ends_are_recognised_too()
    {
        var mistake = Only(FirstDesign.Replace("\"", "", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal));
        Assert.Equal(5, mistake.Span!.Value.Line);
        Assert.EndsWith(Corrected.Replace("\"", "", StringComparison.Ordinal), mistake.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("base: a/b\npatches:\n  a.patch: \"x\n  b.patch: y\n", "a quoted text does not end")]
    [InlineData("base: a/b\npatches:\n  a.patch: x\n b.patch: y\n", "bad indentation, or text that does not belong here")]
    [InlineData("base: a/b\npatches:\n  a.patch: x\nuse:\n  with: [a]\n   without: [b]\n", "bad indentation, or text that does not belong here")]
    public void Other_mistakes_are_not_taken_for_it(string text, string message) => Assert.Equal(message, Only(text).Message);

    private static Diagnostic Only(string text)
    {
        var bag = new DiagnosticBag();
        Assert.Null(RecipeParser.Parse(new("pkg.yaml", text), "x", bag));
        return Assert.Single(bag.Items);
    }
}
