using System.Text;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Store.Binhosts;
using Buildit.Store.Fetching;

namespace Buildit.Tests.Shared;

/// <summary>What every kind of place must do for those who read it. A kind of place is a class of a few lines below this one.</summary>
public abstract class PlaceContract
{
    protected static readonly byte[] Large = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7 + i / 251))];

    protected static CancellationToken None => CancellationToken.None;

    /// <summary>The place under test, to read from.</summary>
    protected abstract IPlace Reader { get; }

    /// <summary>Puts a file there by other means than the place's own, if it is one that cannot be written.</summary>
    protected abstract Task PutAsync(string path, byte[] content);

    [Fact]
    public async Task What_is_not_there_is_null()
    {
        Assert.Null(await Reader.GetAsync("records/00/nothing", null, None));
        Assert.Null(await Reader.OpenBlobAsync(Digest.Of("nothing"), 0, None));
        Assert.Empty(await Reader.FindBlobsAsync([Digest.Of("nothing")], None));
    }

    [Fact]
    public async Task A_document_is_given_as_it_is_and_again_only_when_it_changed()
    {
        await PutAsync("records/catalog", "one"u8.ToArray());
        var first = await Reader.GetAsync("records/catalog", null, None);
        Assert.Equal("one", Encoding.UTF8.GetString(first!.Content.Span));
        Assert.Same(first, await Reader.GetAsync("records/catalog", first, None));
        await PutAsync("records/catalog", "two and longer"u8.ToArray());
        var second = await Reader.GetAsync("records/catalog", first, None);
        Assert.Equal("two and longer", Encoding.UTF8.GetString(second!.Content.Span));
        Assert.Same(second, await Reader.GetAsync("records/catalog", second, None));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200_000)]
    [InlineData(300_000)]
    public async Task A_blob_is_given_from_an_offset_on(int offset)
    {
        await PutAsync(BinhostLayout.Blob(Digest.Of(Large)), Large);
        await using var stream = (await Reader.OpenBlobAsync(Digest.Of(Large), offset, None))!;
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        Assert.Equal(Large[offset..], copy.ToArray());
    }

    [Fact]
    public async Task Those_of_many_blobs_that_are_there_are_found()
    {
        var (there, absent) = (Enumerable.Range(0, 40).Select(i => $"there {i}").ToArray(), Enumerable.Range(0, 40).Select(i => Digest.Of($"absent {i}")));
        foreach (var text in there)
        {
            await PutAsync(BinhostLayout.Blob(Digest.Of(text)), Encoding.UTF8.GetBytes(text));
        }

        var found = await Reader.FindBlobsAsync([.. absent, .. there.Select(Digest.Of)], None);
        Assert.Equal(there.Select(Digest.Of).Order(), found.Keys.Order());
    }

    [Fact]
    public async Task Many_ask_at_once()
    {
        await PutAsync(BinhostLayout.Blob(Digest.Of(Large)), Large);
        await PutAsync("records/catalog", "one"u8.ToArray());
        var sizes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            Assert.NotNull(await Reader.GetAsync("records/catalog", null, None));
            await using var stream = (await Reader.OpenBlobAsync(Digest.Of(Large), i * 1000, None))!;
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            return copy.Length + (i * 1000);
        }));
        Assert.All(sizes, s => Assert.Equal(Large.Length, s));
    }
}

/// <summary>What every kind of place must do for those who write to it.</summary>
public abstract class WritablePlaceContract : PlaceContract
{
    /// <summary>The place under test, to write to. Each call may give another object for the same place, as two processes have.</summary>
    protected abstract IWritablePlace Writer { get; }

    protected override async Task PutAsync(string path, byte[] content)
    {
        if (path.StartsWith("blobs/", StringComparison.Ordinal))
        {
            await Writer.PutBlobAsync(Digest.Of(content), content.Length, () => new MemoryStream(content), None);
        }
        else
        {
            await Writer.UpdateAsync(path, _ => Task.FromResult<ReadOnlyMemory<byte>?>(content), None);
        }
    }

    [Fact]
    public async Task A_blob_that_is_there_is_not_even_read_again()
    {
        await PutAsync("blobs/", Large);
        await Writer.PutBlobAsync(Digest.Of(Large), Large.Length, () => throw new InvalidOperationException("read again"), None);
        Assert.Contains(Digest.Of(Large), await Reader.FindBlobsAsync([Digest.Of(Large)], None));
    }

