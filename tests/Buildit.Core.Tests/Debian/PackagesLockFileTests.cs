using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using static Buildit.Core.Tests.Debian.TestIndex;

namespace Buildit.Core.Tests.Debian;

public class PackagesLockFileTests
{
    private static readonly string Text = PackagesLockFile.Print(Resolve(Of("b 1:2-3 ; Depends: a", "a ; Depends: b, c", "c"), "b"), "bookworm 12.15 main amd64");

    [Fact]
    public void The_file_looks_like_this()
    {
        Assert.StartsWith(
            $"""
            # Written by 'buildit lock' from bookworm 12.15 main amd64; do not edit

            Package: a
            Version: 1
            Architecture: amd64
            Filename: pool/a.deb
            Size: 5
            SHA256: {Digest.Of("a1").Hex}
            Depends: b, c

            Package: b
            Version: 1:2-3

            """,
            Text,
            StringComparison.Ordinal);
        Assert.EndsWith($"{Digest.Of("c1").Hex}\n", Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void What_was_printed_is_read_with_either_line_end(string end)
    {
        var locked = PackagesLockFile.Parse(new("packages.lock", Text.Replace("\n", end, StringComparison.Ordinal)));

        Assert.Equal(Text, PackagesLockFile.Print(locked, "bookworm 12.15 main amd64"));
    }

    [Theory]
    [InlineData("Size: 5", "Size: five", "packages.lock:7:7", "'five' is not a value for 'Size'")]
    [InlineData("Version: 1\n", "Version: x!\n", "packages.lock:4:10", "'x!' is not a value for 'Version'")]
    [InlineData("Filename: pool/a.deb", "Filename: ../a.deb", "packages.lock:6:11", "'../a.deb' is not a value for 'Filename'")]
    [InlineData("Architecture: amd64\nFilename: pool/a.deb", "Filename: pool/a.deb", "packages.lock:3:1", "the stanza has no 'Architecture'")]
    [InlineData("Depends: b, c", "Depends: b, zz", "packages.lock:9:10", "'a' depends on 'zz', which is not locked")]
    [InlineData("Package: a", "Package: b", "packages.lock:11:1", "'b' is locked twice")]
    [InlineData("Package: a\n", "Package: a\nExtra: 1\n", "packages.lock:4:1", "unknown field 'Extra'")]
    [InlineData("Package: a\n", "<<<<<<< HEAD\nPackage: a\n", "packages.lock:3:1", "a merge conflict is not resolved here")]
    public void What_is_wrong_is_shown_where_it_is(string old, string changed, string place, string message)
    {
        var at = Text.IndexOf(old, StringComparison.Ordinal);
        var source = new SourceText("packages.lock", Text[..at] + changed + Text[(at + old.Length)..]);
        var error = Assert.Throws<BuilditException>(() => PackagesLockFile.Parse(source)).Diagnostics[0];

        Assert.Equal((place, message), (error.Span.ToString(), error.Message));
        Assert.NotNull(error.Hint);
    }

    [Fact]
    public void A_name_that_is_not_locked_is_an_error_with_a_suggestion()
    {
        var locked = PackagesLockFile.Parse(new("packages.lock", Text.Replace("Package: c", "Package: coreutils", StringComparison.Ordinal).Replace("b, c", "b, coreutils", StringComparison.Ordinal)));

        Assert.Equal("did you mean 'coreutils'?", Assert.Throws<BuilditException>(() => locked.Closure(["coreutil"])).Diagnostics[0].Hint);
    }
}
