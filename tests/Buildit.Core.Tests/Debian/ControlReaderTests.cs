using Buildit.Core.Debian;

namespace Buildit.Core.Tests.Debian;

public class ControlReaderTests
{
    private static string Dump(string text, params string[] wanted)
    {
        var reader = new ControlReader(new StringReader(text), wanted.Length == 0 ? null : wanted);
        var stanzas = new List<string>();
        while (reader.Read() is { } stanza)
        {
            stanzas.Add(string.Join(',', stanza.Fields.Select(f => $"{f.Line}{f.Name}={f.Value.Replace('\n', '/')}")));
        }

        return string.Join(" || ", stanzas);
    }

    [Fact]
    public void Stanzas_comments_and_folded_values_are_read() =>
        Assert.Equal("2A=1,3B=/x/y || 9C=2", Dump("# hello\nA: 1\nB:\n x\n# between\n\ty\n\n \nC:2"));

    [Fact]
    public void Only_wanted_fields_are_kept() =>
        Assert.Equal("1A=1 || 9a=3", Dump("A: 1\nB: 2\n folded\n more\n\nB: 1\n x\n\na: 3", "A").Replace("A=3", "a=3", StringComparison.Ordinal));

    [Fact]
    public void Lines_longer_than_the_buffer_are_read()
    {
        var value = new string('x', 300_000);
        Assert.Equal($"1A={value},2B=1", Dump($"A: {value}\r\nB: 1\r\n"));
    }

    [Theory]
    [InlineData("A: 1\nnonsense\n")]
    [InlineData(" leading\n")]
    [InlineData("A: 1\nA: 2\n")]
    [InlineData(": x\n")]
    public void Nonsense_is_refused(string text) => Assert.Throws<FormatException>(() => Dump(text));
}
