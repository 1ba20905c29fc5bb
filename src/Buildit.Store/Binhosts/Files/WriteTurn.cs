namespace Buildit.Store.Binhosts.Files;

/// <summary>
/// Whose turn it is to replace a document, among all who write to a binhost in files by whatever means. Needs nothing of a file system but that rename is atomic, so that it works over
/// sftp, too, and is safe whatever dies or sleeps at any moment:
/// <list type="bullet">
/// <item>The turn is a directory with one file, named after its holder. It is taken by moving a directory that is prepared beside it to its name: the file system refuses that unless
/// there is none or an empty one.</item>
/// <item>The new document is written into that file, and moved from there to its place. This one step is the change and the end of the turn.</item>
/// <item>Who waits long without seeing a sign of life takes the turn away by removing that one file. Its holder, should it wake, then has nothing to move, and starts again.</item>
/// </list>
/// So a document is only ever replaced by somebody who has had the turn without a break since before reading it.
/// </summary>
/// <param name="files">Where it is.</param>
/// <param name="time">Measures silence. Clocks of different machines are never compared.</param>
internal sealed class WriteTurn(IPlaceFiles files, TimeProvider time) : IAsyncDisposable
{
    private const string Directory = ".turn";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(20);
    private readonly string _holder = $"{files.Kind}-{Path.GetRandomFileName()}";
    private readonly CancellationTokenSource _ended = new();
    private Task _signs = Task.CompletedTask;

    private string Held => $"{Directory}/{_holder}";

    /// <summary>Waits for the turn.</summary>
    /// <param name="files">Where it is.</param>
    /// <param name="isLocked">Whether everybody of the own kind is kept out, so that a turn of that kind is one of the dead.</param>
    /// <param name="time">Measures silence.</param>
    /// <param name="cancel">Ends waiting.</param>
    public static async Task<WriteTurn> TakeAsync(IPlaceFiles files, bool isLocked, TimeProvider time, CancellationToken cancel)
    {
        var turn = new WriteTurn(files, time);
        var prepared = $"{Directory}-{turn._holder}";
        await files.CreateAsync($"{prepared}/{turn._holder}", static _ => Task.CompletedTask, cancel);
        try
        {
            var silence = new Silence(time);
            while (!await files.MoveDirectoryAsync(prepared, Directory, cancel))
            {
                cancel.ThrowIfCancellationRequested();
                await turn.LookAtHolderAsync(silence, isLocked, cancel);
            }
        }
        catch
        {
            await files.RemoveAsync($"{prepared}/{turn._holder}", CancellationToken.None);
            await files.RemoveAsync(prepared, CancellationToken.None);
            throw;
        }

        turn._signs = turn.GiveSignsAsync();
        return turn;
    }

    /// <summary>Replaces a document, which ends the turn; false, and nothing is changed, if the turn was taken away.</summary>
    public async Task<bool> ReplaceAsync(string path, ReadOnlyMemory<byte> content, long modified, CancellationToken cancel)
    {
        await StopSignsAsync();
        return await files.RewriteAsync(Held, content, modified, cancel) && await files.MoveAsync(Held, path, cancel);
    }

    /// <summary>Whether nobody has taken the turn away.</summary>
    public async Task<bool> IsHeldAsync(CancellationToken cancel) => await files.StateAsync(Held, cancel) is not null;

    /// <summary>Ends the turn, if it has not ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopSignsAsync();
        _ended.Dispose();
        try
        {
            await files.RemoveAsync(Held, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlaceException)
        {
            // Others take it away when it is silent for long enough.
        }
    }

    private async Task LookAtHolderAsync(Silence silence, bool isLocked, CancellationToken cancel)
    {
        if (await files.ListAsync(Directory, cancel) is not [var (holder, _), ..])
        {
            // It was just given back, or it cannot be taken, whoever has it.
            if (silence.Lasts("", null) > LongestSilence)
            {
                throw new PlaceException($"does not let '{Directory}' be taken although nobody has it: is its disk full, or read-only?");
            }

            await Task.Delay(Blink, time, cancel);
            return;
        }

        var path = $"{Directory}/{holder}";
        var isDead = isLocked && holder.StartsWith(files.Kind + "-", StringComparison.Ordinal);
        if (isDead || silence.Lasts(holder, await files.StateAsync(path, cancel)) > LongestSilence)
        {
            await files.RemoveAsync(path, cancel);
            return;
        }

        await Task.Delay(Poll, time, cancel);
    }

    private async Task GiveSignsAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(SignOfLife, time);
            for (var sign = 1; await timer.WaitForNextTickAsync(_ended.Token); sign++)
            {
                await files.TouchAsync(Held, sign, _ended.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or UnauthorizedAccessException or PlaceException)
        {
            // Whoever replaces the document will meet the same.
        }
    }

    private async Task StopSignsAsync()
    {
        await _ended.CancelAsync();
        await _signs;
    }

    /// <summary>How long somebody has been seen without any change.</summary>
    private sealed class Silence(TimeProvider time)
    {
        private (string Holder, FileState? State) _seen;
        private long _since;

        public TimeSpan Lasts(string holder, FileState? state)
        {
            if (_seen != (holder, state))
            {
                (_seen, _since) = ((holder, state), time.GetTimestamp());
            }

            return time.GetElapsedTime(_since);
        }
    }
}
