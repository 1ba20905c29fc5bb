using System.Text;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Keys;
using Buildit.Testing;

namespace Buildit.Store.Tests;

/// <summary>A store that is only looked at.</summary>
public sealed class StoreToReadTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Root => Path.Combine(_directory, "a store?#%");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_store_that_is_not_there_is_empty_and_is_not_made()
    {
        using var store = ContentStore.OpenToRead(Root);
        Assert.Null(store.Index.FindRecord(Key(1)));
        Assert.Empty(store.Index.FindRecords([Key(1)]));
        Assert.Null(store.ReadBlob(Digest.Of("x")));
        Assert.False(Directory.Exists(Root));
    }

    [Fact]
    public async Task A_store_is_read_without_a_trace()
    {
        using (var store = ContentStore.Open(Root))
        {
            Add(store, 1);
            await store.PutBlobAsync(Encoding.UTF8.GetBytes("x"), CancellationToken.None);
        }

        var before = Listing();
        using (var store = ContentStore.OpenToRead(Root))
        {
            Assert.Equal(Blob(1), store.Index.FindRecord(Key(1)));
            Assert.NotNull(store.ReadBlob(Digest.Of("x")));
        }

        Assert.Equal(before, Listing());
    }

    [Fact]
    public void What_another_process_has_just_written_is_seen()
    {
        using var writer = ContentStore.Open(Root);
        Add(writer, 1);
        Assert.NotEqual(0, new FileInfo(writer.Paths.Index + "-wal").Length);
        var before = Listing();
        using (var reader = ContentStore.OpenToRead(Root))
        {
            Assert.Equal(Blob(1), reader.Index.FindRecord(Key(1)));
            Add(writer, 2);
            Assert.Equal(Blob(2), reader.Index.FindRecord(Key(2)));
        }

        Assert.Equal(before.Select(l => l.Split(' ')[0]), Listing().Select(l => l.Split(' ')[0]));
        Add(writer, 3);
        Assert.Equal(Blob(3), writer.Index.FindRecord(Key(3)));
    }

    [Fact]
    public void What_a_process_that_died_has_left_in_the_log_is_seen_and_left_there()
    {
        var copy = Path.Combine(_directory, "copy");
        using (var writer = ContentStore.Open(Root))
        {
            Add(writer, 1);
            Directory.CreateDirectory(copy);
            foreach (var file in Directory.EnumerateFiles(Root, "index.db*"))
            {
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            }
        }

        var before = Listing();
        using (var reader = ContentStore.OpenToRead(copy))
        {
            Assert.Equal(Blob(1), reader.Index.FindRecord(Key(1)));
        }

        Assert.Equal(before, Listing());
    }

    [Theory]
    [InlineData("")]
    [InlineData("no database at all, though long enough to be taken for one; no database at all, though long enough to be taken for one")]
    public void An_index_that_was_never_finished_is_empty_and_one_that_is_none_is_told(string text)
    {
        Directory.CreateDirectory(Root);
        File.WriteAllText(Path.Combine(Root, "index.db"), text);
        if (text.Length == 0)
        {
            using var store = ContentStore.OpenToRead(Root);
            Assert.Empty(store.Index.FindRecords([Key(1)]));
        }
        else
        {
            Assert.Equal(ExitCode.StoreFailed, Assert.Throws<BuilditException>(() => ContentStore.OpenToRead(Root).Dispose()).Code);
        }
    }

    [Fact]
    public void A_damaged_blob_is_not_used_and_left_where_it_is()
    {
        using (ContentStore.Open(Root))
        {
        }

        using var store = ContentStore.OpenToRead(Root);
        File.WriteAllText(store.Paths.Blob(Digest.Of("x")), "y");
        var before = Listing();
        Assert.Null(store.ReadBlob(Digest.Of("x")));
        Assert.Null(store.VerifiedBlobPath(Digest.Of("x")));
        Assert.Equal(before, Listing());
        Assert.Throws<BuilditException>(store.RequireWritable);
    }

    [Fact]
    public void Many_keys_and_names_are_asked_for_at_once()
    {
        using var store = ContentStore.Open(Root);
        for (var i = 0; i < 100; i++)
        {
            Add(store, i);
        }

        var found = store.Index.FindRecords(Enumerable.Range(50, 1000).Select(Key));
        Assert.Equal(50, found.Count);
        Assert.All(Enumerable.Range(50, 50), i => Assert.Equal(Blob(i), found[Key(i)]));
        store.Index.AddRecord(Key(100), new(Digest.Of("build")), Blob(100), "a \"ä\"");
        Assert.Equal(["a \"ä\"", "package-7"], store.Index.FindPackages(["package-7", "package-1000", "a \"ä\""]).Order(StringComparer.Ordinal));
    }

    private static RecipeKey Key(int i) => new(Digest.Of($"key {i}"));

    private static Digest Blob(int i) => Digest.Of($"blob {i}");

    private static void Add(ContentStore store, int i) => store.Index.AddRecord(Key(i), new(Digest.Of($"build {i}")), Blob(i), $"package-{i}");

    private string[] Listing() =>
    [
        .. new DirectoryInfo(_directory).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(f => FormattableString.Invariant($"{Path.GetRelativePath(_directory, f.FullName).Replace(' ', '_')} {f.LastWriteTimeUtc.Ticks} {(f as FileInfo)?.Length}"))
            .Order(StringComparer.Ordinal),
    ];
}
