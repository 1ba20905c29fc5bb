using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Buildit.Core;

/// <summary>The SHA-256 of some bytes, parsed once. Printed as <c>sha256:HEX</c>, as in the OCI image specification ("Digests").</summary>
public readonly record struct Digest : IParsable<Digest>, IComparable<Digest>
{
    private const string Prefix = "sha256:";
    private const int ChunkSize = 1 << 17;
    private readonly string? _hex;

    private Digest(string hex) => _hex = hex;

    /// <summary>64 lower-case hexadecimal digits. Throws for <c>default(Digest)</c>, which names nothing.</summary>
    public string Hex => _hex ?? throw new InvalidOperationException("an empty digest was used");

    /// <summary>True for <c>default(Digest)</c>.</summary>
    public bool IsEmpty => _hex is null;

    /// <summary>The digest of these bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[32];
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
        Span<byte> result = stackalloc byte[32];
        hash.GetCurrentHash(result);
        return FromHash(result);
    }

    /// <summary>Takes the 32 bytes that a SHA-256 computation gave.</summary>
    public static Digest FromHash(ReadOnlySpan<byte> hash) =>
        hash.Length == 32 ? new(Convert.ToHexStringLower(hash)) : throw new ArgumentException("not 32 bytes", nameof(hash));

    /// <summary>Accepts 64 hexadecimal digits, with or without <c>sha256:</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Digest result)
    {
        result = default;
        if (s is null)
        {
            return false;
        }

        var hex = s.StartsWith(Prefix, StringComparison.Ordinal) ? s[Prefix.Length..] : s;
        if (hex.Length != 64 || !hex.All(char.IsAsciiHexDigit))
        {
            return false;
        }

        result = new(hex.ToLowerInvariant());
        return true;
    }

    /// <inheritdoc cref="TryParse(string?, IFormatProvider?, out Digest)"/>
    public static bool TryParse([NotNullWhen(true)] string? s, out Digest result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static Digest Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var digest) ? digest : throw new FormatException($"not a SHA-256 digest: '{s}'");

    /// <inheritdoc/>
    public int CompareTo(Digest other) => string.CompareOrdinal(_hex, other._hex);

    /// <summary><c>sha256:HEX</c>.</summary>
    public override string ToString() => Prefix + (_hex ?? "none");
}
