namespace Buildit.Build.Engine;

/// <summary>A semaphore's place as something that is given back by disposing it.</summary>
internal static class Turns
{
    /// <summary>Waits for a place.</summary>
    public static async Task<IDisposable> EnterAsync(this SemaphoreSlim semaphore, CancellationToken cancel)
    {
        await semaphore.WaitAsync(cancel);
        return new Turn(semaphore);
    }

    private sealed class Turn(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }
}
