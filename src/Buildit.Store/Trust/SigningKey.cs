using System.Security.Cryptography;
using Buildit.Core;
using Buildit.Core.Records;
using Buildit.Core.Trust;

namespace Buildit.Store.Trust;

/// <summary>A private ECDSA P-256 key, with what others know of it.</summary>
public sealed class SigningKey : IDisposable
{
    private const string SignatureFact = "signature";
    private readonly ECDsa _key;

    private SigningKey(ECDsa key, PublicKey known) => (_key, Public) = (key, known);

    /// <summary>What others know of it.</summary>
    public PublicKey Public { get; }

    /// <summary>Makes a new one.</summary>
    public static SigningKey New(string name, DateTimeOffset? notBefore, DateTimeOffset? notAfter)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new(key, PublicKey.Of(key.ExportSubjectPublicKeyInfo(), name, notBefore, notAfter)!);
    }

    /// <summary>Reads a private key in PEM (PKCS#8, or SEC 1 as older OpenSSL writes it); null if it is none of that kind.</summary>
    /// <param name="pem">The file's text.</param>
    /// <param name="known">Its public file, if there is one: name and validity come from there.</param>
    public static SigningKey? Parse(string pem, PublicKey? known)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (PublicKey.Of(key.ExportSubjectPublicKeyInfo(), "") is { } found)
            {
                return new(key, known?.Id == found.Id ? known : found);
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
        }

        key.Dispose();
        return null;
    }

    /// <summary>The private key in PEM, PKCS#8, not encrypted.</summary>
    public string PrintPrivate() => _key.ExportPkcs8PrivateKeyPem() + "\n";

    /// <summary>The envelope with this key's signature as well.</summary>
    public Envelope Sign(Envelope envelope) => envelope.With(envelope with
    {
        Signatures = [new(Public.Id.Hex, Sign(envelope.SignedBytes))],
    });

    /// <summary>As <see cref="Sign(Envelope)"/>; what this key has signed before gets the same signature as then.</summary>
    public Envelope Sign(Envelope envelope, StoreIndex memory) => envelope.With(envelope with { Signatures = [new(Public.Id.Hex, Sign(envelope.SignedBytes, memory))] });

    /// <summary>A signature over bytes: the one that this key made of them before, if it did. Each ECDSA signature is a random one: only so does the same content give the same bytes again.</summary>
    public byte[] Sign(byte[] data, StoreIndex memory)
    {
        var subject = Digest.Of([.. Convert.FromHexString(Public.Id.Hex), .. data]);
        if (memory.FindFact(subject, SignatureFact) is { } known && Convert.FromBase64String(known) is var kept && Public.Verifies(data, kept))
        {
            return kept;
        }

        var signature = Sign(data);
        memory.AddFact(subject, SignatureFact, Convert.ToBase64String(signature));
        return signature;
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private byte[] Sign(byte[] data) => _key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
}
