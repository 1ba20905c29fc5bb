using Buildit.Core.Debian;

namespace Buildit.Core.Tests.Debian;

public class UsrMergeTests
{
    [Theory]
    [InlineData("bin/sh", "usr/bin/sh")]
    [InlineData("lib64", "usr/lib64")]
    [InlineData("lib/x86_64-linux-gnu/libc.so.6", "usr/lib/x86_64-linux-gnu/libc.so.6")]
    [InlineData("usr/bin/make", "usr/bin/make")]
    [InlineData("library/x", "library/x")]
    [InlineData("etc/lib/x", "etc/lib/x")]
    public void Paths_are_folded_into_usr(string path, string expected) => Assert.Equal(expected, UsrMerge.Fold(path));

    [Theory]
    [InlineData("usr/lib/x86_64-linux-gnu/libm.so", "/lib/x86_64-linux-gnu/libm.so.6", "/lib/x86_64-linux-gnu/libm.so.6")]
    [InlineData("lib/x86_64-linux-gnu/libm.so", "libm.so.6", "libm.so.6")]
    [InlineData("lib/x86_64-linux-gnu/foo", "../../usr/x", "../../x")]
    [InlineData("lib/x86_64-linux-gnu/foo", "../../usr/lib/bar", "../bar")]
    [InlineData("lib/systemd/system/x", "../../../etc/x", "../../../../etc/x")]
    [InlineData("lib64/ld.so", "../lib/x86_64-linux-gnu/ld.so", "../lib/x86_64-linux-gnu/ld.so")]
    [InlineData("bin/foo", "../usr/bin/bar", "bar")]
    [InlineData("bin/foo", "./bar", "./bar")]
    [InlineData("sbin/foo", "../bin/bar", "../bin/bar")]
    [InlineData("sbin/foo", "../etc/bar", "../../etc/bar")]
    [InlineData("usr/lib/x86_64-linux-gnu/libz.so", "../../../lib/x86_64-linux-gnu/libz.so.1", "../../../lib/x86_64-linux-gnu/libz.so.1")]
    public void A_link_still_means_what_it_meant(string path, string target, string expected) => Assert.Equal(expected, UsrMerge.FoldTarget(path, target));
}
