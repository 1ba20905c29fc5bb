namespace Buildit.Cli.Targets;

/// <summary>Runs what descends by recursion, as deep as its input is, on a stack that is large enough: a chain of 10,000 packages would overflow the usual one.</summary>
internal static class DeepStack
{
    // Only what is used of it takes memory.
    private const int Size = 256 << 20;

    /// <summary>What the work gives or throws.</summary>
    public static T Run<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>();
        var thread = new Thread(
            () =>
            {
                try
                {
                    done.SetResult(work());
                }
#pragma warning disable CA1031 // It is thrown again, where the work was asked for.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    done.SetException(e);
                }
            },
            Size);
        thread.Start();
        return done.Task.GetAwaiter().GetResult();
    }
}
