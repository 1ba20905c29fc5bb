using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Buildit.Store.Fetching;

namespace Buildit.Store.Binhosts.Ssh;

/// <summary>Numbers of the protocol: draft-ietf-secsh-filexfer-02, version 3.</summary>
internal enum SftpType : byte
{
    Init = 1,
    Version = 2,
    Open = 3,
    Close = 4,
    Read = 5,
    Write = 6,
    FStat = 8,
    SetStat = 9,
    FSetStat = 10,
    OpenDirectory = 11,
    ReadDirectory = 12,
    Remove = 13,
    MakeDirectory = 14,
    RemoveDirectory = 15,
    Stat = 17,
    Status = 101,
    Handle = 102,
    Data = 103,
    Name = 104,
    Attributes = 105,
    Extended = 200,
}

/// <summary>How the server says that a request ended.</summary>
internal enum SftpStatus
{
    Ok = 0,
    End = 1,
    NoSuchFile = 2,
    PermissionDenied = 3,
    Failure = 4,
    Unsupported = 8,
}

/// <summary>Builds the bytes of a request: a length, a type, a number, and the fields.</summary>
internal sealed class SftpRequest
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public SftpRequest(SftpType type, uint number)
    {
        Number(0);
        _bytes.Write([(byte)type]);
        Number(number);
    }

    public SftpRequest Number(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
        return this;
    }

    public SftpRequest Long(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
        return this;
    }

    public SftpRequest Bytes(ReadOnlySpan<byte> value)
    {
        Number((uint)value.Length);
        _bytes.Write(value);
        return this;
    }

    public SftpRequest Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    /// <summary>The whole request, with its length.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        var bytes = _bytes.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - 4);
        return bytes;
    }
}

/// <summary>An answer, read field by field. Throws <see cref="PlaceException"/> where it is shorter than it says.</summary>
internal sealed class SftpReply(SftpType type, ReadOnlyMemory<byte> fields)
{
    private ReadOnlyMemory<byte> _rest = fields;

    public SftpType Type => type;

    public bool IsAtEnd => _rest.IsEmpty;

    public uint Number() => BinaryPrimitives.ReadUInt32BigEndian(Take(4).Span);

    public long Long() => BinaryPrimitives.ReadInt64BigEndian(Take(8).Span);

    public ReadOnlyMemory<byte> Bytes() => Take(Number());

    public string Text() => Encoding.UTF8.GetString(Bytes().Span);

    private ReadOnlyMemory<byte> Take(uint count)
    {
        if (count > _rest.Length)
        {
            throw new PlaceException("the sftp server sends answers that cannot be read");
        }

        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
