using System.Runtime.ExceptionServices;

namespace Buildit.Cli.Targets;

/// <summary>Room for work that goes down a graph by calling itself: ten thousand packages, each needing the next, are fine.</summary>
internal static class DeepStack
{
    // Taken from the system only as far as it is used.
    private const int Bytes = 1 << 28;

    /// <summary>Runs something on a thread with a large stack.</summary>
    public static T Run<T>(Func<T> work)
    {
        var result = default(T);
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = work();
                }
#pragma warning disable CA1031 // Whatever it is, it is thrown again where it belongs.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    failure = ExceptionDispatchInfo.Capture(e);
                }
            },
            Bytes);
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }
}
