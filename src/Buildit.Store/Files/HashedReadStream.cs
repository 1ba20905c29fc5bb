using System.Security.Cryptography;
using Buildit.Core;
using Buildit.Store.Compression;

namespace Buildit.Store.Files;

/// <summary>Hashes and counts what is read from another stream, which it takes over.</summary>
public sealed class HashedReadStream(Stream inner) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Digest of everything, known when the end was read.</summary>
    public Digest Digest { get; private set; }

    /// <summary>Bytes read so far.</summary>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        Count += read;
        _hash.AppendData(buffer[..read]);
        if (read == 0 && !buffer.IsEmpty && Digest.IsEmpty)
        {
            Digest = Digest.FromHash(_hash.GetHashAndReset());
        }

        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
