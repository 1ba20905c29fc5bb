using Buildit.Core.Diagnostics;
using Buildit.Core.Recipes;

namespace Buildit.Core.Tests.Recipes;

public sealed class VersionTests
{
    [Theory]
    [InlineData(">=1.26 <1.28", "1.26", true)]
    [InlineData(">=1.26 <1.28", "1.26.3", true)]
    [InlineData(">=1.26 <1.28", "1.28", false)]
    [InlineData(">=1.26 <1.28", "1.9", false)]
    [InlineData("> 1.26", "1.26", false)]
    [InlineData("<=1.26", "1.26~rc1", true)]
    [InlineData(">=1.26", "1.26~rc1", false)]
    [InlineData("=1.0", "1.00", true)]
    [InlineData(">1.0", "1.0a", true)]
    [InlineData(">1.0a", "1.0+b", true)]
    [InlineData(">9", "10", true)]
    public void Versions_compare_as_Debian_compares_them(string terms, string version, bool holds)
    {
        var bag = new DiagnosticBag();
        var parsed = VersionTerms.Parse(new(terms, new(new("f", terms), 1, 1)), bag);
        Assert.False(bag.HasErrors);
        Assert.Equal(holds, VersionTerms.Match(parsed, version));
    }

    [Theory]
    [InlineData("1.26")]
    [InlineData(">=1.26, <1.28")]
    [InlineData("~>1.2")]
    [InlineData(">=")]
    [InlineData("")]
    public void Other_conditions_are_refused(string terms)
    {
        var bag = new DiagnosticBag();
        VersionTerms.Parse(new(terms, new(new("f", terms), 1, 1)), bag);
        Assert.Equal([$"1:1 '{terms}' is not a version condition | write terms like '>=1.26 <1.28', with >=, <=, >, < or ="], bag.Items.Select(Mistakes.Show));
    }
}
