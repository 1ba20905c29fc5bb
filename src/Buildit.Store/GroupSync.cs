using Buildit.Store.Native;

namespace Buildit.Store;

/// <summary>
/// Makes files durable in groups: everybody who asks while a sync of the file system runs is served together by the next one. Thousands of small files
/// from a hundred packages cost a handful of syncs instead of thousands.
/// </summary>
internal sealed class GroupSync(string directory)
{
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private Task? _next;

    /// <summary>Completes when everything written before the call is durable.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
        {
            // On another thread, which waits for this lock: whatever it does comes after the assignment.
            var running = _running;
            return _next ??= Task.Run(() => StartAfter(running));
        }
    }

    private async Task StartAfter(Task running)
    {
        await running.ContinueWith(static _ => { }, TaskScheduler.Default);
        Task mine;
        lock (_gate)
        {
            mine = Task.Run(() => Posix.SyncFileSystem(directory));
            _running = mine;
            _next = null;
        }

        await mine;
    }
}
