using System.Security.Cryptography;
using System.Text;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Images.ContainerLayers;

/// <summary>A file's bytes as they are to be in the image: digest and size are known, the bytes come when the layer is written.</summary>
internal sealed record LocalFile(Digest Digest, long Size, Func<Stream> Open)
{
    /// <summary>Text made here.</summary>
    internal static LocalFile FromText(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new(Digest.Of(bytes), bytes.Length, () => new MemoryStream(bytes, writable: false));
    }

    /// <summary>A file of this machine. It is read twice, now and when the layer is written: a change in between is an error.</summary>
    internal static LocalFile FromDisk(string path, SourceSpan span)
    {
        using var file = OpenRead(path);
        var digest = Digest.Of(file);
        return new(digest, file.Length, () => new UnchangedStream(OpenRead(path), digest, path, span));
    }

    private static FileStream OpenRead(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
}

/// <summary>Reads a file and, if it was read from its start to its end, checks there that it was still the file whose digest was taken before.</summary>
internal sealed class UnchangedStream(Stream file, Digest expected, string path, SourceSpan span) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _hasJumped;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position { get => file.Position; set => Seek(value, SeekOrigin.Begin); }

    public override int Read(Span<byte> buffer)
    {
        var read = file.Read(buffer);
        _hash.AppendData(buffer[..read]);
        if (read == 0 && buffer.Length > 0 && !_hasJumped && Digest.FromHash(_hash.GetCurrentHash()) != expected)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{path}' changed while the image was made", "run the command again", span);
        }

        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        _hasJumped = true;
        return file.Seek(offset, origin);
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
