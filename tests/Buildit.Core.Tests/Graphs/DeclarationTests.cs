using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Core.Tests.Graphs;

public class DeclarationTests
{
    private static readonly Declaration Declared = new(
        [new("base.yaml", "name: a\nbuild:\n  build: make\n  install: make install\ntest: a -V\n"), new("derived.yaml", "base: a\nbuild: {install: make all}\n")],
        new SourceText("style.yaml", "phases:\n  configure: ./configure\n  build: make\n"));

    [Theory]
    [InlineData("install", "derived.yaml:2:9")]
    [InlineData("build", "base.yaml:3:3")]
    [InlineData("test", "base.yaml:5:1")]
    [InlineData("configure", "style.yaml:2:3")]
    [InlineData("unpack", null)]
    public void A_phase_is_where_the_last_file_says_it(string phase, string? place) => Assert.Equal(place, Declared.At(phase)?.ToString());

    [Fact]
    public void What_no_file_declares_has_no_place() => Assert.Null(Declaration.None.At("build"));
}
