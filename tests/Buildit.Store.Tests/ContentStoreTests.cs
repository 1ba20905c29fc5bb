using System.Text;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Keys;
using Buildit.Core.Trees;
using Buildit.Store.Trees;

namespace Buildit.Store.Tests;

public sealed class ContentStoreTests : IDisposable
{
    private static readonly byte[] Bytes = Encoding.UTF8.GetBytes("content");
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly Buildit.Testing.TemporaryDirectory _directory = new();
    private readonly ContentStore _store;

    public ContentStoreTests() => _store = ContentStore.Open(Path.Combine(_directory, "store"));

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_blob_is_read_as_it_was_put()
    {
        var digest = await _store.PutBlobAsync(Bytes, None);
        Assert.Equal(Digest.Of(Bytes), digest);
        Assert.Equal(Bytes, _store.ReadBlob(digest));
        Assert.Equal(Bytes, File.ReadAllBytes(_store.VerifiedBlobPath(digest)!));
        Assert.Equal(digest, await _store.PutBlobAsync(Bytes, None));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_store.Scratch));
        Assert.True((File.GetUnixFileMode(_store.Paths.Blob(digest)) & (UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0);
    }

    [Fact]
    public void A_blob_that_is_not_there_is_null()
    {
        Assert.Null(_store.ReadBlob(Digest.Of("x")));
        Assert.Null(_store.VerifiedBlobPath(Digest.Of("x")));
        Assert.Null(_store.FindTree(Digest.Of("x")));
    }

    [Fact]
    public void A_damaged_blob_is_put_aside_and_not_used()
    {
        var digest = Damaged();
        Assert.Null(_store.ReadBlob(digest));
        Assert.False(_store.HasBlob(digest));

        digest = Damaged();
        Assert.Null(_store.VerifiedBlobPath(digest));
        Assert.False(_store.HasBlob(digest));
        Assert.Equal(2, Directory.EnumerateFiles(_store.Paths.Work, "corrupt-*").Count());
    }

    [Fact]
    public async Task A_damaged_blob_is_replaced_when_it_is_put_again()
    {
        var digest = Damaged();
        await _store.PutBlobAsync(Bytes, None);
        Assert.Equal(Bytes, _store.ReadBlob(digest));
    }

    [Fact]
    public async Task A_committed_tree_is_there_with_its_files_and_manifest()
    {
        var prepared = Prepare("one");
        Assert.False(_store.HasTree(prepared.DiffId));
        var stored = Assert.Single(await _store.CommitAsync([prepared], [Bytes], None));
        Assert.True(_store.HasTree(stored.DiffId));
        Assert.Equal(Bytes, _store.ReadBlob(Digest.Of(Bytes)));
        var found = _store.FindTree(stored.DiffId)!;
        Assert.Equal(prepared.Tree.Entries.AsEnumerable(), found.Tree.Entries);
        using var tar = new MemoryStream();
        found.WriteTar(tar);
        Assert.Equal(stored.DiffId, Digest.Of(tar.ToArray()));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_store.Scratch));
    }

    [Fact]
    public async Task Committing_a_tree_twice_keeps_the_first_and_leaves_nothing_behind()
    {
        var one = Prepare("one");
        var two = Prepare("two");
        Assert.Equal(one.DiffId, two.DiffId);
        await Task.WhenAll(_store.CommitAsync([one], [], None), _store.CommitAsync([two], [], None));
        await _store.CommitAsync([Prepare("three"), Prepare("four")], [], None);
        Assert.True(_store.HasTree(one.DiffId));
        Assert.Equal(2, Directory.EnumerateFileSystemEntries(_store.Paths.Trees).Count());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_store.Scratch));
    }

    [Fact]
    public async Task A_commit_that_is_stopped_registers_nothing_and_leaves_no_temporary_file()
    {
        var prepared = Prepare("one");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.CommitAsync([prepared], [Bytes], new CancellationToken(true)));
        Assert.False(_store.HasTree(prepared.DiffId));
        Assert.False(_store.HasBlob(Digest.Of(Bytes)));
        Assert.Equal(["one"], Directory.EnumerateFileSystemEntries(_store.Scratch).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Half_a_tree_is_none_and_can_be_committed_again(bool manifestOnly)
    {
        var stored = Assert.Single(await _store.CommitAsync([Prepare("one")], [], None));
        if (manifestOnly)
        {
            WorkDirectory.Delete(stored.Directory);
        }
        else
        {
            File.Delete(_store.Paths.TreeManifest(stored.DiffId));
        }

        Assert.False(_store.HasTree(stored.DiffId));
        Assert.Null(_store.FindTree(stored.DiffId));
        await _store.CommitAsync([Prepare("two")], [], None);
        Assert.NotNull(_store.FindTree(stored.DiffId));
    }

    [Fact]
    public async Task A_damaged_manifest_is_no_tree()
    {
        var stored = Assert.Single(await _store.CommitAsync([Prepare("one")], [], None));
        File.WriteAllText(_store.Paths.TreeManifest(stored.DiffId), "buildit-tree 1 mtime=5\nf 644");
        Assert.Null(_store.FindTree(stored.DiffId));
    }

    [Fact]
    public async Task Records_images_and_facts_are_found_until_the_index_is_deleted()
    {
        var (recipe, build, blob) = (new RecipeKey(Digest.Of("r")), new BuildKey(Digest.Of("b")), await _store.PutBlobAsync(Bytes, None));
        _store.Index.AddRecord(recipe, build, blob, "x");
        _store.Index.AddRecord(new(Digest.Of("other")), build, blob, "x");
        _store.Index.AddImage(blob, "image");
        _store.Index.AddFact(blob, "kind", "fact");
        Assert.Equal((blob, blob, "image", "fact"), (_store.Index.FindRecord(recipe), _store.Index.FindRecord(build), _store.Index.FindImage(blob), _store.Index.FindFact(blob, "kind")));
        Assert.Null(_store.Index.FindFact(blob, "other kind"));
        _store.Index.RemoveRecord(recipe);
        Assert.Null(_store.Index.FindRecord(recipe));
        Assert.Equal(blob, _store.Index.FindRecord(build));

        _store.Dispose();
        File.Delete(_store.Paths.Index);
        using var again = ContentStore.Open(_store.Paths.Root);
        Assert.Null(again.Index.FindRecord(build));
        Assert.Equal(Bytes, again.ReadBlob(blob));
    }

    [Fact]
    public void An_index_that_is_none_says_what_to_do()
    {
        _store.Dispose();
        File.WriteAllText(_store.Paths.Index, new string('x', 5000));
        var error = Assert.Throws<BuilditException>(() => ContentStore.Open(_store.Paths.Root));
        Assert.Equal(ExitCode.StoreFailed, error.Code);
        Assert.Contains($"delete '{_store.Paths.Index}'", error.Diagnostics[0].Hint, StringComparison.Ordinal);
    }

    // As root every directory can be written, so that a file stands where a directory should.
    [Fact]
    public async Task A_store_that_cannot_be_written_can_be_read_whatever_its_path_is()
    {
        var root = Path.Combine(_directory, "100% #1 ? é");
        Digest good;
        using (var store = ContentStore.Open(root))
        {
            good = await store.PutBlobAsync(Bytes, None);
            store.Index.AddFact(good, "kind", "fact");
        }

        var bad = Digest.Of("other");
        File.WriteAllText(Path.Combine(root, "blobs", "sha256", bad.Hex), "damaged");
        Directory.Delete(Path.Combine(root, "locks"), recursive: true);
        File.WriteAllText(Path.Combine(root, "locks"), "");
        Directory.Delete(Path.Combine(root, "work"), recursive: true);
        File.WriteAllText(Path.Combine(root, "work"), "");

        using var read = ContentStore.Open(root);
        Assert.Equal(Bytes, read.ReadBlob(good));
        Assert.Equal("fact", read.Index.FindFact(good, "kind"));
        Assert.Null(read.ReadBlob(bad));
        Assert.Null(read.VerifiedBlobPath(bad));
    }

    [Fact]
    public void A_store_that_can_neither_be_made_nor_read_is_an_error()
    {
        var error = Assert.Throws<BuilditException>(() => ContentStore.Open(Path.Combine(_directory.Write("file", ""), "store")));
        Assert.Equal(ExitCode.StoreFailed, error.Code);
        Assert.Contains("BUILDIT_STORE", error.Diagnostics[0].Hint, StringComparison.Ordinal);
    }

    private Digest Damaged()
    {
        var digest = Digest.Of(Bytes);
        File.WriteAllText(_store.Paths.Blob(digest), "CONTENT");
        return digest;
    }

    private StoredTree Prepare(string name)
    {
        var directory = Path.Combine(_store.Scratch, name);
        Directory.CreateDirectory(Path.Combine(directory, "usr/bin"));
        File.WriteAllBytes(Path.Combine(directory, "usr/bin/x"), Bytes);
        return _store.PrepareTree(
            Tree.Create([new("usr/bin/x", EntryKind.File) { Mode = 0x1ED, Size = Bytes.Length, Content = Digest.Of(Bytes) }, new("usr/bin/y", EntryKind.Symlink) { Target = "x" }], 1714521600), directory);
    }
}
