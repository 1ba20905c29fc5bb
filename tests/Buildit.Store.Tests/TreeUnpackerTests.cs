using Buildit.Core;
using Buildit.Core.Trees;
using Buildit.Store.Trees;

namespace Buildit.Store.Tests;

/// <summary>A canonical tar is unpacked into the tree that it was written from, whatever is in it.</summary>
public sealed class TreeUnpackerTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Everything_that_a_tree_can_have_comes_back()
    {
        var tree = Tree.Create(
            [
                File("usr/bin/plain", 0x1ED),
                File("usr/bin/suid", 0x9ED),
                // Bytes that are no text: bit 7 of the first byte is set.
                File("usr/bin/capable", 0x1ED) with { Capabilities = FileCapabilities.TryParse("cap_setuid,cap_audit_write,cap_bpf=ep") },
                new("usr/bin/second", EntryKind.HardLink) { Target = "usr/bin/plain", Mode = 0x1ED },
                new("usr/bin/link", EntryKind.Symlink) { Target = "../ünï/" + new string('t', 150) },
                File("usr/share/日本語 " + new string('n', 150), 0x1A4),
                new("var/sticky", EntryKind.Directory) { Mode = 0x3FF, Uid = 5, Gid = 3_000_000 },
            ],
            1714521600);
        using var tar = new MemoryStream();
        var writer = new CanonicalTarWriter(tar);
        writer.WriteTree(tree, _ => new MemoryStream("content"u8.ToArray()));
        writer.Finish();
        tar.Position = 0;

        var unpacked = new TreeUnpacker(Path.Combine(_directory.Path, "tree")).Unpack(tar, CancellationToken.None);

        Assert.Equal(tree.Print(), unpacked.Print());
    }

    [Theory]
    [InlineData('3')]
    [InlineData('6')]
    public void What_no_tree_can_have_is_refused(char type)
    {
        byte[] header;
        using (var tar = new MemoryStream())
        {
            var writer = new CanonicalTarWriter(tar);
            writer.WriteEntry(new("x", EntryKind.Directory), 0, _ => Stream.Null);
            writer.Finish();
            header = tar.ToArray();
        }

        header[156] = (byte)type;
        FixChecksum(header);
        Assert.Throws<InvalidDataException>(() => new TreeUnpacker(Path.Combine(_directory.Path, "tree")).Unpack(new MemoryStream(header), CancellationToken.None));
    }

    private static void FixChecksum(byte[] header)
    {
        header.AsSpan(148, 8).Fill((byte)' ');
        var sum = header.Take(512).Sum(b => b);
        var text = Convert.ToString(sum, 8).PadLeft(6, '0');
        for (var i = 0; i < text.Length; i++)
        {
            header[148 + i] = (byte)text[i];
        }

        header[154] = 0;
    }

    private static TreeEntry File(string path, int mode) => new(path, EntryKind.File) { Mode = mode, Size = 7, Content = Digest.Of("content") };
}
