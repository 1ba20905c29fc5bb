using Buildit.Core.Licenses;

namespace Buildit.Core.Tests.Licenses;

public sealed class DebianCopyrightTests
{
    private const string Head = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: a\n";

    [Theory]
    [InlineData("Expat", "MIT")]
    [InlineData("GPL-2+", "GPL-2.0-or-later")]
    [InlineData("GPL-3", "GPL-3.0-only")]
    [InlineData("LGPL-2.1+", "LGPL-2.1-or-later")]
    [InlineData("GPL", "GPL-1.0-or-later")]
    [InlineData("GPL-2+ or Artistic", "Artistic-1.0 OR GPL-2.0-or-later")]
    [InlineData("GPL-2+ and Expat, and Zlib", "GPL-2.0-or-later AND MIT AND Zlib")]
    [InlineData("public-domain", "LicenseRef-public-domain")]
    [InlineData(",", "LicenseRef--")]
    [InlineData("BSD-variant by someone", "LicenseRef-BSD-variant-by-someone")]
    public void Short_names_become_SPDX_s(string written, string spdx)
    {
        var read = DebianCopyright.Read($"{Head}\nFiles: *\nCopyright: me\nLicense: {written}\n Some text.\n")!;
        Assert.Equal(spdx.Split(' ').Order(StringComparer.Ordinal), read.ToString().Split(' ').Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_licenses_of_all_files_count_and_a_text_alone_does_not() => Assert.Equal(
        "MIT AND Zlib",
        DebianCopyright.Read($"{Head}\nFiles: *\nLicense: Expat\n\nFiles: b\nLicense: Zlib\n\nFiles: c\nLicense: Expat\n\nLicense: GPL-2\n Not used by any file.\n")!.ToString());

    [Theory]
    [InlineData("This package was debianized by someone.\nLicense: MIT\n")]
    [InlineData("")]
    [InlineData("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: me\n")]
    public void From_prose_nothing_is_guessed(string text) => Assert.Null(DebianCopyright.Read(text));

    [Fact]
    public void The_text_of_a_license_is_found_by_the_name_that_it_got() => Assert.Equal(
        "First.\n\nSecond.",
        DebianCopyright.TextOf($"{Head}\nFiles: *\nLicense: my own\n\nLicense: my own\n First.\n .\n Second.\n\nLicense: other\n No.\n", "LicenseRef-my-own"));
}
