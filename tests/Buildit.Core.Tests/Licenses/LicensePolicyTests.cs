using Buildit.Core.Licenses;

namespace Buildit.Core.Tests.Licenses;

public sealed class LicensePolicyTests
{
    [Theory]
    [InlineData("MIT BSD-*", "", "MIT", LicenseVerdict.Accepted)]
    [InlineData("MIT BSD-*", "", "BSD-3-Clause AND MIT", LicenseVerdict.Accepted)]
    [InlineData("MIT BSD-*", "", "GPL-2.0-only", LicenseVerdict.Refused)]
    [InlineData("MIT", "", "GPL-2.0-only OR MIT", LicenseVerdict.Accepted)]
    [InlineData("MIT", "", "GPL-2.0-only AND MIT", LicenseVerdict.Refused)]
    [InlineData("", "GPL-*", "LGPL-2.1-only", LicenseVerdict.Accepted)]
    [InlineData("", "GPL-*", "gpl-3.0-only", LicenseVerdict.Refused)]
    [InlineData("", "GPL-*", "GPL-3.0-or-later WITH GCC-exception-3.1", LicenseVerdict.Refused)]
    [InlineData("GPL-3.0-or-later", "", "GPL-3.0-or-later WITH GCC-exception-3.1", LicenseVerdict.Accepted)]
    [InlineData("MIT", "MIT", "MIT", LicenseVerdict.Refused)]
    [InlineData("", "", "MIT", LicenseVerdict.Accepted)]
    [InlineData("", "GPL-3.0-only", "GPL-3.0", LicenseVerdict.Refused)]
    [InlineData("", "GPL-3.0", "GPL-3.0-only", LicenseVerdict.Refused)]
    [InlineData("", "GPL-2.0-or-later", "GPL-2.0+", LicenseVerdict.Refused)]
    [InlineData("GPL-2.0", "", "GPL-2.0-only", LicenseVerdict.Accepted)]
    [InlineData("GPL-2.0-only", "", "GPL-2.0-or-later", LicenseVerdict.Refused)]
    public void A_license_is_judged_by_both_lists(string allow, string deny, string license, LicenseVerdict verdict) =>
        Assert.Equal(verdict, Policy(allow, deny).Judge(LicenseExpression.Parse(license, out _)));

    [Fact]
    public void An_exception_that_is_allowed_by_name_beats_what_is_denied()
    {
        var policy = new LicensePolicy(["MIT", "GPL-3.0-or-later WITH GCC-exception-3.1"], ["GPL-*"]);
        Assert.Equal(LicenseVerdict.Accepted, policy.Judge(LicenseExpression.Parse("GPL-3.0-or-later WITH GCC-exception-3.1", out _)));
        Assert.Equal(LicenseVerdict.Refused, policy.Judge(LicenseExpression.Parse("GPL-3.0-or-later WITH Bison-exception-2.2", out _)));
    }

    [Fact]
    public void What_nobody_knows_is_neither() => Assert.Equal(LicenseVerdict.Unknown, Policy("MIT", "").Judge(null));

    [Fact]
    public void The_licenses_that_stand_in_the_way_are_named() =>
        Assert.Equal(["GPL-2.0-only", "ISC"], Policy("MIT", "").Refused(LicenseExpression.Parse("MIT AND GPL-2.0-only AND (ISC OR GPL-2.0-only)", out _)!).Select(t => t.ToString()).Distinct().Order(StringComparer.Ordinal));

    private static LicensePolicy Policy(string allow, string deny) => new([.. Words(allow)], [.. Words(deny)]);

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
