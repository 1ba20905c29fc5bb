using Buildit.Store.Binhosts;

namespace Buildit.Store.Registries;

/// <summary>A blob's bytes in pieces, from wherever they are wanted: what goes on where the last piece ended is not read twice.</summary>
/// <param name="open">Gives the bytes from their beginning.</param>
/// <param name="size">How many they are.</param>
/// <param name="length">The most that a piece has.</param>
internal sealed class BlobPieces(Func<Stream> open, long size, int length) : IAsyncDisposable
{
    private readonly byte[] _bytes = new byte[Math.Min(length, size)];
    private Stream? _content;
    private long _start;
    private int _count;

    private long End => _start + _count;

    /// <summary>The piece from an offset on, which is before the end. It is there until the next is asked for.</summary>
    public async Task<ArraySegment<byte>> FromAsync(long offset, CancellationToken cancel)
    {
        if (offset < _start || offset >= End)
        {
            await ReadAsync(offset, cancel);
        }

        return new(_bytes, (int)(offset - _start), (int)(End - offset));
    }

    public ValueTask DisposeAsync() => _content?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task ReadAsync(long offset, CancellationToken cancel)
    {
        if (_content is null || offset < End)
        {
            await DisposeAsync();
            (_content, _start, _count) = (open(), 0, 0);
        }

        await _content.SkipAsync(offset - End, cancel);
        (_start, _count) = (offset, (int)Math.Min(_bytes.Length, size - offset));
        await _content.ReadExactlyAsync(_bytes.AsMemory(0, _count), cancel);
    }
}
