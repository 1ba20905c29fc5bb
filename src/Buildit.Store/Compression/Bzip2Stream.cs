using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.BZip2;

namespace Buildit.Store.Compression;

/// <summary>Unpacks bzip2, also of several streams one after the other (as pbzip2 writes them), which the library's own stream ends at.</summary>
internal sealed class Bzip2Stream(Stream compressed) : ReadOnlyStream
{
    // The library takes single bytes, and none beyond a stream's end.
    private readonly Source _source = new(compressed);
    private BZip2InputStream? _stream;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        try
        {
            while (_stream is not null || _source.HasMore)
            {
                _stream ??= new(_source) { IsStreamOwner = false };
                if (Fill(buffer) is var count and > 0)
                {
                    return count;
                }

                _stream = null;
            }

            return 0;
        }
        catch (Exception e) when (e is SharpZipBaseException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"bzip2: {e.Message}", e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _source.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Fill(Span<byte> buffer)
    {
        for (var i = 0; i < buffer.Length; i++)
        {
            if (_stream!.ReadByte() is var next and >= 0)
            {
                buffer[i] = (byte)next;
                continue;
            }

            return i;
        }

        return buffer.Length;
    }

    private sealed class Source(Stream inner) : ReadOnlyStream
    {
        private readonly byte[] _buffer = new byte[1 << 16];
        private int _position;
        private int _length;

        public bool HasMore
        {
            get
            {
                if (_position == _length)
                {
                    (_position, _length) = (0, inner.Read(_buffer));
                }

                return _length > 0;
            }
        }

        public override int ReadByte() => HasMore ? _buffer[_position++] : -1;

        public override int Read(Span<byte> buffer)
        {
            var count = HasMore ? Math.Min(buffer.Length, _length - _position) : 0;
            _buffer.AsSpan(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
