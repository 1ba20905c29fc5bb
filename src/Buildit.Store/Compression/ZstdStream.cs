using System.Runtime.InteropServices;

namespace Buildit.Store.Compression;

/// <summary>
/// The uncompressed bytes of Zstandard frames (RFC 8878; several frames one after the other are one file, as with zstd(1)). Takes the compressed stream over.
/// Damaged input throws <see cref="InvalidDataException"/>, input that ends early <see cref="EndOfStreamException"/>.
/// </summary>
internal sealed unsafe class ZstdStream : ReadOnlyStream
{
    // RFC 8878, 3.1.1.1.2 recommends decoders to take 8 MiB at least; zstd(1) itself takes 128 MiB (2^27) unless told otherwise.
    private const int LargestWindow = 27;
    private const int InputSize = 1 << 17;

    private readonly Stream _compressed;
    private byte* _input;
    private nint _context;
    private Zstd.Buffer _pending;
    private bool _inFrame = true;
    private bool _inputEnded;

    /// <summary>Starts decoding at the stream's position.</summary>
    public ZstdStream(Stream compressed)
    {
        _compressed = compressed;
        _context = Zstd.CreateContext();
        _input = (byte*)NativeMemory.Alloc(InputSize);
        _pending.Start = _input;
        Check(Zstd.SetParameter(_context, Zstd.WindowLogMax, LargestWindow));
    }

    /// <inheritdoc/>
    ~ZstdStream() => Free();

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_input is null, this);
        fixed (byte* start = buffer)
        {
            var output = new Zstd.Buffer { Start = start, Size = (nuint)buffer.Length };
            while (output.Position == 0 && !buffer.IsEmpty)
            {
                Fill();
                if (_inputEnded && !_inFrame)
                {
                    return 0;
                }

                Step(ref output);
            }

            return (int)output.Position;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _compressed.Dispose();
        }

        Free();
        base.Dispose(disposing);
    }

    private void Fill()
    {
        if (_pending.Position == _pending.Size && !_inputEnded)
        {
            (_pending.Position, _pending.Size) = (0, (nuint)_compressed.Read(new Span<byte>(_input, InputSize)));
            _inputEnded = _pending.Size == 0;
        }
    }

    private void Step(ref Zstd.Buffer output)
    {
        fixed (Zstd.Buffer* to = &output, from = &_pending)
        {
            _inFrame = Check(Zstd.Decompress(_context, to, from)) != 0;
        }

        if (_inputEnded && _inFrame && output.Position == 0)
        {
            throw new EndOfStreamException("the zstd data ends early");
        }
    }

    private static nuint Check(nuint result) => Zstd.IsError(result) == 0
        ? result
        : throw new InvalidDataException($"the zstd data is damaged ({Marshal.PtrToStringUTF8(Zstd.ErrorName(result))})");

    private void Free()
    {
        if (_input is not null)
        {
            _ = Zstd.FreeContext(_context);
            NativeMemory.Free(_input);
            _input = null;
        }
    }
}
