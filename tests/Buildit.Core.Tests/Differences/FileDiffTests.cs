using System.Collections.Immutable;
using Buildit.Core.Archives;
using Buildit.Core.Differences;
using Buildit.Core.Trees;

namespace Buildit.Core.Tests.Differences;

public class FileDiffTests
{
    private static readonly TreeEntry File = new("usr/bin/x", EntryKind.File) { Mode = 0x1ED, Size = 3, Content = Digest.Of("abc") };

    [Fact]
    public void What_came_went_and_changed_is_told_by_path()
    {
        var changes = FileDiff.Between([new("b", EntryKind.File), new("a", EntryKind.Directory), new("same", EntryKind.File)], [new("a", EntryKind.Directory) { Mode = 0x1C0 }, new("c", EntryKind.Symlink) { Target = "b" }, new("same", EntryKind.File)]);
        Assert.Equal([("a", true, true), ("b", true, false), ("c", false, true)], changes.Select(c => (c.Path, c.Old is not null, c.New is not null)));
    }

    [Theory]
    [InlineData("mode 0755 -> 4755")]
    [InlineData("owner 0:0 -> 101:5")]
    [InlineData("size 3 -> 4")]
    [InlineData("kind file -> directory; size 3 -> ")]
    [InlineData("target  -> y")]
    public void Every_aspect_of_a_file_is_told(string aspects)
    {
        var changed = aspects.Split(' ')[0] switch
        {
            "mode" => File with { Mode = 0x9ED },
            "owner" => File with { Uid = 101, Gid = 5 },
            "size" => File with { Size = 4 },
            "kind" => File with { Kind = EntryKind.Directory },
            _ => File with { Target = "y" },
        };
        Assert.Equal(aspects, string.Join("; ", Assert.Single(FileDiff.Between([File], [changed])).Aspects.Select(a => $"{a.Name} {a.Old} -> {a.New}")));
    }

    [Fact]
    public void What_happened_to_a_path_is_told_in_words()
    {
        Assert.Equal<string>(["content", "size", "mode"], Words(File with { Content = Digest.Of("abcd"), Size = 4, Mode = 0x1A4 }));
        Assert.Equal<string>(["kind"], Words(new(File.Path, EntryKind.Directory)));
        Assert.Equal(["removed"], FileDiff.Between([File], []).SelectMany(c => c.Words));
        Assert.Equal(["added"], FileDiff.Between([], [File]).SelectMany(c => c.Words));
    }

    [Fact]
    public void Only_of_two_files_with_other_bytes_the_contents_differ()
    {
        Assert.True(Assert.Single(FileDiff.Between([File], [File with { Content = Digest.Of("d") }])).IsContent);
        Assert.False(Assert.Single(FileDiff.Between([File], [File with { Mode = 0x1A4 }])).IsContent);
        Assert.False(Assert.Single(FileDiff.Between([File], [new(File.Path, EntryKind.Directory)])).IsContent);
        Assert.False(Assert.Single(FileDiff.Between([File], [])).IsContent);
    }

    [Fact]
    public void Of_ELF_files_with_other_bytes_it_is_told_how_they_are_loaded()
    {
        var (old, now) = (Elf("libx.so.1", "libc.so.6"), Elf("libx.so.2", "libc.so.6", "libm.so.6"));
        var changes = FileSet.Differences(new([File], _ => old), new([File with { Content = Digest.Of("abd") }], _ => now));
        Assert.Equal(["content", "soname libx.so.1 -> libx.so.2", "needed libc.so.6 -> libc.so.6, libm.so.6"], Assert.Single(changes).Aspects.Select(a => a.Name == "content" ? a.Name : $"{a.Name} {a.Old} -> {a.New}"));
    }

    [Fact]
    public void Files_with_equal_bytes_are_not_read() =>
        Assert.Empty(FileSet.Differences(new([File], _ => throw new InvalidOperationException()), new([File], _ => throw new InvalidOperationException())));

    private static ImmutableArray<string> Words(TreeEntry changed) => Assert.Single(FileDiff.Between([File], [changed])).Words;

    private static ElfFile Elf(string soname, params string[] needed) => new() { Is64Bit = true, Machine = 62, Type = ElfType.Shared, Soname = soname, Needed = [.. needed] };
}
