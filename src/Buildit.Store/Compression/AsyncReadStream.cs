namespace Buildit.Store.Compression;

/// <summary>What all streams share that are read asynchronously, because they wait for somebody else: only <see cref="Stream.ReadAsync(Memory{byte}, CancellationToken)"/> is left to write.</summary>
internal abstract class AsyncReadStream : ReadOnlyStream
{
    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => throw new NotSupportedException("read it asynchronously");

    /// <inheritdoc/>
    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public sealed override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
}
