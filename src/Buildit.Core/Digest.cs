using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Buildit.Core;

/// <summary>The SHA-256 of some bytes, parsed once. Printed as <c>sha256:HEX</c>, as in the OCI image specification ("Digests").</summary>
/// <remarks>Kept as numbers, not as text: graphs hold and compare very many of them.</remarks>
public readonly record struct Digest : IParsable<Digest>, IComparable<Digest>
{
    /// <summary>The number of bytes of a SHA-256.</summary>
    public const int Size = 32;

    private const string Prefix = "sha256:";
    private const int ChunkSize = 1 << 17;
    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;
    private readonly bool _isThere;

    private Digest(ReadOnlySpan<byte> hash)
    {
        _first = BinaryPrimitives.ReadUInt64BigEndian(hash);
        _second = BinaryPrimitives.ReadUInt64BigEndian(hash[8..]);
        _third = BinaryPrimitives.ReadUInt64BigEndian(hash[16..]);
        _fourth = BinaryPrimitives.ReadUInt64BigEndian(hash[24..]);
        _isThere = true;
    }

    /// <summary>64 lower-case hexadecimal digits. Throws for <c>default(Digest)</c>, which names nothing.</summary>
    public string Hex
    {
        get
        {
            Span<byte> hash = stackalloc byte[Size];
            CopyTo(hash);
            return Convert.ToHexStringLower(hash);
        }
    }

    /// <summary>True for <c>default(Digest)</c>.</summary>
    public bool IsEmpty => !_isThere;

    /// <summary>The digest of these bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(bytes, hash);
        return FromHash(hash);
    }

    /// <summary>The digest of this text as UTF-8.</summary>
    public static Digest Of(string text) => Of(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>The digest of everything left in the stream.</summary>
    public static Digest Of(Stream stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // The library's own way reads 4 KiB at a time.
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        Span<byte> result = stackalloc byte[Size];
        hash.GetCurrentHash(result);
        return FromHash(result);
    }

    /// <summary>Takes the 32 bytes that a SHA-256 computation gave.</summary>
    public static Digest FromHash(ReadOnlySpan<byte> hash) =>
        hash.Length == Size ? new(hash) : throw new ArgumentException("not 32 bytes", nameof(hash));

    /// <summary>Accepts 64 hexadecimal digits, with or without <c>sha256:</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Digest result)
    {
        result = default;
        if (s is null)
        {
            return false;
        }

        var hex = s.StartsWith(Prefix, StringComparison.Ordinal) ? s.AsSpan(Prefix.Length) : s;
        Span<byte> hash = stackalloc byte[Size];
        if (hex.Length != 2 * Size || Convert.FromHexString(hex, hash, out _, out _) != OperationStatus.Done)
        {
            return false;
        }

        result = new(hash);
        return true;
    }

    /// <inheritdoc cref="TryParse(string?, IFormatProvider?, out Digest)"/>
    public static bool TryParse([NotNullWhen(true)] string? s, out Digest result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static Digest Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var digest) ? digest : throw new FormatException($"not a SHA-256 digest: '{s}'");

    /// <inheritdoc/>
    public int CompareTo(Digest other) =>
        (_isThere, _first, _second, _third, _fourth).CompareTo((other._isThere, other._first, other._second, other._third, other._fourth));

    /// <summary>Writes the 32 bytes. Throws for <c>default(Digest)</c>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        if (!_isThere)
        {
            throw new InvalidOperationException("an empty digest was used");
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination, _first);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _second);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _third);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _fourth);
    }

    /// <inheritdoc/>
    public bool Equals(Digest other) =>
        _first == other._first && _second == other._second && _third == other._third && _fourth == other._fourth && _isThere == other._isThere;

    /// <inheritdoc/>
    public override int GetHashCode() => (int)_first;

    /// <summary><c>sha256:HEX</c>.</summary>
    public override string ToString() => Prefix + (_isThere ? Hex : "none");
}
