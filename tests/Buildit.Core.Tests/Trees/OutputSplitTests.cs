using Buildit.Core.Trees;

namespace Buildit.Core.Tests.Trees;

public class OutputSplitTests
{
    [Theory]
    [InlineData("usr/bin/gcc", EntryKind.File, "runtime")]
    [InlineData("etc/nginx/include/x", EntryKind.File, "runtime")]
    [InlineData("usr/share/doc/x/copyright", EntryKind.File, "doc")]
    [InlineData("usr/share/man/man1/x.1.gz", EntryKind.File, "doc")]
    [InlineData("usr/share/locale/de/LC_MESSAGES/x.mo", EntryKind.File, "doc")]
    [InlineData("usr/lib/locale/C.utf8/LC_CTYPE", EntryKind.File, "runtime")]
    [InlineData("usr/share/info", EntryKind.Directory, "doc")]
    [InlineData("usr/share/docbook/x", EntryKind.File, "runtime")]
    [InlineData("usr/include/stdio.h", EntryKind.File, "dev")]
    [InlineData("usr/local/include/x.h", EntryKind.File, "dev")]
    [InlineData("usr/lib/x86_64-linux-gnu/libz.so", EntryKind.Symlink, "dev")]
    [InlineData("usr/lib/libz.so", EntryKind.Symlink, "dev")]
    [InlineData("usr/lib/x86_64-linux-gnu/libz.so.1", EntryKind.Symlink, "runtime")]
    [InlineData("usr/lib/x86_64-linux-gnu/libz.so.1.2.13", EntryKind.File, "runtime")]
    [InlineData("usr/lib/x86_64-linux-gnu/perl/plugin.so", EntryKind.Symlink, "runtime")]
    [InlineData("usr/lib/x86_64-linux-gnu/module.so", EntryKind.File, "runtime")]
    [InlineData("usr/lib/x86_64-linux-gnu/libz.a", EntryKind.File, "dev")]
    [InlineData("usr/lib/x86_64-linux-gnu/crt1.o", EntryKind.File, "dev")]
    [InlineData("usr/lib/x86_64-linux-gnu/pkgconfig/zlib.pc", EntryKind.File, "dev")]
    [InlineData("usr/lib/x86_64-linux-gnu/cmake/X/X.cmake", EntryKind.File, "dev")]
    [InlineData("usr/share/pkgconfig/x.pc", EntryKind.File, "dev")]
    [InlineData("usr/share/aclocal/x.m4", EntryKind.File, "dev")]
    [InlineData("usr/share/aclocal-1.16/x.m4", EntryKind.File, "runtime")]
    [InlineData("usr/lib/gcc/x86_64-linux-gnu/12/cc1", EntryKind.File, "runtime")]
    [InlineData("usr/lib/gcc/x86_64-linux-gnu/12/libgcc.a", EntryKind.File, "dev")]
    [InlineData("usr/lib/debug/.build-id/aa/bb.debug", EntryKind.File, "debug")]
    [InlineData("usr/lib/debugger", EntryKind.File, "runtime")]
    public void Paths_belong_where_Debian_would_put_them(string path, EntryKind kind, string expected) => Assert.Equal(expected, OutputSplit.Classify(path, kind));
}
