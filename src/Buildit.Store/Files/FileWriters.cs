using System.Buffers;
using System.Collections.Concurrent;
using Buildit.Core;

namespace Buildit.Store.Files;

/// <summary>
/// Writes and hashes small new files on threads of their own, while the caller reads on: most of the time that a tree takes is the kernel's, to make its files. Only some wait
/// to be written at a time. When it is disposed of, nothing is written any more.
/// </summary>
internal sealed class FileWriters : IDisposable
{
    /// <summary>The most bytes that a file may have to be written here.</summary>
    public const int MostBytes = 1 << 18;
    private const int Threads = 2;
    private const int Waiting = 32;
    private readonly BlockingCollection<Work> _work = new(Waiting);
    private readonly Task[] _threads;
    private volatile bool _isStopped;

    public FileWriters() => _threads = [.. Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];

    /// <summary>Begins a file as <see cref="NewFile"/> writes it; its directory must be there. What is given is its digest, when it is written.</summary>
    /// <param name="path">Where.</param>
    /// <param name="executable">Whether it can be executed.</param>
    /// <param name="content">Its bytes: read to their end now.</param>
    /// <param name="size">How many; at most <see cref="MostBytes"/>.</param>
    /// <param name="mtime">Seconds since 1970.</param>
    public Task<Digest> Add(string path, bool executable, Stream content, int size, long? mtime)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(size);
        content.ReadExactly(bytes, 0, size);
        var work = new Work(path, executable, bytes, size, mtime, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _work.Add(work);
        return work.Done.Task;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isStopped = true;
        _work.CompleteAdding();
        Task.WaitAll(_threads);
        _work.Dispose();
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            if (!_isStopped)
            {
                Write(work);
            }

            ArrayPool<byte>.Shared.Return(work.Bytes);
        }
    }

    private static void Write(Work work)
    {
        try
        {
            work.Done.SetResult(NewFile.Write(work.Path, work.IsExecutable, work.Bytes.AsSpan(0, work.Size), work.Mtime));
        }
#pragma warning disable CA1031 // Whatever went wrong reaches who waits for the digest.
        catch (Exception e)
#pragma warning restore CA1031
        {
            work.Done.SetException(e);
        }
    }

    private sealed record Work(string Path, bool IsExecutable, byte[] Bytes, int Size, long? Mtime, TaskCompletionSource<Digest> Done);
}
