using Buildit.Build.Sandboxing;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Store;
using Buildit.Testing;

namespace Buildit.Build.Tests.Sandboxing;

public sealed class RootComposerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ContentStore _store;

    public RootComposerTests() => _store = ContentStore.Open(Path.Combine(_directory, "store"));

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_root_links_files_and_has_what_every_root_has()
    {
        var part = await Part("lib/a", File("usr/lib/a", "a"), new("usr/lib/b", EntryKind.HardLink) { Target = "usr/lib/a" }, Link("usr/lib/c", "a"), File("etc/group", "mine"));
        var root = await Compose(part);
        Assert.Equal(["a", "a", "a"], new[] { "usr/lib/a", "usr/lib/b", "lib/c" }.Select(f => Read(root, f)));
        Assert.Equal("mine", Read(root, "etc/group"));
        Assert.Contains("buildit:x:1000:", Read(root, "etc/passwd"), StringComparison.Ordinal);
        Assert.Equal(["usr/bin", "usr/sbin", "usr/lib", "usr/lib64"], new[] { "bin", "sbin", "lib", "lib64" }.Select(l => new FileInfo(Path.Combine(root, l)).LinkTarget));
        Assert.All(["build", "out", "src", "proc", "dev", "tmp"], d => Assert.True(Directory.Exists(Path.Combine(root, d))));
        Assert.Equal(root, await Compose(part));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_store.Scratch));
    }

    [Fact]
    public async Task The_order_of_parts_does_not_matter()
    {
        var (a, b) = (await Part("lib/a", File("usr/lib/a", "a")), await Part("lib/b", File("usr/lib/b", "b")));
        Assert.Equal(await Compose(a, b), await Compose(b, a, a));
        Assert.NotEqual(await Compose(a, b), await Compose(a));
    }

    [Fact]
    public async Task Equal_content_may_come_from_two_packages()
    {
        var a = await Part("lib/a", File("usr/lib/x", "x"), Link("usr/lib/l", "x"), File("lib/y", "y"));
        var b = await Part("lib/b", File("usr/lib/x", "x"), Link("usr/lib/l", "x"), File("usr/lib/y", "y"), Link("lib", "usr/lib") with { Path = "lib64", Target = "usr/lib64" });
        var root = await Compose(a, b);
        Assert.Equal("y", Read(root, "lib/y"));
    }

    [Theory]
    [InlineData("usr/lib/x", "usr/lib/x")]
    [InlineData("lib/x", "usr/lib/x")]
    [InlineData("opt/x", "opt/x/y")]
    public async Task A_conflict_names_both_packages_and_nothing_is_left(string one, string other)
    {
        var (a, b) = (await Part("lib/a", File(one, "one")), await Part("lib/b", File(other, "other")));
        var error = await Assert.ThrowsAsync<BuilditException>(() => Compose(b, a));
        Assert.Equal(ExitCode.Failed, error.Code);
        var path = one.StartsWith("opt", StringComparison.Ordinal) ? "/opt/x" : "/usr/lib/x";
        Assert.Equal($"'lib/a' and 'lib/b' both have '{path}', with different content", Assert.Single(error.Diagnostics).Message);
        Assert.Contains("replaces: [lib/a]", error.Diagnostics[0].Hint, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_store.Scratch));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_store.Paths.Roots));
    }

    [Fact]
    public async Task Nothing_is_written_through_a_link_of_another_package()
    {
        var outside = Path.Combine(_directory, "outside");
        Directory.CreateDirectory(outside);
        var (a, b) = (await Part("lib/a", Link("opt/x", outside)), await Part("lib/b", File("opt/x/planted", "planted")));
        await Assert.ThrowsAsync<BuilditException>(() => Compose(a, b));
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
    }

    [Theory]
    [InlineData("etc")]
    [InlineData("usr")]
    [InlineData("build")]
    [InlineData("lib")]
    public async Task A_mount_point_stays_a_directory(string path)
    {
        var error = await Assert.ThrowsAsync<BuilditException>(async () => await Compose(await Part("lib/a", Link(path, "/tmp"))));
        Assert.StartsWith("'lib/a' has '/", error.Message, StringComparison.Ordinal);
    }

    private async Task<RootPart> Part(string package, params TreeEntry[] entries)
    {
        var directory = _store.NewWorkPath("part");
        foreach (var entry in entries.Where(e => e.Kind != EntryKind.Symlink))
        {
            var path = Path.Combine(directory, entry.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            System.IO.File.WriteAllText(path, entry.Kind == EntryKind.File ? Texts[entry.Content] : System.IO.File.ReadAllText(Path.Combine(directory, entry.Target!)));
        }

        Directory.CreateDirectory(directory);
        return new(package, "runtime", (await _store.CommitAsync([_store.PrepareTree(Tree.Create(entries, 1), directory)], [], CancellationToken.None))[0]);
    }

    private static readonly Dictionary<Digest, string> Texts = new[] { "a", "b", "x", "y", "mine", "one", "other", "planted" }.ToDictionary(t => Digest.Of(t));

    private static TreeEntry File(string path, string text) => new(path, EntryKind.File) { Size = text.Length, Content = Digest.Of(text) };

    private static TreeEntry Link(string path, string target) => new(path, EntryKind.Symlink) { Target = target };

    private static string Read(string root, string path) => System.IO.File.ReadAllText(Path.Combine(root, path));

    private Task<string> Compose(params RootPart[] parts) => new RootComposer(_store).ComposeAsync(parts, CancellationToken.None);
}
