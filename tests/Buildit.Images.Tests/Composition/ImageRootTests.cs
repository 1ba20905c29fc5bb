using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Images.Composition;
using Buildit.Images.ContainerLayers;

namespace Buildit.Images.Tests.Composition;

public sealed class ImageRootTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_root_without_packages_has_the_base_directories()
    {
        var root = Sample.Root([]);
        Assert.Equal(["dev", "etc", "proc", "root", "run", "sys", "tmp", "var"], root.Entries.Select(e => e.Entry.Path));
        Assert.Equal("tmp 1777", $"tmp {Convert.ToString(root.Find("tmp")!.Entry.Mode, 8)}");
    }

    [Fact]
    public void Usr_merge_links_come_with_the_container_layer_for_the_directories_that_are_there()
    {
        var root = Sample.Root([Part("a", Sample.File("usr/bin/a"), Sample.File("usr/lib/a"))]);
        Assert.Equal("bin>usr/bin lib>usr/lib", string.Join(' ', root.ContainerLayer.Tree.Entries.Where(e => e.Kind == EntryKind.Symlink).Select(e => $"{e.Path}>{e.Target}")));
        Assert.DoesNotContain(root.ContainerLayer.Tree.Entries, e => e.Path.StartsWith("usr", StringComparison.Ordinal));
    }

    [Fact]
    public void A_container_s_path_through_a_usr_merge_link_is_followed()
    {
        _directory.Write("files/x", "x");
        var root = Sample.Root([Part("a", Sample.File("usr/bin/a"))], Files(Sample.Sync("files/", "/bin", recursive: true)));
        Assert.NotNull(root.Find("usr/bin/x"));
        Assert.Equal(EntryKind.Symlink, root.Find("bin")!.Entry.Kind);
    }

    [Fact]
    public void Equal_files_and_directories_may_come_from_two_packages()
    {
        var root = Sample.Root([Part("a", Sample.File("usr/x", "same"), Sample.Link("usr/l", "x")), Part("b", Sample.File("usr/x", "same"), Sample.Link("usr/l", "x"))]);
        Assert.Equal("a", root.Find("usr/x")!.Owner);
    }

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void A_conflict_names_both_packages_and_the_path(TreeEntry first, TreeEntry second, string expected)
    {
        var diagnostic = Assert.Single(Conflict([Part("a", first), Part("b", second)]));
        Assert.Equal(expected, diagnostic.Message);
    }

    public static TheoryData<TreeEntry, TreeEntry, string> Conflicts() => new()
    {
        { Sample.File("x", "one"), Sample.File("x", "two"), "'a' and 'b' both have '/x', with different content" },
        { Sample.File("x", "one"), Sample.File("x", "one", 0x1ED), "'a' and 'b' both have '/x', with mode 0644 owner 0:0 and with mode 0755 owner 0:0" },
        { Sample.File("x"), Sample.Link("x", "y"), "'a' and 'b' both have '/x', as a file and as a symbolic link to 'y'" },
        { Sample.Link("x", "y"), Sample.Link("x", "z"), "'a' and 'b' both have '/x', as a link to 'y' and to 'z'" },
        { Sample.Link("var/run", "/run"), Sample.File("var/run/x"), "'a' and 'b' both have '/var/run', as a symbolic link to '/run' and as a directory" },
        { Sample.Directory("x", 0x1C0), Sample.Directory("x", 0x1E8), "'a' and 'b' both have '/x', with mode 0700 owner 0:0 and with mode 0750 owner 0:0" },
    };

    [Fact]
    public void Several_conflicts_of_two_packages_are_one_message()
    {
        var diagnostic = Assert.Single(Conflict([Part("a", Sample.File("x", "1"), Sample.File("y", "1")), Part("b", Sample.File("x", "2"), Sample.File("y", "2"))]));
        Assert.Equal("also: /y", diagnostic.Detail);
    }

    [Fact]
    public void A_package_that_is_not_usr_merged_is_told()
    {
        var diagnostic = Assert.Single(Conflict([Part("a", Sample.File("usr/bin/a")), Part("b", Sample.File("bin/b"))]));
        Assert.Equal("'/bin' comes from 'b', but must be a link to '/usr/bin'", diagnostic.Message);
    }

    [Fact]
    public void The_container_may_replace_a_package_s_file()
    {
        _directory.Write("c", "mine");
        var root = Sample.Root([Part("a", Sample.File("etc/c", "theirs"))], Files(Sample.Sync("c", "/etc/c")));
        Assert.Null(root.Find("etc/c")!.Part);
        Assert.Equal("mine", new StreamReader(root.Find("etc/c")!.Open()).ReadToEnd());
    }

    [Fact]
    public void The_container_may_not_replace_a_directory_by_a_file()
    {
        _directory.Write("c", "mine");
        var diagnostic = Assert.Single(Conflict([Part("a", Sample.File("etc/c/x"))], Files(Sample.Sync("c", "/etc/c"))));
        Assert.Equal(("'/etc/c' is a directory of 'a' and cannot become a file", (SourceSpan?)Sample.Span), (diagnostic.Message, diagnostic.Span));
    }

    [Fact]
    public void The_container_may_not_write_through_a_package_s_link()
    {
        var diagnostic = Assert.Single(Conflict([Part("a", Sample.Link("var/run", "/run"))], Files(new Step.Directory("/var/run/x") { Span = Sample.Span })));
        Assert.Equal("write the path that the link stands for: '/run/x'", diagnostic.Hint);
    }

    [Fact]
    public void A_directory_with_attributes_keeps_them_whatever_other_packages_put_into_it()
    {
        _directory.Write("files/c", "c");
        var root = Sample.Root(
            [Part("a", Sample.Directory("srv", 0x1C0, 33)), Part("b", Sample.File("srv/b"))],
            Files(Sample.Sync("files/", "/srv", recursive: true)));
        Assert.Equal((0x1C0, 33), (root.Find("srv")!.Entry.Mode, root.Find("srv")!.Entry.Uid));
        // b's layer has /srv as 0755 again, so the container layer must put it right.
        Assert.Equal(0x1C0, root.ContainerLayer.Tree.Entries.Single(e => e.Path == "srv").Mode);
    }

    [Fact]
    public void A_hard_link_outlives_the_file_that_the_container_replaces()
    {
        _directory.Write("c", "mine");
        var part = Sample.Part(_directory, "a", (Sample.File("usr/bin/a"), "theirs"), (Sample.HardLink("usr/bin/b", "usr/bin/a"), ""), (Sample.HardLink("usr/bin/c", "usr/bin/a"), ""));
        var root = Sample.Root([part], Files(Sample.Sync("c", "/usr/bin/a")));
        Assert.Equal((EntryKind.File, EntryKind.File, EntryKind.HardLink), (Kind("a"), Kind("b"), Kind("c")));
        Assert.Equal("usr/bin/b", root.Find("usr/bin/c")!.Entry.Target);
        Assert.Equal("theirs", new StreamReader(root.Find("usr/bin/b")!.Open()).ReadToEnd());

        EntryKind Kind(string name) => root.Find("usr/bin/" + name)!.Entry.Kind;
    }

    [Theory]
    [InlineData("/usr/lib64/ld.so", "usr/lib/x/ld.so")]
    [InlineData("/lib64/ld.so", "usr/lib/x/ld.so")]
    [InlineData("usr/bin/../lib64/./ld.so", "usr/lib/x/ld.so")]
    [InlineData("/usr/lib64/none", null)]
    [InlineData("/usr/lib/x/ld.so/more", null)]
    [InlineData("/usr/loop", null)]
    [InlineData("/../usr/bin/a", "usr/bin/a")]
    public void Links_are_followed_within_the_root(string path, string? expected)
    {
        var root = Sample.Root([Part(
            "a", Sample.File("usr/bin/a"), Sample.File("usr/lib/x/ld.so"), Sample.Link("usr/lib64/ld.so", "../lib/x/ld.so"), Sample.Link("usr/loop", "loop"))]);
        Assert.Equal(expected, root.Resolve(path)?.Entry.Path);
    }

    private ImagePart Part(string name, params TreeEntry[] entries) =>
        Sample.Part(_directory, name, [.. entries.Select(e => (e, e.Size == 0 ? "" : e.Content == Core.Digest.Of("same") ? "same" : Text(e)))]);

    // The entries of these tests have one of a few contents: find it by its digest.
    private static string Text(TreeEntry entry) => new[] { "one", "two", "1", "2", "theirs" }.Single(t => Core.Digest.Of(t) == entry.Content);

    private ContainerFiles Files(params Step[] steps) => Sample.Files(Sample.Container(_directory.Path, steps));

    private static IReadOnlyList<Diagnostic> Conflict(ImagePart[] parts, ContainerFiles? files = null)
    {
        var bag = new DiagnosticBag();
        Assert.Null(ImageRoot.Compose(parts, files ?? ContainerFiles.Empty, Sample.Date, bag));
        return bag.Items;
    }
}
