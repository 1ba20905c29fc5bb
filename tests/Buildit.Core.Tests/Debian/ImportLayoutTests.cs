using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;

namespace Buildit.Core.Tests.Debian;

public class ImportLayoutTests
{
    private static readonly Digest Content = Digest.Of("content");

    private static ArchiveEntry Entry(string path, EntryKind? kind, string target = "") => new(path, kind, 0x1ED, 100) { Target = target };

    private static ImportLayout Layout(params ArchiveEntry[] entries)
    {
        var layout = new ImportLayout("test");
        foreach (var entry in entries)
        {
            if (layout.Place(entry) is { Entry.Kind: EntryKind.File, SharedWith: null } file)
            {
                layout.SetContent(file, Content);
            }
        }

        return layout;
    }

    private static string Paths(ImportLayout layout, string output) =>
        string.Join(' ', layout.ToTrees()[output].Entries.Where(e => e.Kind != EntryKind.Directory).Select(e => e.Path));

    [Theory]
    [InlineData("/etc/passwd", EntryKind.File, "")]
    [InlineData("../x", EntryKind.File, "")]
    [InlineData("./a/../../x", EntryKind.Directory, "")]
    [InlineData("./dev/null", null, "")]
    [InlineData(".", EntryKind.Symlink, "/")]
    [InlineData("lib", EntryKind.Symlink, "/etc")]
    [InlineData("bin", EntryKind.File, "")]
    [InlineData("link", EntryKind.Symlink, "")]
    [InlineData("hard", EntryKind.HardLink, "/etc/shadow")]
    [InlineData("hard", EntryKind.HardLink, "../shadow")]
    [InlineData("hard", EntryKind.HardLink, "not-there")]
    public void R44_what_no_package_does_is_refused(string path, EntryKind? kind, string target)
    {
        var error = Assert.Throws<BuilditException>(() => Layout(Entry(path, kind, target)));

        Assert.Contains("'test'", error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{path}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void R44_nothing_is_written_through_a_link_or_a_file()
    {
        Assert.Throws<BuilditException>(() => Layout(Entry("./d", EntryKind.Symlink, "/etc"), Entry("./d/passwd", EntryKind.File)));
        Assert.Throws<BuilditException>(() => Layout(Entry("./d", EntryKind.Symlink, "/etc"), Entry("./d", EntryKind.Directory), Entry("./d/passwd", EntryKind.File)));
        Assert.Throws<BuilditException>(() => Layout(Entry("./d/x", EntryKind.File), Entry("./d", EntryKind.Symlink, "/etc")));
        Assert.Throws<BuilditException>(() => Layout(Entry("./f", EntryKind.File), Entry("./f/x", EntryKind.Directory)));
        Assert.Throws<BuilditException>(() => Layout(Entry("./lib/d", EntryKind.Symlink, "/etc"), Entry("./usr/lib/d/x", EntryKind.File)));
    }

    [Fact]
    public void Both_spellings_of_a_path_are_one_if_they_have_the_same_content()
    {
        var layout = Layout(Entry("./lib/x", EntryKind.File), Entry("./usr/lib/x", EntryKind.File), Entry("./bin/l", EntryKind.Symlink, "x"), Entry("./usr/bin/l", EntryKind.Symlink, "x"));
        Assert.Equal("usr/bin/l usr/lib/x", Paths(layout, "runtime"));

        var repeated = layout.Place(Entry("./lib/x", EntryKind.File))!;
        Assert.Throws<BuilditException>(() => layout.SetContent(repeated, Digest.Of("other")));
        Assert.Throws<BuilditException>(() => layout.Place(Entry("./bin/l", EntryKind.Symlink, "y")));
        Assert.Throws<BuilditException>(() => layout.Place(Entry("./lib/x", EntryKind.Symlink, "y")));
    }

    [Fact]
    public void The_links_of_a_merged_system_are_left_to_the_root()
    {
        var layout = Layout(Entry("./lib", EntryKind.Symlink, "usr/lib"), Entry("./bin", EntryKind.Symlink, "/usr/bin"), Entry("./sbin/", EntryKind.Directory), Entry("./sbin/x", EntryKind.File));

        Assert.Equal(["usr", "usr/sbin", "usr/sbin/x"], layout.ToTrees()["runtime"].Entries.Select(e => e.Path));
    }

    [Fact]
    public void Directories_are_in_each_output_with_their_own_mode_and_empty_ones_are_kept()
    {
        var layout = Layout(
            new("./var/mail", EntryKind.Directory, 0x5FD, 7) { Gid = 8 },
            new("./usr/", EntryKind.Directory, 0x1C0, 7),
            Entry("./usr/bin/x", EntryKind.File),
            Entry("./usr/include/x.h", EntryKind.File),
            Entry("./usr/share/doc/x/", EntryKind.Directory));
        var trees = layout.ToTrees();

        Assert.Equal(["dev", "doc", "runtime"], trees.Keys);
        Assert.All(trees.Values, t => Assert.Equal(0x1C0, t.Entries.Single(e => e.Path == "usr").Mode));
        Assert.All(trees.Values, t => Assert.Equal(100, t.Mtime));
        Assert.Equal((0x5FD, 8), trees["runtime"].Entries.Where(e => e.Path == "var/mail").Select(e => (e.Mode, e.Gid)).Single());
        Assert.Contains(trees["doc"].Entries, e => e.Path == "usr/share/doc/x");
    }

    [Fact]
    public void A_hard_link_into_another_output_is_a_file_there()
    {
        var layout = Layout(Entry("./usr/bin/a", EntryKind.File), Entry("./usr/bin/b", EntryKind.HardLink, "./usr/bin/a"), Entry("./usr/bin/c", EntryKind.HardLink, "usr/bin/b"), Entry("./usr/include/d", EntryKind.HardLink, "./usr/bin/a"));
        var trees = layout.ToTrees();

        Assert.All(trees["runtime"].Entries.Where(e => e.Path is "usr/bin/b" or "usr/bin/c"), e => Assert.Equal((EntryKind.HardLink, "usr/bin/a"), (e.Kind, e.Target)));
        Assert.Equal((EntryKind.File, Content), trees["dev"].Entries.Where(e => e.Path == "usr/include/d").Select(e => (e.Kind, e.Content)).Single());
    }

    [Fact]
    public void Declared_links_are_added()
    {
        var layout = Layout(Entry("./usr/bin/gawk", EntryKind.File));
        layout.AddLink("/bin/awk", "gawk");

        Assert.Equal("usr/bin/awk usr/bin/gawk", Paths(layout, "runtime"));
        Assert.Throws<BuilditException>(() => layout.AddLink("usr/bin/nawk", "gawk"));
        Assert.Throws<BuilditException>(() => layout.AddLink("/usr/bin/gawk", "mawk"));
    }
}
