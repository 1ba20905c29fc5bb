using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Buildit.Core;
using Buildit.Store.Sources;

namespace Buildit.Store.Binhosts;

/// <summary>
/// The download of one blob, from one place after the other until it is there: written to <c>partial/</c> as it comes, where the next place, or the next run after an
/// interruption, goes on; verified at its end; and given to whoever unpacks it while it comes. The caller holds the blob's lock.
/// </summary>
/// <param name="store">Where it goes.</param>
/// <param name="digest">Of its bytes.</param>
/// <param name="size">Of it, where known.</param>
internal sealed class BlobDownload(ContentStore store, Digest digest, long? size)
{
    private const int FruitlessAttempts = 2;
    private const int MostAttempts = 10;
    private const int ChunkSize = 1 << 17;
    private static readonly PipeOptions Ahead = new(pauseWriterThreshold: 8 << 20, resumeWriterThreshold: 4 << 20, minimumSegmentSize: 1 << 20, useSynchronizationContext: false);
    private readonly string _partial = Path.Combine(store.Paths.Partial, digest.Hex + ".blob");

    /// <summary>Bytes that came over the line.</summary>
    public long Received { get; private set; }

    /// <summary>
    /// Downloads from a place. Null if the blob came whole and <paramref name="consume"/>, given its bytes as they come, was content with them; else the reason. A place that
    /// breaks off is given up for the run.
    /// </summary>
    public async Task<string?> FromAsync(GuardedPlace place, Action<Stream>? consume, CancellationToken cancel)
    {
        var isResumed = new FileInfo(_partial) is { Exists: true, Length: > 0 };
        var outcome = await TryAsync(place, consume, cancel);
        if (outcome.IsWrong && isResumed)
        {
            // What was there may be damaged (a crash of the machine leaves zeros): this place gets its chance with the whole blob.
            outcome = await TryAsync(place, consume, cancel);
        }

        return outcome.Reason;
    }

    /// <summary>Makes what was downloaded a blob of the store.</summary>
    public Task KeepAsync() => store.CommitBlobAsync(_partial, digest);

    /// <summary>Deletes what was downloaded.</summary>
    public void Forget() => File.Delete(_partial);

    private async Task<Outcome> TryAsync(GuardedPlace place, Action<Stream>? consume, CancellationToken cancel)
    {
        await using var file = new FileStream(_partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1, FileOptions.Asynchronous);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var pipe = new Pipe(Ahead);
        var consuming = consume is null ? Task.CompletedTask : Task.Run(() => Consume(consume, pipe.Reader), CancellationToken.None);
        var outcome = Outcome.Stopped("it was cancelled");
        try
        {
            outcome = await TransferAsync(place, new(file, hash, consume is null ? null : pipe.Writer), cancel);
        }
        finally
        {
            await pipe.Writer.CompleteAsync(outcome.Reason is null ? null : new IOException(outcome.Reason));
            await consuming.ContinueWith(static _ => { }, TaskScheduler.Default);
        }

        outcome = await WithConsumerAsync(outcome, consuming);
        if (outcome.IsWrong)
        {
            file.SetLength(0);
        }

        return outcome;
    }

    /// <summary>What the consumer says counts where it had the bytes; where they never came whole, its complaint follows from that.</summary>
    private static async Task<Outcome> WithConsumerAsync(Outcome outcome, Task consuming)
    {
        try
        {
            await consuming;
            return outcome;
        }
        catch (Exception) when (outcome is { Reason: not null, IsRefused: false })
        {
            return outcome;
        }
        catch (Exception e) when (ArchiveErrors.AreOf(e))
        {
            return Outcome.Wrong(e.Message);
        }
    }

    private static void Consume(Action<Stream> consume, PipeReader reader)
    {
        try
        {
            using var stream = reader.AsStream(leaveOpen: true);
            consume(stream);
        }
        finally
        {
            reader.Complete();
        }
    }

