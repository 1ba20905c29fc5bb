namespace Buildit.Store.Tests;

public class GroupSyncTests
{
    [Fact]
    public async Task Everybody_who_asks_at_once_is_served()
    {
        using var directory = new Buildit.Testing.TemporaryDirectory();
        var sync = new GroupSync(directory);
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(sync.FlushAsync)));
        }
    }

    [Fact]
    public async Task A_failure_reaches_all_who_waited_and_no_later_one()
    {
        using var directory = new Buildit.Testing.TemporaryDirectory();
        var place = Path.Combine(directory, "store");
        var sync = new GroupSync(place);
        var waiting = Enumerable.Range(0, 8).Select(_ => Task.Run(sync.FlushAsync)).ToArray();
        foreach (var task in waiting)
        {
            var error = await Assert.ThrowsAsync<IOException>(() => task);
            Assert.Contains(place, error.Message, StringComparison.Ordinal);
        }

        Directory.CreateDirectory(place);
        await sync.FlushAsync();
        Directory.Delete(place);
        await Assert.ThrowsAsync<IOException>(sync.FlushAsync);
        Directory.CreateDirectory(place);
        await sync.FlushAsync();
    }

    // A flush that begins after another one has ended is never the same task: this is what would go wrong silently.
    [Fact]
    public async Task A_flush_begins_anew_each_time()
    {
        using var directory = new Buildit.Testing.TemporaryDirectory();
        var sync = new GroupSync(directory);
        Task? last = null;
        for (var i = 0; i < 200; i++)
        {
            var next = sync.FlushAsync();
            Assert.NotSame(last, next);
            await (last = next);
        }
    }
}
