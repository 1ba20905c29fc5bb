using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Buildit.Core.Trust;

/// <summary>
/// An ECDSA key on the curve P-256, as a PEM file holds it. Lines before <c>-----BEGIN PUBLIC KEY-----</c> say more about it
/// (<c>name: ...</c>, <c>not-before: DATE</c>, <c>not-after: DATE</c>); OpenSSL and others skip them (RFC 7468, section 2).
/// </summary>
/// <param name="Id">SHA-256 of the SubjectPublicKeyInfo in DER: the fingerprint.</param>
/// <param name="Name">For people.</param>
/// <param name="Info">The SubjectPublicKeyInfo in DER.</param>
/// <param name="NotBefore">First moment at which the key counts; null = always did.</param>
/// <param name="NotAfter">Last moment at which the key counts; null = no end.</param>
public sealed record PublicKey(Digest Id, string Name, ReadOnlyMemory<byte> Info, DateTimeOffset? NotBefore, DateTimeOffset? NotAfter)
{
    private const string Label = "PUBLIC KEY";
    private const string DateFormat = "yyyy-MM-dd";
    private const int CurveBits = 256;
    private const int SearchedLines = 32;

    /// <summary>Takes a SubjectPublicKeyInfo; null if it is not one of a P-256 key.</summary>
    public static PublicKey? Of(ReadOnlyMemory<byte> info, string name, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(info.Span, out var read);
            return read == info.Length && key.KeySize == CurveBits && key.ExportParameters(false).Curve.Oid.FriendlyName is "nistP256" or "ECDSA_P256"
                ? new(Digest.Of(info.Span), name, info, notBefore, notAfter)
                : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Reads a PEM file; null if there is no P-256 key in it, or a date that is none.</summary>
    public static PublicKey? Parse(string text)
    {
        if (!PemEncoding.TryFind(text, out var pem) || !text.AsSpan()[pem.Label].SequenceEqual(Label))
        {
            return null;
        }

        var head = text[..pem.Location.Start.GetOffset(text.Length)].Split('\n').Take(SearchedLines).Select(l => l.Trim()).ToArray();
        return TryDate(Header(head, "not-before"), 0, out var notBefore) && TryDate(Header(head, "not-after"), 1, out var notAfter)
            ? Of(Convert.FromBase64String(text[pem.Base64Data]), Header(head, "name") ?? "", notBefore, notAfter)
            : null;
    }

    /// <summary>A date as it is written in key files: the whole day counts, in UTC.</summary>
    /// <param name="text">YYYY-MM-DD, or null for none.</param>
    /// <param name="days">0 for the day's first moment, 1 for its last.</param>
    /// <param name="moment">What it stands for.</param>
    public static bool TryDate(string? text, int days, out DateTimeOffset? moment)
    {
        moment = null;
        if (text is null)
        {
            return true;
        }

        var isDate = DateTimeOffset.TryParseExact(text, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day);
        moment = isDate ? day.AddTicks(days * (TimeSpan.TicksPerDay - 1)) : null;
        return isDate;
    }

    /// <summary>Why it does not count at a moment, to be read after "the key"; null if it does.</summary>
    public string? Objection(DateTimeOffset now) =>
        NotAfter < now ? $"counted until {Date(NotAfter)} only"
        : NotBefore > now ? $"does not count before {Date(NotBefore)}"
        : null;

    /// <summary>The PEM file.</summary>
    public string Print()
    {
        var text = new StringBuilder();
        Append(text, "name", Name.Length == 0 ? null : Name);
        Append(text, "fingerprint", Id.Hex);
        Append(text, "not-before", Date(NotBefore));
        Append(text, "not-after", Date(NotAfter));
        return text.Append(PemEncoding.WriteString(Label, Info.Span)).Append('\n').ToString();
    }

    /// <summary>A bound of the validity as a date, or null.</summary>
    public static string? Date(DateTimeOffset? moment) => moment?.ToString(DateFormat, CultureInfo.InvariantCulture);

    /// <summary>Whether this key made a signature over these bytes.</summary>
    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Info.Span, out _);
        try
        {
            return key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public bool Equals(PublicKey? other) => other is not null && (Id, Name, NotBefore, NotAfter) == (other.Id, other.Name, other.NotBefore, other.NotAfter);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode();

    private static string? Header(string[] lines, string name) =>
        lines.FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.Ordinal)) is { } line ? line[(name.Length + 1)..].Trim() : null;

    private static void Append(StringBuilder text, string name, string? value)
    {
        if (value is not null)
        {
            text.Append(name).Append(": ").Append(value).Append('\n');
        }
    }
}
