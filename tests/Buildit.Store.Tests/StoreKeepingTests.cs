using System.Text;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Store.Keeping;
using Buildit.Store.Tests.Binhosts;
using Buildit.Testing;

namespace Buildit.Store.Tests;

public sealed class StoreKeepingTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly BinhostBench _bench = new();

    private string Root => Path.Combine(_directory, "store");

    [Fact]
    public async Task What_is_damaged_is_put_aside_and_told()
    {
        using var store = ContentStore.Open(Root);
        var (good, bad) = (await store.PutBlobAsync("good"u8.ToArray(), default), await store.PutBlobAsync("bad"u8.ToArray(), default));
        var (tree, other) = (await TreeAsync(store, "one"), await TreeAsync(store, "two"));
        Overwrite(store.Paths.Blob(bad));
        Overwrite(Path.Combine(store.Paths.Tree(other), "text"));
        using var anew = ContentStore.Open(Root);
        Assert.Equal([$"blobs/sha256/{bad.Hex}", $"trees/{other.Hex}"], (await new StoreKeeping(anew).VerifyAsync(static () => { }, default)).AsEnumerable());
        Assert.True(anew.HasBlob(good) && anew.HasTree(tree));
        Assert.False(anew.HasBlob(bad) || anew.HasTree(other));
        Assert.Empty(await new StoreKeeping(anew).VerifyAsync(static () => { }, default));
    }

    [Fact]
    public async Task A_store_in_which_nothing_can_be_put_aside_is_not_called_whole()
    {
        using (var store = ContentStore.Open(Root))
        {
            Overwrite(store.Paths.Blob(await store.PutBlobAsync("bad"u8.ToArray(), default)));
        }

        using var looked = ContentStore.OpenToRead(Root);
        var e = await Assert.ThrowsAsync<BuilditException>(() => new StoreKeeping(looked).VerifyAsync(static () => { }, default));
        Assert.Equal(ExitCode.StoreFailed, e.Code);
    }

    [Fact]
    public async Task An_index_that_is_lost_is_made_again_from_the_records()
    {
        var package = _bench.Package("hello");
        using (var store = ContentStore.Open(Root))
        {
            var blob = await store.PutBlobAsync(package.Envelope.Bare.Write(), default);
            await store.PutBlobAsync("""{"payloadType":"of something else"}"""u8.ToArray(), default);
            store.Index.AddRecord(package.Record.RecipeKey, package.Record.BuildKey, blob, "app/hello-1");
        }

        foreach (var file in Directory.EnumerateFiles(Root, "index.db*"))
        {
            File.Delete(file);
        }

        using var anew = ContentStore.Open(Root);
        Assert.Null(anew.Index.FindRecord(package.Record.RecipeKey));
        Assert.Equal(new RebuiltIndex(1, 1, 0), new StoreKeeping(anew).RebuildIndex());
        Assert.NotNull(anew.Index.FindRecord(package.Record.BuildKey));
        Assert.Single(anew.Index.FindRecordsOf("app/hello"));
        File.Delete(anew.Paths.Blob(anew.Index.FindRecord(package.Record.RecipeKey)!.Value));
        Assert.Equal(new RebuiltIndex(0, 0, 1), new StoreKeeping(anew).RebuildIndex());
    }

    public void Dispose()
    {
        _bench.Dispose();
        _directory.Dispose();
    }

    private static async Task<Digest> TreeAsync(ContentStore store, string text)
    {
        var directory = store.NewWorkPath("tree");
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "text"), text);
        var content = Encoding.UTF8.GetBytes(text);
        var tree = store.PrepareTree(Tree.Create([new("text", EntryKind.File) { Size = content.Length, Content = Digest.Of(content) }], 1714521600), directory);
        await store.CommitAsync([tree], [], default);
        return tree.DiffId;
    }

    private static void Overwrite(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(path, "xxx");
    }
}
