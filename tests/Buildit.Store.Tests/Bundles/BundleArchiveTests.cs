using System.Diagnostics;
using System.Text;
using Buildit.Core;
using Buildit.Core.Bundles;
using Buildit.Core.Diagnostics;
using Buildit.Core.Records;
using Buildit.Core.Trees;
using Buildit.Store.Bundles;
using Buildit.Store.Trust;
using Buildit.Testing;

namespace Buildit.Store.Tests.Bundles;

/// <summary>Archives that somebody has made by hand: a list that is right, and something else behind it.</summary>
public sealed class BundleArchiveTests : IDisposable
{
    private readonly Buildit.Testing.TemporaryDirectory _directory = new();
    private readonly SigningKey _key = SigningKey.New("test", null, null);

    private static Tree Listed { get; } = Tree.Create(
        [new("a", EntryKind.File) { Size = 3, Content = Digest.Of("abc") }, new("d/l", EntryKind.Symlink) { Target = "../a" }], BundleLayout.Mtime);

    [Fact]
    public void What_is_as_it_is_listed_is_unpacked()
    {
        using var bundle = BundleArchive.Open(Pack(tar => BundleWriter.Write(tar, Statement(Listed), Listed, _ => Text("abc"))));
        bundle.Unpack(Target(), CancellationToken.None);
        Assert.Equal("abc", File.ReadAllText(Path.Combine(Target(), "d/l")));
    }

    [Fact]
    public void Other_bytes_than_were_listed_are_not_even_written() =>
        Assert.Contains("changed while it was bundled", Assert.Throws<BuilditException>(() => BundleWriter.Write(Stream.Null, Statement(Listed), Listed, _ => Text("abd"))).Message, StringComparison.Ordinal);

    [Fact]
    public void More_than_is_listed_is_refused() => Refused("entry 'z' is not in its list", tar =>
    {
        Head(tar);
        tar.WriteTree(Listed, _ => Text("abc"));
        tar.WriteFile("z", "z"u8, 0x1A4, 0);
    });

    [Fact]
    public void Less_than_is_listed_is_refused() => Refused("'d/l' is not in it", tar =>
    {
        Head(tar);
        tar.WriteTree(Tree.Create(Listed.Entries.Where(e => e.Path != "d/l"), 0), _ => Text("abc"));
    });

    [Fact]
    public void A_longer_file_than_is_listed_is_refused() => Refused("unpacks to more than", tar =>
    {
        Head(tar);
        tar.WriteFile("a", new byte[1 << 20], 0x1A4, 0);
    });

    [Fact]
    public void A_link_in_place_of_a_file_is_refused() => Refused("is not what its list says: 'a'", tar =>
    {
        Head(tar);
        tar.WriteEntry(new("a", EntryKind.Symlink) { Target = "/etc/passwd" }, 0, _ => Stream.Null);
    });

    [Fact]
    public void A_link_that_leads_elsewhere_than_listed_is_refused() => Refused("is not what its list says: 'd/l'", tar =>
    {
        Head(tar);
        tar.WriteTree(Tree.Create(Listed.Entries.Where(e => e.Kind != EntryKind.Symlink), 0), _ => Text("abc"));
        tar.WriteEntry(new("d/l", EntryKind.Symlink) { Target = "/etc" }, 0, _ => Stream.Null);
    });

    [Fact]
    public void A_statement_of_any_size_is_not_taken_into_memory() =>
        Opens("is larger than 1 MiB", tar => tar.WriteFile(BundleLayout.Statement, new byte[2 << 20], 0x1A4, 0));

    [Fact]
    public void What_begins_with_anything_else_is_no_bundle() => Opens("'.buildit/bundle.json' is not where it should be", tar => tar.WriteFile("x", "x"u8, 0x1A4, 0));

    [Fact]
    public void Another_list_than_the_signed_one_is_refused() => Opens("its list is not the one that was signed", tar =>
    {
        tar.WriteFile(BundleLayout.Statement, Statement(Listed).Write(), 0x1A4, 0);
        tar.WriteFile(BundleLayout.List, "buildit-tree 1 mtime=0\n"u8, 0x1A4, 0);
    });

    [Fact]
    public void The_same_key_signs_the_same_content_with_the_same_signature()
    {
        using var store = ContentStore.Open(Path.Combine(_directory, "store"));
        var envelope = Envelope.Of("{}"u8.ToArray());
        Assert.Equal(_key.Sign(envelope, store.Index).Write(), _key.Sign(envelope, store.Index).Write());
        Assert.NotEqual(_key.Sign(envelope).Write(), _key.Sign(envelope).Write());
        Assert.True(_key.Public.Verifies(envelope.SignedBytes, _key.Sign(envelope, store.Index).Signatures.Single().Value.Span));
    }

    public void Dispose()
    {
        _key.Dispose();
        _directory.Dispose();
    }

    private void Refused(string reason, Action<CanonicalTarWriter> write)
    {
        using var bundle = BundleArchive.Open(Pack(write));
        Assert.Contains(reason, Assert.Throws<BuilditException>(() => bundle.Unpack(Target(), CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    private void Opens(string reason, Action<CanonicalTarWriter> write) =>
        Assert.Contains(reason, Assert.Throws<BuilditException>(() => BundleArchive.Open(Pack(write)).Dispose()).Message, StringComparison.Ordinal);

    private void Head(CanonicalTarWriter tar)
    {
        tar.WriteFile(BundleLayout.Statement, Statement(Listed).Write(), 0x1A4, 0);
        tar.WriteFile(BundleLayout.List, Encoding.UTF8.GetBytes(Listed.Print()), 0x1A4, 0);
    }

    private Envelope Statement(Tree tree) => _key.Sign(new BundleStatement(["t"], Digest.Of(Encoding.UTF8.GetBytes(tree.Print())), _key.Public).Seal());

    private string Pack(Action<CanonicalTarWriter> write) => Pack(stream =>
    {
        var tar = new CanonicalTarWriter(stream);
        write(tar);
        tar.Finish();
    });

    private string Pack(Action<Stream> write)
    {
        var path = Path.Combine(_directory, "bundle");
        using (var tar = File.Create(path + ".tar"))
        {
            write(tar);
        }

        using var zstd = Process.Start("zstd", ["-q", "-f", path + ".tar", "-o", path]);
        zstd.WaitForExit();
        Assert.Equal(0, zstd.ExitCode);
        return path;
    }

    private string Target() => Directory.CreateDirectory(Path.Combine(_directory, "out")).FullName;

    private static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));
}
