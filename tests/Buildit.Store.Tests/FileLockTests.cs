using Buildit.Store.Locking;

namespace Buildit.Store.Tests;

public sealed class FileLockTests : IDisposable
{
    private readonly Buildit.Testing.TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task One_holds_it_and_the_other_is_told_who()
    {
        var told = new TaskCompletionSource<string>();
        var first = await Acquire("building x", _ => { });
        var second = Acquire("building y", holder => told.TrySetResult(holder));
        var holder = await told.Task;
        Assert.Matches($"^process {Environment.ProcessId} on {Environment.MachineName} since [0-9-]+ [0-9:]+Z: building x$", holder);
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task Only_one_of_many_is_inside_at_a_time()
    {
        var (inside, most, done) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            using var held = await Acquire("x", _ => { });
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            Interlocked.Increment(ref done);
        }));
        Assert.Equal((1, 5), (most, done));
    }

    [Fact]
    public async Task Waiting_can_be_given_up()
    {
        using var stop = new CancellationTokenSource();
        using var held = await Acquire("x", _ => { });
        var waiting = FileLock.AcquireAsync(Path.Combine(_directory, "lock"), "y", TimeProvider.System, _ => stop.Cancel(), stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_lock_that_cannot_be_signed_is_not_kept()
    {
        var holder = Path.Combine(_directory, "lock.holder");
        Directory.CreateDirectory(holder);
        var error = await Record.ExceptionAsync(() => Acquire("x", _ => { }));
        Assert.True(error is IOException or UnauthorizedAccessException);
        Directory.Delete(holder);
        (await Acquire("x", _ => Assert.Fail("nobody holds it"))).Dispose();
    }

    [Fact]
    public async Task A_lock_in_a_directory_that_is_not_there_is_an_error_and_no_endless_wait() =>
        await Assert.ThrowsAnyAsync<IOException>(() => FileLock.AcquireAsync(Path.Combine(_directory, "none/lock"), "x", TimeProvider.System, _ => { }, CancellationToken.None));

    private Task<FileLock> Acquire(string purpose, Action<string> waiting) =>
        FileLock.AcquireAsync(Path.Combine(_directory, "lock"), purpose, TimeProvider.System, waiting, CancellationToken.None);
}
