using Buildit.Store.Compression;
using Microsoft.Win32.SafeHandles;

namespace Buildit.Store.Sources;

/// <summary>
/// One temporary file that holds the contents of an archive's files one after the other, since the canonical order is known only when
/// all entries were seen. Gone when closed.
/// </summary>
internal sealed class Spool : IDisposable
{
    private readonly long _limit;
    private readonly FileStream _file;
    private readonly byte[] _buffer = new byte[1 << 17];

    public Spool(string directory, long limit)
    {
        _limit = limit;
        var path = Path.Combine(directory, "spool-" + Path.GetRandomFileName());
        _file = new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
    }

    /// <summary>Keeps these bytes.</summary>
    public SourceFile Add(Stream content, bool executable)
    {
        var offset = _file.Position;
        for (int read; (read = content.Read(_buffer)) > 0;)
        {
            if (_file.Position + read > _limit)
            {
                throw new RefusedException($"it unpacks to more than {_limit >> 20} MiB");
            }

            _file.Write(_buffer, 0, read);
        }

        var length = _file.Position - offset;
        return new(length, executable, () => new Slice(_file.SafeFileHandle, offset, length));
    }

    public void Dispose() => _file.Dispose();

    private sealed class Slice(SafeFileHandle file, long offset, long length) : ReadOnlyStream
    {
        private long _position;

        public override int Read(Span<byte> buffer)
        {
            var read = RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, length - _position)], offset + _position);
            _position += read;
            return read;
        }
    }
}
