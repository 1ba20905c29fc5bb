using System.Security.Cryptography;
using Buildit.Core;
using Buildit.Store.Compression;
using Buildit.Store.Fetching;

namespace Buildit.Store.Binhosts.S3;

/// <summary>A blob's bytes on their way into a bucket. Wrong ones never arrive: they break off before their end.</summary>
/// <param name="content">The bytes; disposed of with this.</param>
/// <param name="digest">What they must have.</param>
/// <param name="size">How many they must be.</param>
/// <param name="watch">Told that they are taken.</param>
internal sealed class S3Content(Stream content, Digest digest, long size, StallWatch watch) : AsyncReadStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _read;

    public override long Length => size;

    public override long Position { get => _read; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        watch.Moved();
        return Checked(buffer, content.Read(buffer[..Wanted(buffer.Length)]));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        watch.Moved();
        var read = await content.ReadAsync(buffer[..Wanted(buffer.Length)], cancellationToken);
        return Checked(buffer.Span, read);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Wanted(int room) => (int)Math.Min(room, size - _read);

    private int Checked(ReadOnlySpan<byte> buffer, int read)
    {
        _hash.AppendData(buffer[..read]);
        _read += read;
        var isEnd = read == 0 || _read == size;
        return isEnd && buffer.Length > 0 && (_read < size || (read > 0 && Digest.FromHash(_hash.GetCurrentHash()) != digest))
            ? throw new InvalidDataException($"the blob {digest} was read with other bytes than its digest says")
            : read;
    }
}
