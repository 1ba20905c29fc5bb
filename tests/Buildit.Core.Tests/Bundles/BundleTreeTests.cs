using System.Text;
using Buildit.Core.Bundles;
using Buildit.Core.Records;
using Buildit.Core.Trees;
using Buildit.Core.Trust;

namespace Buildit.Core.Tests.Bundles;

public class BundleTreeTests
{
    private static readonly string Head = $"buildit-tree 1 mtime={BundleLayout.Mtime}\n";

    [Fact]
    public void What_a_bundle_can_hold_is_read_as_it_was_printed()
    {
        var tree = Tree.Create(
            [
                new("a/run", EntryKind.File) { Mode = 0x1ED, Size = 3, Content = Digest.Of("abc") },
                new("a/text", EntryKind.File) { Size = 1, Content = Digest.Of("x") },
                new("a/b/up", EntryKind.Symlink) { Target = "../../a/text" },
                new("here", EntryKind.Symlink) { Target = "a/b" },
            ],
            BundleLayout.Mtime);
        Assert.Equal(tree.Entries.AsEnumerable(), BundleTree.Read(tree.Print()).Entries);
    }

    [Theory]
    [InlineData("f 644 0 0 1 - ../evil", "not a clean relative path")]
    [InlineData("f 644 0 0 1 - /etc/passwd", "not a clean relative path")]
    [InlineData("f 644 0 0 1 - a\nf 644 0 0 1 - a", "is there twice")]
    [InlineData("l 777 0 0 0 - a -> b\nf 644 0 0 1 - a/x", "lies below 'a', which is no directory")]
    [InlineData("f 644 0 0 1 - b\nf 644 0 0 1 - a", "not sorted")]
    [InlineData("f 644 0 0 1 - a/b", "lacks a directory")]
    [InlineData("f 4755 0 0 1 - a", "unusual permissions")]
    [InlineData("d 777 0 0 0 - a", "unusual permissions")]
    [InlineData("f 644 0 5 1 - a", "an owner or a size")]
    [InlineData("f 644 0 0 -1 - a", "an owner or a size")]
    [InlineData("l 777 0 0 0 - a -> ../b", "leads out of the bundle")]
    [InlineData("l 777 0 0 0 - a -> /etc/passwd", "leads out of the bundle")]
    [InlineData("d 755 0 0 0 - d\nl 777 0 0 0 - d/up -> ..\nl 777 0 0 0 - out -> d/up/../..", "leads out of the bundle")]
    [InlineData("f 644 0 0 1 - a\nh 644 0 0 0 - b -> a", "neither a file nor a directory nor a symbolic link")]
    [InlineData("f 644 0 0 1 - a\\nb", "control character")]
    [InlineData("d 755 0 0 0 - .buildit\nf 644 0 0 1 - .buildit/bundle.tree", "only the bundle itself")]
    [InlineData("nonsense", "")]
    public void What_could_touch_anything_else_is_refused(string lines, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => BundleTree.Read(Head + lines + "\n")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_statement_is_read_as_it_was_written()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var statement = new BundleStatement(["containers/a", "test/b"], Digest.Of("list"), PublicKey.Of(key.ExportSubjectPublicKeyInfo(), "me")!);
        var read = BundleStatement.Open(statement.Seal())!;
        Assert.Equal(statement.Targets.AsEnumerable(), read.Targets);
        Assert.Equal((statement.List, statement.Signer), (read.List, read.Signer));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"urn:buildit:bundle:1","predicate":{"targets":[],"signer":""}}""")]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"https://slsa.dev/provenance/v1","predicate":{}}""")]
    public void Anything_else_is_no_statement_of_a_bundle(string payload) => Assert.Null(BundleStatement.Open(Envelope.Of(Encoding.UTF8.GetBytes(payload))));
}
