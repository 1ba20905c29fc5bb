using System.Collections.Immutable;
using System.Formats.Tar;
using Buildit.Core;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Store.Debian;

namespace Buildit.Store.Tests.Debian;

public sealed class DebImporterTests : IDisposable
{
    private static readonly LockedPackage Package = new("test", "1", "amd64", "pool/test.deb", 1, Digest.Of("x"), []);
    private static readonly EnumerationOptions WithoutLinks = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
    private readonly TemporaryDirectory _work = new();

    public void Dispose() => _work.Dispose();

    private ImmutableArray<ImportedOutput> Import(byte[] deb, params (string Path, string Target)[] links) =>
        DebImporter.Import(new MemoryStream(deb), _work.Path, Package, links.ToDictionary(l => l.Path, l => l.Target), default);

    [Fact]
    public void A_package_becomes_one_directory_and_one_tree_an_output()
    {
        var outputs = Import(new DebBuilder()
            .Directory("./").Directory("./bin/").Directory("./var/lib/x/", 0x1C0)
            .File("./bin/tool", "#!", 0x9ED, 42, 1234).File("./etc/secret", "s", 0x180)
            .Add(TarEntryType.HardLink, "./bin/alias", link: "./bin/tool")
            .Symlink("./usr/lib/libx.so", "libx.so.1").File("./usr/include/x.h", "int x;").File("./usr/share/doc/x/copyright", "free")
            .Deb());

        Assert.Equal(["dev", "doc", "runtime"], outputs.Select(o => o.Name));
        Assert.All(outputs, o => Assert.Equal(1234, o.Tree.Mtime));
        var runtime = outputs[2];
        Assert.Equal(["etc", "etc/secret", "usr", "usr/bin", "usr/bin/alias", "usr/bin/tool", "var", "var/lib", "var/lib/x"], runtime.Tree.Entries.Select(e => e.Path));
        Assert.Equal(
            new TreeEntry("usr/bin/tool", EntryKind.File) { Mode = 0x9ED, Uid = 42, Gid = 42, Size = 2, Content = Digest.Of("#!") },
            runtime.Tree.Entries.Single(e => e.Path == "usr/bin/tool"));
        Assert.Equal((EntryKind.HardLink, "usr/bin/tool", 0x9ED), runtime.Tree.Entries.Where(e => e.Path == "usr/bin/alias").Select(e => (e.Kind, e.Target, e.Mode)).Single());
        Assert.Equal("libx.so.1", new FileInfo(Path.Combine(outputs[0].Directory, "usr/lib/libx.so")).LinkTarget);
    }

    [Fact]
    public void Files_lie_on_disk_read_only_and_without_special_bits_whatever_the_tree_says()
    {
        var runtime = Import(new DebBuilder().File("./usr/bin/su", "x", 0x9ED).File("./etc/shadow", "x", 0x180).Directory("./var/empty/").Deb()).Single();

        Assert.Equal(0x16D, (int)File.GetUnixFileMode(Path.Combine(runtime.Directory, "usr/bin/su")));
        Assert.Equal(0x124, (int)File.GetUnixFileMode(Path.Combine(runtime.Directory, "etc/shadow")));
        Assert.True(Directory.Exists(Path.Combine(runtime.Directory, "var/empty")));
    }

    [Fact]
    public void Declared_links_are_made()
    {
        var runtime = Import(new DebBuilder().File("./usr/bin/gawk", "x").Deb(), ("/usr/bin/awk", "gawk")).Single();

        Assert.Equal("gawk", new FileInfo(Path.Combine(runtime.Directory, "usr/bin/awk")).LinkTarget);
        Assert.Contains(runtime.Tree.Entries, e => e is { Path: "usr/bin/awk", Kind: EntryKind.Symlink, Target: "gawk" });
    }

    [Fact]
    public void Both_spellings_of_a_file_are_written_once_and_must_be_equal()
    {
        var same = new DebBuilder().File("./lib/x", "same").File("./usr/lib/x", "same").Deb();
        Assert.Equal(["usr", "usr/lib", "usr/lib/x"], Import(same).Single().Tree.Entries.Select(e => e.Path));

        using var other = new TemporaryDirectory();
        var different = new DebBuilder().File("./lib/x", "same").File("./usr/lib/x", "else").Deb();
        Assert.Throws<BuilditException>(() => DebImporter.Import(new MemoryStream(different), other.Path, Package, ImmutableDictionary<string, string>.Empty, default));
    }

    [Fact]
    public void A_hard_link_shares_its_file()
    {
        var runtime = Import(new DebBuilder().File("./usr/bin/a", "x").Add(TarEntryType.HardLink, "./usr/bin/b", link: "./usr/bin/a").Deb()).Single();

        // Two names of one inode: what is written to one is read from the other.
        var path = Path.Combine(runtime.Directory, "usr/bin/a");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.AppendAllText(path, "y");
        Assert.Equal("xy", File.ReadAllText(Path.Combine(runtime.Directory, "usr/bin/b")));
    }

    public static TheoryData<string, byte[]> Hostile() => new()
    {
        { "/buildit-escaped", new DebBuilder().File("/buildit-escaped", "x").Deb() },
        { "../escaped", new DebBuilder().File("../escaped", "x").Deb() },
        { "./a/../../escaped", new DebBuilder().File("./a/../../escaped", "x").Deb() },
        { "./d/escaped", new DebBuilder().Symlink("./d", "/tmp").File("./d/escaped", "x").Deb() },
        { "./d/e/escaped", new DebBuilder().Symlink("./d", "..").Directory("./d/e/").File("./d/e/escaped", "x").Deb() },
        { "./f", new DebBuilder().Symlink("./f", "../escaped").File("./f", "x").Deb() },
        { "./dev/null", new DebBuilder().Add(TarEntryType.CharacterDevice, "./dev/null").Deb() },
        { "./fifo", new DebBuilder().Add(TarEntryType.Fifo, "./fifo").Deb() },
        { "./shadow", new DebBuilder().Add(TarEntryType.HardLink, "./shadow", link: "/etc/shadow").Deb() },
        { "./shadow", new DebBuilder().Symlink("./l", "/etc/shadow").Add(TarEntryType.HardLink, "./shadow", link: "./l").Deb() },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void R44_a_hostile_package_is_refused_and_writes_nothing_outside(string entry, byte[] deb)
    {
        var inside = Directory.CreateDirectory(Path.Combine(_work.Path, "inside")).FullName;
        var error = Assert.Throws<BuilditException>(() => DebImporter.Import(new MemoryStream(deb), inside, Package, ImmutableDictionary<string, string>.Empty, default));

        Assert.StartsWith("the package 'test' is refused", error.Message, StringComparison.Ordinal);
        // Implied directories are refused by the name that the archive gives them.
        Assert.Contains(entry.Split('/')[1], error.Message, StringComparison.Ordinal);
        Assert.Equal([inside], Directory.EnumerateFileSystemEntries(_work.Path));
        Assert.DoesNotContain(Directory.EnumerateFiles(inside, "*", WithoutLinks), f => Path.GetFileName(f) is "escaped" or "shadow");
        Assert.False(File.Exists("/buildit-escaped") || File.Exists("/tmp/escaped"));
    }

    [Fact]
    public void A_damaged_package_is_an_error_that_names_it()
    {
        var deb = new DebBuilder().File("./usr/bin/a", new string('x', 5000)).Deb();

        Assert.StartsWith("the package 'test' is damaged", Assert.Throws<BuilditException>(() => Import(deb[..^20])).Message, StringComparison.Ordinal);
    }
}
