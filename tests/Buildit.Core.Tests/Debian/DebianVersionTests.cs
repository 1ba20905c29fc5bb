using Buildit.Core.Debian;

namespace Buildit.Core.Tests.Debian;

public class DebianVersionTests
{
    // From dpkg's own tests (lib/dpkg/t/t-version.c) and Debian Policy 5.6.12.
    [Theory]
    [InlineData("1.0", "<", "1.1")]
    [InlineData("1.9", "<", "1.10")]
    [InlineData("0:0-0", "=", "0:0-0")]
    [InlineData("0:0-00", "=", "00:0-0")]
    [InlineData("1:2-3", "=", "01:2-3")]
    [InlineData("0:0", "=", "0:0-0")]
    [InlineData("1.0", "=", "1.0-0")]
    [InlineData("0:a", ">", "0:0")]
    [InlineData("0:0-a", ">", "0:0-0")]
    [InlineData("1:0-0", ">", "0:9-9")]
    [InlineData("0:1-0", ">", "0:0-9")]
    [InlineData("0:0-1", ">", "0:0-0")]
    [InlineData("~~", "<", "~~a")]
    [InlineData("~~a", "<", "~")]
    [InlineData("~", "<", "")]
    [InlineData("", "<", "a")]
    [InlineData("1.0~rc1", "<", "1.0")]
    [InlineData("1.0~rc1-1", "<", "1.0-1")]
    [InlineData("1.0-1~deb12u1", "<", "1.0-1")]
    [InlineData("1.0-1+deb12u1", ">", "1.0-1")]
    [InlineData("1.0-1", "<", "1.0-1+b1")]
    [InlineData("1.0a", "<", "1.0+")]
    [InlineData("1.0Z", "<", "1.0a")]
    [InlineData("1.0.", ">", "1.0")]
    [InlineData("1a", "<", "1b")]
    [InlineData("1.a", ">", "1.1")]
    [InlineData("2.7.4+reloaded2-13ubuntu1", "<", "2.7.4+reloaded2-13+b1")]
    [InlineData("20220101", "<", "1:0.1")]
    [InlineData("1.0-1-1", "<", "1.0-1-2")]
    [InlineData("99999999999999999999998", "<", "99999999999999999999999")]
    [InlineData("1.001", "=", "1.1")]
    public void Versions_compare_as_dpkg_compares_them(string a, string order, string b)
    {
        var expected = order switch { "<" => -1, "=" => 0, _ => 1 };
        Assert.Equal(expected, Math.Sign(DebianVersion.Compare(a, b)));
        Assert.Equal(-expected, Math.Sign(DebianVersion.Compare(b, a)));
    }

    [Theory]
    [InlineData("1.2.3-4", true)]
    [InlineData("2:1.0~rc1+dfsg-1~deb12u1", true)]
    [InlineData("", false)]
    [InlineData("a1", false)]
    [InlineData("x:1", false)]
    [InlineData("1-", false)]
    [InlineData("1 2", false)]
    [InlineData("1/2", false)]
    public void What_is_a_version_is_what_dpkg_accepts(string text, bool valid) => Assert.Equal(valid, DebianVersion.IsValid(text));
}
