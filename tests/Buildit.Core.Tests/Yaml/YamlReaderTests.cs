using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.Tests.Yaml;

public sealed class YamlReaderTests
{
    private const string Colon = "quote a text that holds ': ', or check the indentation of this line and the one above";
    private const string Template = "to YAML an unquoted '{' begins a map; write \"{{ name }}\"";
    private const string Keys = "the keys of a map stand below each other, and each has a ':'";

    [Theory]
    [InlineData("a:\n\tb: 1\n", "2:1 a tab is used for indentation | tabs are not allowed for indentation: use spaces")]
    [InlineData("a:\n  b: 1\n\tc: 2\n", "3:1 a tab is used for indentation | tabs are not allowed for indentation: use spaces")]
    [InlineData("a:\n  - x\n \t- y\n", "3:2 a tab is used for indentation | tabs are not allowed for indentation: use spaces")]
    [InlineData("a: 1\nb:\n\tc: 2\n", "3:1 a tab is used for indentation | tabs are not allowed for indentation: use spaces")]
    [InlineData("a:\n  b: 1\n c: 2\n", "3:2 bad indentation, or text that does not belong here | " + Keys)]
    [InlineData("a: 1\n  b: 2\n", "2:4 a ': ' is not allowed here | " + Colon)]
    [InlineData("a: foo: bar\n", "1:7 a ': ' is not allowed here | " + Colon)]
    [InlineData("a: \"foo\nb: 1\n", "1:4 a quoted text does not end | add the closing quote")]
    [InlineData("a: 'foo\nb: 1\n", "1:4 a quoted text does not end | add the closing quote")]
    [InlineData("a: [1, 2\nb: 3\n", "1:4 '[' is never closed | add the closing bracket")]
    [InlineData("a: {b: 1\nc: 2\n", "1:4 '{' is never closed | add the closing bracket")]
    [InlineData("a: [1, 2}\n", "1:9 expected ',' or a closing bracket")]
    [InlineData("a: 1\nfoo\nb: 2\n", "2:1 bad indentation, or text that does not belong here | " + Keys)]
    [InlineData("a: @foo\n", "1:4 a text cannot begin with this character | put the text in quotes")]
    [InlineData("a: \"\\q\"\n", "1:4 unknown escape in a double-quoted text | write '\\\\' for a backslash, or use single quotes")]
    [InlineData("a: - b\n", "1:4 a list cannot begin on the line of its key | begin the list on the next line, or write [a, b]")]
    [InlineData("a: \0x\n", "1:4 control character U+0000 is not allowed | is this a text file in UTF-8?")]
    [InlineData("a: \u001b[1mx\n", "1:4 control character U+001B is not allowed | is this a text file in UTF-8?")]
    [InlineData("", "1:1 the file is empty")]
    [InlineData("# nothing\n", "1:1 the file is empty")]
    public void Syntax_errors_are_told_in_words(string text, string mistake) => Assert.Equal([mistake], Errors(text));

    [Theory]
    [InlineData("a: 1\nb: 2\na: 3\n", "3:1 key 'a' is there twice; first on line 1 | keep one of the two")]
    [InlineData("a: &x 1\n", "1:4 YAML anchors are not supported | remove '&x'")]
    [InlineData("a: *x\n", "1:4 YAML aliases are not supported | write the value out")]
    [InlineData("a:\n  <<: {b: 1}\n", "2:3 YAML merge keys ('<<') are not supported | write the entries out")]
    [InlineData("a: !!str 1\n", "1:4 YAML tags are not supported | remove the '!': values are taken as written")]
    [InlineData("a: 1\n---\nb: 2\n", "2:1 a second YAML document in one file | remove the '---' line: a file holds one document")]
    [InlineData("a: {{ name }}\n", "1:4 a text that begins with '{{' needs quotes | " + Template)]
    [InlineData("a: [x, {{ name }}]\n", "1:8 a text that begins with '{{' needs quotes | " + Template)]
    [InlineData("a: {{ name }}-1\n", "1:4 a text that begins with '{{' needs quotes | " + Template)]
    [InlineData("[a, b]: 1\n", "1:1 a key must be text, not a list")]
    public void What_people_should_not_write_is_refused(string text, string mistake) => Assert.Equal([mistake], Errors(text));

    [Fact]
    public void Nesting_without_end_is_refused() => Assert.Equal(["1:65 nested too deeply"], Errors(new string('[', 5000)));

    [Fact]
    public void Texts_stay_as_written()
    {
        var map = (YamlMap)Read("a: 1.10\nb: 0644\nc: yes\nd: ~\ne: ''\nf:\n")!;
        Assert.Equal(["1.10", "0644", "yes", "~", "", ""], map.Entries.Select(e => ((YamlScalar)e.Value).Value));
        Assert.Equal(["text", "text", "text", "text", "text", "nothing"], map.Entries.Select(e => e.Value.Kind));
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_first_key() => Assert.NotNull(((YamlMap)Read("\uFEFFa: 1\n")!).Find("a"));

    [Theory]
    [InlineData("a: |\n\n    one\n      X two\n", 4, 7)]
    [InlineData("a: >-\n  one\n  two X\n", 3, 7)]
    [InlineData("a: |2- # note\r\n    one\r\n  X\r\n", 3, 3)]
    [InlineData("a: one X\n", 1, 8)]
    [InlineData("a: 'it''s X'\n", 1, 11)]
    [InlineData("a: \"\\u0041\\n\\\"X\"\n", 1, 15)]
    [InlineData("a: one\n  two X\n", 2, 7)]
    public void A_character_of_a_text_is_found_in_the_file(string text, int line, int column)
    {
        var scalar = (YamlScalar)((YamlMap)Read(text)!).Find("a")!.Value;
        var span = scalar.At(scalar.Value.IndexOf('X', StringComparison.Ordinal));
        Assert.Equal((line, column), (span.Line, span.Column));
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'a', 0 }, "1:1")]
    [InlineData(new byte[] { (byte)'a', (byte)':', (byte)'\n', (byte)'b', 0xE9 }, "2:2")]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, (byte)'a', 0xE9 }, "1:2")]
    public void A_file_that_is_not_UTF_8_is_refused_where_it_stops_being_so(byte[] bytes, string place)
    {
        var bag = new DiagnosticBag();
        Assert.Null(YamlReader.Read(SourceText.FromBytes("file.yaml", bytes), bag));
        Assert.Equal([place + " this is not UTF-8 text | save the file as UTF-8"], bag.Items.Select(Mistakes.Show));
    }

    private static YamlNode? Read(string text) => YamlReader.Read(new("file.yaml", text), new());

    private static string[] Errors(string text)
    {
        var bag = new DiagnosticBag();
        YamlReader.Read(new("file.yaml", text), bag);
        return [.. bag.Items.Select(Mistakes.Show)];
    }
}
