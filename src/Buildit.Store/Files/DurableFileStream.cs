using Buildit.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace Buildit.Store.Files;

/// <summary>
/// A file that is written from its beginning to its end. The disk gets its share while the rest is still made, so that there is little to wait for when all must be durable.
/// </summary>
public sealed class DurableFileStream : Stream
{
    private const int Share = 8 << 20;
    private readonly SafeFileHandle _file;
    private long _length;
    private long _begun;

    /// <summary>Opens it; what there was before is gone.</summary>
    public DurableFileStream(string path) => _file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None);

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override long Position { get => _length; set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        RandomAccess.Write(_file, buffer, _length);
        _length += buffer.Length;
        if (_length - _begun >= Share)
        {
            Posix.StartWriting(_file);
            _begun = _length;
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer, offset, count);
        return Task.CompletedTask;
    }

    /// <summary>Nothing is held back.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits until everything is on the disk.</summary>
    public void MakeDurable() => RandomAccess.FlushToDisk(_file);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }
}
