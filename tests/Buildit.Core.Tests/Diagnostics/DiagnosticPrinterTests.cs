using Buildit.Core.Diagnostics;

namespace Buildit.Core.Tests.Diagnostics;

public sealed class DiagnosticPrinterTests
{
    [Fact]
    public void A_diagnostic_shows_the_line_and_a_hint()
    {
        var text = new SourceText("pkgs/sys-libs/zlib/pkg.yaml", "name: zlib\nversions:\n  1.3:\n    # the sources\n    sorces:\n");
        Assert.Equal(
            """
            error: unknown key 'sorces'
              --> pkgs/sys-libs/zlib/pkg.yaml:5:5
               |
             5 |     sorces:
               |     ^^^^^^
            known keys of a version: patches, sources
            hint: did you mean 'sources'?

            """,
            DiagnosticPrinter.Print(new("unknown key 'sorces'", new(text, 5, 5, 6), "did you mean 'sources'?") { Detail = "known keys of a version: patches, sources" }));
    }

    [Fact]
    public void Without_a_place_there_is_no_frame() =>
        Assert.Equal("warning: the binhost 'team' cannot be reached\nhint: going on\n      without it\n",
            DiagnosticPrinter.Print(new("the binhost 'team' cannot be reached", null, "going on\nwithout it", Severity.Warning)));

    [Fact]
    public void The_margin_grows_with_the_line_number()
    {
        var text = new SourceText("f", new string('\n', 99) + "ab");
        Assert.Equal("error: x\n    --> f:100:2\n     |\n 100 | ab\n     |  ^\n", DiagnosticPrinter.Print(new("x", new(text, 100, 2))));
    }

    [Fact]
    public void Tabs_and_control_characters_keep_the_mark_in_place()
    {
        var text = new SourceText("f", "\ta\u001b[2Jb\r\n");
        Assert.Equal("error: x\n  --> f:1:7\n   |\n 1 |     a\u241b[2Jb\n   |          ^\n", DiagnosticPrinter.Print(new("x", new(text, 1, 7))));
    }

    [Fact]
    public void A_long_line_is_cut_around_the_place()
    {
        var text = new SourceText("f", new string('a', 300) + "HERE" + new string('b', 300));
        var lines = DiagnosticPrinter.Print(new("x", new(text, 1, 301, 4))).Split('\n');
        Assert.Equal(" 1 | ..." + new string('a', 57) + "HERE" + new string('b', 53) + "...", lines[3]);
        Assert.Equal("   | " + new string(' ', 60) + "^^^^", lines[4]);
    }

    [Fact]
    public void A_place_beyond_the_end_can_be_shown() =>
        Assert.Equal("error: x\n  --> f:3:9\n   |\n 3 |\n   | ^\n", DiagnosticPrinter.Print(new("x", new(new("f", "a\nb\n"), 3, 9))));

    [Fact]
    public void Colours_only_if_asked_for()
    {
        var diagnostic = new Diagnostic("x", new(new("f", "a"), 1, 1), "h");
        Assert.DoesNotContain('\e', DiagnosticPrinter.Print(diagnostic));
        Assert.StartsWith("\e[1;31merror\e[0m", DiagnosticPrinter.Print(diagnostic, color: true), StringComparison.Ordinal);
    }
}
