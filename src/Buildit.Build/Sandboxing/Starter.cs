using System.Collections.Concurrent;
using System.Diagnostics;

namespace Buildit.Build.Sandboxing;

/// <summary>
/// Starts processes from one thread that lives as long as buildit. The kernel ends a "die with parent" child when the *thread* that started it ends,
/// so a thread of the pool, which may retire at any time, must never start one.
/// </summary>
internal static class Starter
{
    private static readonly BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Done)> Waiting = [];

    static Starter() => new Thread(Work) { IsBackground = true, Name = "starter" }.Start();

    /// <summary>Starts a process; fails as <see cref="Process.Start(ProcessStartInfo)"/> does.</summary>
    public static Task<Process> StartAsync(ProcessStartInfo info)
    {
        var done = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Waiting.Add((info, done));
        return done.Task;
    }

    private static void Work()
    {
        foreach (var (info, done) in Waiting.GetConsumingEnumerable())
        {
            try
            {
                done.SetResult(Process.Start(info) ?? throw new UnreachableException());
            }
#pragma warning disable CA1031 // Whatever it is goes to the caller; the thread must live on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                done.SetException(e);
            }
        }
    }
}
