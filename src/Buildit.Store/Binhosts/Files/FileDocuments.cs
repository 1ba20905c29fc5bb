using System.Text;
using Buildit.Core.Binhosts;

namespace Buildit.Store.Binhosts.Files;

/// <summary>
/// The documents of a binhost in files, which change while others read and write: one that is not there is made by whoever is first, one that is there is replaced by whoever's
/// turn it is (<see cref="WriteTurn"/>).
/// </summary>
/// <param name="files">Where they are.</param>
/// <param name="time">For turns, and for the times of what is replaced.</param>
internal sealed class FileDocuments(IPlaceFiles files, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _inProcess = new(1);
    private bool _isPrepared;

    /// <summary>A document; null if it is not there.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(string path, CancellationToken cancel)
    {
        if (await files.OpenAsync(path, 0, cancel) is not { } stream)
        {
            return null;
        }

        await using (stream)
        {
            return await stream.ReadDocumentAsync(path, cancel);
        }
    }

    /// <summary>As <see cref="IWritablePlace.UpdateAsync"/>.</summary>
    public async Task UpdateAsync(string path, Func<ReadOnlyMemory<byte>?, Task<ReadOnlyMemory<byte>?>> change, CancellationToken cancel)
    {
        while (true)
        {
            var current = await ReadAsync(path, cancel);
            if (await change(current) is not { } wanted)
            {
                return;
            }

            await PrepareAsync(cancel);
            if (current is null ? await MakeAsync(path, wanted, cancel) : await ReplaceAsync(path, change, cancel))
            {
                return;
            }
        }
    }

    /// <summary>Makes the place an OCI image layout, before anything else is in it.</summary>
    public async Task PrepareAsync(CancellationToken cancel)
    {
        if (!_isPrepared && await files.StateAsync(BinhostLayout.LayoutMarker, cancel) is null)
        {
            await MakeAsync(BinhostLayout.ImageIndex, OciIndex.Empty, cancel);
            await MakeAsync(BinhostLayout.LayoutMarker, Encoding.ASCII.GetBytes(BinhostLayout.LayoutMarkerText), cancel);
        }

        _isPrepared = true;
    }

    /// <summary>Does something while nobody else replaces a document.</summary>
    public async Task<bool> InTurnAsync(Func<WriteTurn, Task<bool>> work, string path, CancellationToken cancel)
    {
        // In one process its own lock would meet itself.
        await _inProcess.WaitAsync(cancel);
        try
        {
            using var held = await files.LockAsync($"writing {path}", cancel);
            await using var turn = await WriteTurn.TakeAsync(files, held is not null, time, cancel);
            return await work(turn);
        }
        finally
        {
            _inProcess.Release();
        }
    }

    /// <summary>Writes a file under a temporary name, and gives it its own by <paramref name="name"/>.</summary>
    public async Task<bool> WithTemporaryAsync(string path, Func<Stream, Task> write, Func<string, Task<bool>> name, CancellationToken cancel)
    {
        var temporary = Temporary(path);
        await files.CreateAsync(temporary, write, cancel);
        try
        {
            return await name(temporary);
        }
        finally
        {
            await files.RemoveAsync(temporary, CancellationToken.None);
        }
    }

    /// <summary>A name beside a file's place that no other process and no earlier one has.</summary>
    public static string Temporary(string path)
    {
        var slash = path.LastIndexOf('/') + 1;
        return $"{path[..slash]}.{path[slash..]}-{Path.GetRandomFileName()}.tmp";
    }

    /// <inheritdoc/>
    public void Dispose() => _inProcess.Dispose();

    /// <summary>Makes a document; false if somebody else was first.</summary>
    private Task<bool> MakeAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancel) => WithTemporaryAsync(
        path,
        file => file.WriteAsync(content, cancel).AsTask(),
        async temporary => await files.LinkAsync(temporary, path, cancel) switch
        {
            LinkOutcome.Linked => true,
            LinkOutcome.Taken => false,
            _ => await InTurnAsync(async _ => await files.StateAsync(path, cancel) is null && await files.MoveAsync(temporary, path, cancel), path, cancel),
        },
        cancel);

    /// <summary>Replaces a document that is there; false if it vanished, or the turn was taken away.</summary>
    private Task<bool> ReplaceAsync(string path, Func<ReadOnlyMemory<byte>?, Task<ReadOnlyMemory<byte>?>> change, CancellationToken cancel) => InTurnAsync(
        async turn =>
        {
            if (await files.StateAsync(path, cancel) is not { } state || await ReadAsync(path, cancel) is not { } current)
            {
                return false;
            }

            // A web server tells states apart by size and second, so that each state needs a second of its own.
            var modified = Math.Max(time.GetUtcNow().ToUnixTimeSeconds(), state.Modified.ToUnixTimeSeconds() + 1);
            return await change(current) is not { } wanted || await turn.ReplaceAsync(path, wanted, modified, cancel);
        },
        path,
        cancel);
}
