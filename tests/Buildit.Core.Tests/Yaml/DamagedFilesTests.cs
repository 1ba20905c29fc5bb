using Buildit.Core.Configuration;
using Buildit.Core.Containers;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Recipes;

namespace Buildit.Core.Tests.Yaml;

/// <summary>Whatever stands in a file: either a value or mistakes with places inside the file, never an exception.</summary>
public sealed class DamagedFilesTests
{
    private const string Text = """
        base: a/b-1.0
        name: nginx
        versions:
          1.26.3: {sources: [{url: "https://x.org/a.tgz", sha256: 69ee, strip: 1}]}
        patches:
          a.patch: 'x'
          - {file: b, versions: ">=1"}
        use: {ssl: {default: on, requires: [ssl]}, with: [x]}
        build:
          install: |
            make {{ x }}
             y
        - vars: {name: a, version: 1, suite: "{{"}
        - package: {type: embedded, path: ./x}
        - sync: {src: a, dest: /a, chmod: 0644}
        - image:
            type: aci
            content: >-
              {"name": "{{ name }}"}
        repository: {name: a, download-type: https, download-path: x}
        binhosts: [{name: a, url: ./b, push: true}]
        date: 2024-01-01
        timeout: 1h
        """;

    private static readonly string[] Pieces = ["\t", "\n", " ", "  ", ":", ": ", "- ", "-", "[", "]", "{", "}", "{{", "}}", "'", "\"", "|\n", ">\n", "#", "&a", "*a", "!", "%", "@", "\\", "?", ",", "~", "\0", "\uFEFF", "\u2028", "\uD83D\uDE00", "\uD83D", "é", "\r"];

    [Fact]
    public void Every_file_gives_a_value_or_mistakes_with_places()
    {
        var random = new Random(42);
        var lines = Text.Split('\n');
        for (var i = 0; i < 1500; i++)
        {
            var from = random.Next(lines.Length);
            var text = string.Join('\n', lines[from..random.Next(from, lines.Length)]);
            for (var k = random.Next(4); k > 0; k--)
            {
                text = text.Insert(random.Next(text.Length + 1), Pieces[random.Next(Pieces.Length)]);
            }

            Check(text, (t, b) => RecipeParser.Parse(t, "x", b));
            Check(text, (t, b) => StyleParser.Parse(t, "x", b));
            Check(text, (t, b) => ContainerParser.Parse(t, "x", b));
            Check(text, ConfigParser.Parse);
            Check(text, DistributionParser.Parse);
        }
    }

    private static void Check<T>(string text, Func<SourceText, DiagnosticBag, T?> parse)
        where T : class
    {
        var (source, bag) = (new SourceText("f", text), new DiagnosticBag());
        try
        {
            var value = parse(source, bag);
            Assert.Equal(value is null, bag.HasErrors);
            foreach (var d in bag.Items)
            {
                var span = d.Span!.Value;
                Assert.InRange(span.Line, 1, source.Text.Split('\n').Length);
                // The end of the file may come behind a line's last '\r', which Line leaves out.
                Assert.InRange(span.Column, 1, source.Line(span.Line).Length + 2);
                DiagnosticPrinter.Print(d);
            }
        }
        catch (Exception e)
        {
            Assert.Fail($"{e.GetType().Name} {e.Message}\n{e.StackTrace}\nfor:\n{text}");
        }
    }
}