    [Fact]
    public async Task The_size_of_a_blob_is_told()
    {
        await PutAsync("blobs/", Large);
        Assert.Equal(Large.Length, (await Reader.FindBlobsAsync([Digest.Of(Large)], None))[Digest.Of(Large)]);
    }

    [Fact]
    public async Task A_blob_whose_bytes_end_early_is_never_there()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => Writer.PutBlobAsync(Digest.Of(Large), Large.Length, () => new MemoryStream(Large, 0, 1000), None));
        Assert.Empty(await Reader.FindBlobsAsync([Digest.Of(Large)], None));
        await PutAsync("blobs/", Large);
        Assert.NotEmpty(await Reader.FindBlobsAsync([Digest.Of(Large)], None));
    }

    [Fact]
    public async Task A_document_that_is_not_changed_is_not_written()
    {
        await Writer.UpdateAsync("records/catalog", current => Task.FromResult<ReadOnlyMemory<byte>?>(current is null ? null : throw new InvalidOperationException()), None);
        Assert.Null(await Reader.GetAsync("records/catalog", null, None));
    }

    [Fact]
    public async Task R25_of_many_who_add_to_one_document_at_once_nobody_is_lost()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => AgainAsync(() => Writer.UpdateAsync(BinhostLayout.KeyList, current =>
        {
            var (text, line) = (current is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "", $"{(char)('a' + i)}\n");
            return Task.FromResult(text.Contains(line, StringComparison.Ordinal) ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(text + line));
        }, None)))));
        var document = await Reader.GetAsync(BinhostLayout.KeyList, null, None);
        Assert.Equal("abcdefghijkl", new string([.. Encoding.UTF8.GetString(document!.Content.Span).Where(char.IsLetter).Order()]));
    }

    // As whoever writes does: docker-registry answers 500 while another request writes the same file.
    private static async Task AgainAsync(Func<Task> write)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await write();
                return;
            }
            catch (PlaceException e) when (e.MayPass && tries < 5)
            {
            }
        }
    }

    [Fact]
    public async Task A_change_may_put_blobs()
    {
        await Writer.UpdateAsync("records/catalog", async _ =>
        {
            await Writer.PutBlobAsync(Digest.Of(Large), Large.Length, () => new MemoryStream(Large), None);
            return "with blob"u8.ToArray();
        }, None);
        Assert.NotEmpty(await Reader.FindBlobsAsync([Digest.Of(Large)], None));
    }

    [Fact]
    public async Task A_change_that_fails_changes_nothing()
    {
        await PutAsync("records/catalog", "before"u8.ToArray());
        await Assert.ThrowsAnyAsync<Exception>(() => Writer.UpdateAsync("records/catalog", _ => throw new InvalidOperationException("no"), None));
        Assert.Equal("before", Encoding.UTF8.GetString((await Reader.GetAsync("records/catalog", null, None))!.Content.Span));
        await PutAsync("records/catalog", "after"u8.ToArray());
    }

    [Fact]
    public async Task A_blob_gets_a_further_name_and_the_name_another_blob()
    {
        var (one, two) = ("the first"u8.ToArray(), "the second"u8.ToArray());
        await PutAsync("blobs/", one);
        await PutAsync("blobs/", two);
        await Writer.LinkAsync("aci/image.aci", Digest.Of(one), None);
        await Writer.LinkAsync("aci/image.aci", Digest.Of(one), None);
        Assert.Equal("the first", Encoding.UTF8.GetString((await Reader.GetAsync("aci/image.aci", null, None))!.Content.Span));
        await Writer.LinkAsync("aci/image.aci", Digest.Of(two), None);
        Assert.Equal("the second", Encoding.UTF8.GetString((await Reader.GetAsync("aci/image.aci", null, None))!.Content.Span));
        Assert.Equal(2, (await Reader.FindBlobsAsync([Digest.Of(one), Digest.Of(two)], None)).Count);
    }
}

/// <summary>What those places must do that let one writer wait for the other.</summary>
public abstract class SerialPlaceContract : WritablePlaceContract
{
    // A change that cannot be brought together with others.
    [Fact]
    public async Task R25_of_many_who_change_one_document_at_once_nobody_is_lost()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => Writer.UpdateAsync("records/catalog", current =>
        {
            var text = current is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "";
            return Task.FromResult<ReadOnlyMemory<byte>?>(Encoding.UTF8.GetBytes(text + (char)('a' + i)));
        }, None))));
        var document = await Reader.GetAsync("records/catalog", null, None);
        Assert.Equal("abcdefghijkl", new string([.. Encoding.UTF8.GetString(document!.Content.Span).Order()]));
    }
}
