using Buildit.Core.Licenses;

namespace Buildit.Core.Tests.Licenses;

public sealed class LicenseExpressionTests
{
    [Theory]
    [InlineData("MIT", "MIT")]
    [InlineData("MIT AND Zlib OR ISC", "MIT AND Zlib OR ISC")]
    [InlineData("MIT AND (Zlib OR ISC)", "MIT AND (Zlib OR ISC)")]
    [InlineData("(MIT)", "MIT")]
    [InlineData("((MIT) or ISC)", "MIT OR ISC")]
    [InlineData("GPL-3.0-or-later WITH GCC-exception-3.1", "GPL-3.0-or-later WITH GCC-exception-3.1")]
    [InlineData("DocumentRef-a:LicenseRef-b", "DocumentRef-a:LicenseRef-b")]
    public void It_is_read_with_the_strength_of_its_words(string written, string printed) => Assert.Equal(printed, Read(written).ToString());

    [Theory]
    [InlineData("", "a license is missing at the end")]
    [InlineData("MIT AND", "a license is missing at the end")]
    [InlineData("MIT ISC", "'ISC' is too much")]
    [InlineData("MIT, ISC", "'MIT,' stands where a license has to be")]
    [InlineData("(MIT", "a ')' is missing")]
    [InlineData("AND MIT", "'AND' stands where a license has to be")]
    [InlineData("MIT WITH", "an exception is missing at the end")]
    public void What_is_wrong_is_said(string written, string mistake)
    {
        Assert.Null(LicenseExpression.Parse(written, out var said));
        Assert.Equal(mistake, said);
    }

    [Fact]
    public void Parentheses_without_end_are_refused()
    {
        Assert.Null(LicenseExpression.Parse(new string('(', 100_000), out var said));
        Assert.Equal("there are too many parentheses within each other", said);
    }

    [Fact]
    public void What_the_list_has_not_is_told_and_can_be_referred_to()
    {
        var license = Read("mit AND Beerware-2 OR GPL-2.0+ WITH no-exception");
        Assert.Equal([("Beerware-2", false), ("no-exception", true)], license.Unknown);
        Assert.Equal("MIT AND LicenseRef-Beerware-2 OR LicenseRef-GPL-2.0--WITH-no-exception", license.Listed.ToString());
    }

    [Fact]
    public void All_of_several_are_each_there_once() =>
        Assert.Equal("(ISC OR Zlib) AND MIT", LicenseExpression.AllOf([Read("MIT"), Read("ISC OR Zlib"), Read("MIT AND MIT")]).ToString());

    private static LicenseExpression Read(string text) => LicenseExpression.Parse(text, out var mistake) ?? throw new InvalidOperationException(mistake);

    [Fact]
    public void A_name_of_one_s_own_with_an_exception_of_one_s_own_is_one_valid_name() =>
        Assert.Equal("LicenseRef-x-WITH-mine", LicenseExpression.Parse("LicenseRef-x WITH mine", out _)!.Listed.ToString());
}
