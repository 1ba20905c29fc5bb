using Buildit.Build.Outputs;
using Buildit.Core;
using Buildit.Core.Trees;
using Buildit.Store.Trees;
using Buildit.Testing;

namespace Buildit.Build.Tests.Outputs;

public sealed class StrayFinderTests : IDisposable
{
    private static readonly Dictionary<string, string> Tools = new(StringComparer.Ordinal) { ["usr/bin/perl"] = "debian/perl-base", ["usr/bin/gcc-12"] = "debian/gcc-12", ["usr/sbin/x"] = "debian/x" };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("a\0/build/src/main.c\0b", "2 /build/src/main.c")]
    [InlineData("/build/src", "0 /build/src")]
    [InlineData("--with-cc-opt='-I/build/src/include -O2'", "17 /build/src/include")]
    [InlineData("DESTDIR=/out/root/usr", "8 /out/root/usr")]
    [InlineData("x /build/src/a.c /build/src/b.c", "2 /build/src/a.c x2")]
    [InlineData("/build/srcs /opt/build/src third/build/src /build", "")]
    [InlineData("PERL=/usr/bin/perl\n", "5 /usr/bin/perl (debian/perl-base)")]
    [InlineData("CC=/bin/gcc-12 -O2", "3 /bin/gcc-12 (debian/gcc-12)")]
    [InlineData("see /usr/sbin/x.", "4 /usr/sbin/x (debian/x)")]
    [InlineData("/usr/bin/perl5 /opt/bin/perl /usr/bin/gcc /bin/sh", "")]
    public void Paths_of_a_build_are_found_where_they_begin(string text, string expected) => Assert.Equal(expected, Find(text));

    [Fact]
    public void Nothing_is_lost_or_found_twice_between_the_pieces_that_a_large_file_is_read_in()
    {
        const int Piece = 1 << 20;
        foreach (var at in new[] { Piece - 4096 - 17, Piece - 4096 - 5, Piece - 4096, Piece - 4097, Piece - 20, Piece - 8, Piece, Piece + 1 })
        {
            Assert.Equal($"{at} /usr/bin/perl (debian/perl-base)", Find(new string(' ', at) + "/usr/bin/perl" + new string(' ', Piece)));
            Assert.Equal($"{at} /build/src/x", Find(new string(' ', at) + "/build/src/x" + new string(' ', 5000)));
        }
    }

    private string Find(string text)
    {
        _directory.Write("tree/usr/share/f", text);
        var tree = Tree.Create([new("usr/share/f", EntryKind.File) { Size = text.Length, Content = Digest.Of(text) }], 0);
        var found = new StrayFinder(["/build/src", "/out/root"], Tools).Find(new StoredTree(default, tree, Path.Combine(_directory, "tree")));
        return string.Join('\n', found.Select(f => $"{f.Offset} {f.Path}{(f.Count > 1 ? $" x{f.Count}" : "")}{(f.Tool is null ? "" : $" ({f.Tool})")}"));
    }
}
