using Buildit.Core.Debian;

namespace Buildit.Core.Tests.Debian;

public class LibraryPackagesTests
{
    [Theory]
    [InlineData("libssl.so.3", "libssl3")]
    [InlineData("libc.so.6", "libc6")]
    [InlineData("libpcre2-8.so.0", "libpcre2-8-0")]
    [InlineData("libdb-5.3.so", "libdb5.3")]
    [InlineData("libstdc++.so.6", "libstdc++6")]
    [InlineData("libXau.so.6", "libxau6")]
    [InlineData("libgcc_s.so.1", "libgcc-s1")]
    [InlineData("libplain.so", "libplain")]
    [InlineData("not a soname", null)]
    public void A_library_s_package_is_named_as_the_policy_says(string soname, string? package) => Assert.Equal(package, LibraryPackages.OfSoname(soname).FirstOrDefault());

    [Theory]
    [InlineData("/bin/sh", "dash")]
    [InlineData("/lib64/ld-linux-x86-64.so.2", "libc6")]
    [InlineData("python3", "python3")]
    [InlineData("/usr/bin/perl", "perl")]
    public void A_program_s_package_is_called_like_it(string program, string package) => Assert.Equal(package, LibraryPackages.OfProgram(program));
}
