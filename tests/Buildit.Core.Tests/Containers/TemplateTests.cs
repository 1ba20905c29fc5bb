using System.Collections.Immutable;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Tests.Containers;

public sealed class TemplateTests
{
    private static readonly ImmutableSortedDictionary<string, string> Vars =
        ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("a", "{{ b }}"), new("b", "B"), new("open", "{{"), new("lines", "1\n2")]);

    [Theory]
    [InlineData("x {{ b }}{{b}} y", "x BB y")]
    [InlineData("{{ a }}", "{{ b }}")]
    [InlineData("{{ open }} b }}", "{{ b }}")]
    [InlineData("{\"a\": {\"b\": {}}}", "{\"a\": {\"b\": {}}}")]
    [InlineData("", "")]
    public void What_a_variable_gives_is_not_looked_at_again(string text, string filled)
    {
        var bag = new DiagnosticBag();
        Assert.Equal(filled, Template.Fill(new SourceText("f", text), Vars, bag));
        Assert.False(bag.HasErrors);
    }

    [Fact]
    public void A_mistake_in_a_file_has_its_place_there()
    {
        var bag = new DiagnosticBag();
        Template.Fill(new SourceText("f", "one\n  {{ c }}\n"), Vars, bag);
        Assert.Equal(["2:6 undefined variable 'c' | did you mean 'a'?"], bag.Items.Select(Mistakes.Show));
    }

    // Places in the filled-in text lead back to the file, whatever the variables did to lengths and lines.
    [Theory]
    [InlineData(1, 1, 5, 7)]
    [InlineData(1, 6, 5, 12)]
    [InlineData(2, 1, 5, 12)]
    [InlineData(2, 3, 5, 24)]
    [InlineData(3, 2, 6, 8)]
    public void A_place_in_the_text_leads_back_to_the_file(int line, int column, int fileLine, int fileColumn)
    {
        const string Text = "- vars: {name: a, version: 1, lines: \"1\\n2\"}\n- image:\n    type: aci\n    content: |\n      {\"x\":{{ lines }},\"\n       y}\n";
        var container = Mistakes.None(Text, (t, b) => ContainerParser.Parse(t, "x", b));
        var content = ((Step.Image)container.Steps[0]).Content!;
        Assert.Equal("{\"x\":1\n2,\"\n y}\n", content.Value);
        var span = content.At(line, column);
        Assert.Equal((fileLine, fileColumn), (span.Line, span.Column));
    }
}
