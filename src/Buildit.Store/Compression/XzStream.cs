using System.Runtime.InteropServices;

namespace Buildit.Store.Compression;

/// <summary>
/// The uncompressed bytes of an .xz file (several streams one after the other are one file, as with xz(1)). Takes the compressed stream over.
/// Damaged input throws <see cref="InvalidDataException"/>, input that ends early <see cref="EndOfStreamException"/>.
/// </summary>
internal sealed unsafe class XzStream : ReadOnlyStream
{
    // xz -9 needs 65 MiB to decompress; a file that wants more than four times that is not a package.
    private const ulong MemoryLimit = 256UL << 20;
    private const int InputSize = 1 << 16;

    private readonly Stream _compressed;
    private Lzma.State* _state;
    private byte* _input;
    private bool _inputEnded;
    private bool _finished;

    /// <summary>Starts decoding at the stream's position.</summary>
    public XzStream(Stream compressed)
    {
        _compressed = compressed;
        _state = (Lzma.State*)NativeMemory.AllocZeroed((nuint)sizeof(Lzma.State));
        _input = (byte*)NativeMemory.Alloc(InputSize);
        var result = Lzma.StreamDecoder(_state, MemoryLimit, Lzma.Concatenated);
        if (result != Lzma.Result.Ok)
        {
            throw new InvalidOperationException($"liblzma cannot start: {result}");
        }
    }

    /// <inheritdoc/>
    ~XzStream() => Free();

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_state is null, this);
        if (buffer.IsEmpty || _finished)
        {
            return 0;
        }

        fixed (byte* output = buffer)
        {
            _state->NextOut = output;
            _state->AvailableOut = (nuint)buffer.Length;
            while (!_finished && _state->AvailableOut > 0)
            {
                Step();
            }

            return buffer.Length - (int)_state->AvailableOut;
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

    private void Step()
    {
        if (_state->AvailableIn == 0 && !_inputEnded)
        {
            var read = _compressed.Read(new Span<byte>(_input, InputSize));
            _state->NextIn = _input;
            _state->AvailableIn = (nuint)read;
            _inputEnded = read == 0;
        }

        switch (Lzma.Code(_state, _inputEnded ? Lzma.Action.Finish : Lzma.Action.Run))
        {
            case Lzma.Result.Ok:
                break;
            case Lzma.Result.StreamEnd:
                _finished = true;
                break;
            case Lzma.Result.BufferError when _inputEnded:
                throw new EndOfStreamException("the xz data ends early");
            case Lzma.Result.MemoryLimit:
                throw new InvalidDataException($"the xz data needs more than {MemoryLimit >> 20} MiB of memory to decompress");
            case var error:
                throw new InvalidDataException($"the xz data is damaged (liblzma: {error})");
        }
    }

    private void Free()
    {
        if (_state is not null)
        {
            Lzma.End(_state);
            NativeMemory.Free(_state);
            NativeMemory.Free(_input);
            _state = null;
            _input = null;
        }
    }
}