    private async Task<Outcome> TransferAsync(GuardedPlace place, Transfer to, CancellationToken cancel)
    {
        if (!await to.RepeatAsync(cancel))
        {
            return Outcome.Refused;
        }

        for (var (attempt, fruitless) = (0, 0); ; attempt++)
        {
            var before = to.Length;
            var outcome = await OnceAsync(place, to, cancel);
            fruitless = to.Length > before ? 0 : fruitless + 1;
            if (outcome is not { MayPass: true })
            {
                return outcome;
            }

            if (fruitless >= FruitlessAttempts || attempt >= MostAttempts)
            {
                return Outcome.Stopped(outcome.IsOfPlace ? place.GiveUp(outcome.Reason!).Message : outcome.Reason!);
            }
        }
    }

    private async Task<Outcome> OnceAsync(GuardedPlace place, Transfer to, CancellationToken cancel)
    {
        try
        {
            if (await place.OpenBlobAsync(digest, to.Length, cancel) is not { } stream)
            {
                return Outcome.Stopped("it is not there");
            }

            await using (stream)
            {
                var buffer = new byte[ChunkSize];
                for (int read; (read = await stream.ReadAsync(buffer, cancel)) > 0; Received += read)
                {
                    if (!await to.AddAsync(buffer.AsMemory(0, read), cancel))
                    {
                        return Outcome.Refused;
                    }

                    if (to.Length > size)
                    {
                        return Outcome.Wrong(string.Create(CultureInfo.InvariantCulture, $"it is longer than the {size:N0} bytes that it should have"));
                    }
                }
            }
        }
        catch (PlaceException e)
        {
            return place.HasFailed ? Outcome.Stopped(e.Message)
                : e.MayPass ? new Outcome(e.Message) { MayPass = true, IsOfPlace = true }
                : Outcome.Stopped(place.GiveUp(e.Message).Message);
        }

        return to.Length < size ? new Outcome(string.Create(CultureInfo.InvariantCulture, $"it ended after {to.Length:N0} of {size:N0} bytes")) { MayPass = true }
            : to.Digest == digest ? default
            : Outcome.Wrong($"its bytes are not those of {digest}");
    }

    /// <summary>How an attempt ended.</summary>
    /// <param name="Reason">Null if it went well.</param>
    private readonly record struct Outcome(string? Reason)
    {
        /// <summary>The bytes are not those that were wanted: none of them is of any use.</summary>
        public bool IsWrong { get; init; }

        /// <summary>The consumer did not want any more of them; it says why.</summary>
        public bool IsRefused { get; init; }

        /// <summary>The same again may go further.</summary>
        public bool MayPass { get; init; }

        /// <summary>It is the place that failed, not this blob.</summary>
        public bool IsOfPlace { get; init; }

        public static Outcome Refused { get; } = new("refused") { IsRefused = true };

        public static Outcome Stopped(string reason) => new(reason);

        public static Outcome Wrong(string reason) => new(reason) { IsWrong = true };
    }

    /// <summary>Where the bytes go: the file, the hash, and the consumer.</summary>
    private sealed record Transfer(FileStream File, IncrementalHash Hash, PipeWriter? Consumer)
    {
        public long Length => File.Position;

        public Digest Digest => Digest.FromHash(Hash.GetCurrentHash());

        /// <summary>Goes over what an earlier attempt left; false as for <see cref="AddAsync"/>.</summary>
        public async Task<bool> RepeatAsync(CancellationToken cancel)
        {
            var buffer = new byte[ChunkSize];
            for (int read; (read = await File.ReadAsync(buffer, cancel)) > 0;)
            {
                if (!await TakeAsync(buffer.AsMemory(0, read), cancel))
                {
                    return false;
                }
            }

            return true;
        }

        /// <summary>Adds bytes; false if the consumer wants no more.</summary>
        public async Task<bool> AddAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
        {
            await File.WriteAsync(bytes, cancel);
            return await TakeAsync(bytes, cancel);
        }

        private async Task<bool> TakeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
        {
            Hash.AppendData(bytes.Span);
            return Consumer is null || !(await Consumer.WriteAsync(bytes, cancel)).IsCompleted;
        }
    }
}
