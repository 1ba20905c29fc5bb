using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Buildit.Core.Records;
using Buildit.Core.Trust;

namespace Buildit.Core.Tests.Trust;

public sealed class TrustPolicyTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly ECDsa _one = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _two = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Envelope _envelope = Envelope.Of(Encoding.UTF8.GetBytes("""{"a":"statement"}"""));

    [Fact]
    public void A_trusted_key_makes_it_count() => Assert.Null(Trusting(_one).Judge(Signed(_envelope, _one), Now));

    [Fact]
    public void R32_without_a_signature_it_does_not_count() => Refused(RefusalKind.NotSigned, Trusting(_one), _envelope);

    [Fact]
    public void R32_an_unknown_key_does_not_count() => Refused(RefusalKind.UnknownKey, Trusting(_one), Signed(_envelope, _two));

    [Fact]
    public void R32_the_key_of_another_binhost_does_not_count()
    {
        var trust = Trusting(_one) with { Elsewhere = ImmutableDictionary.CreateRange([KeyValuePair.Create(KeyOf(_two).Id, "other")]) };
        Assert.Contains("'other'", Refused(RefusalKind.WrongKey, trust, Signed(_envelope, _two)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void R32_a_statement_that_was_changed_does_not_count() =>
        Refused(RefusalKind.BadSignature, Trusting(_one), Signed(_envelope, _one) with { Payload = Encoding.UTF8.GetBytes("""{"a":"Statement"}""") });

    [Fact]
    public void R33_a_signature_over_the_payload_alone_or_over_nothing_does_not_count()
    {
        Refused(RefusalKind.BadSignature, Trusting(_one), With(_envelope, _one, _envelope.Payload.ToArray()));
        Refused(RefusalKind.BadSignature, Trusting(_one), With(_envelope, _one, []));
        Refused(RefusalKind.BadSignature, Trusting(_one), _envelope with { Signatures = [new(KeyOf(_one).Id.Hex, ReadOnlyMemory<byte>.Empty)] });
    }

    [Fact]
    public void A_good_signature_counts_beside_others_that_do_not() => Assert.Null(Trusting(_one).Judge(Signed(Signed(_envelope, _two), _one), Now));

    [Fact]
    public void A_key_counts_on_its_first_and_its_last_day_and_on_no_other()
    {
        var trust = Trusting(KeyOf(_one) with { NotBefore = Day("2026-06-01", 0), NotAfter = Day("2026-06-02", 1) });
        var signed = Signed(_envelope, _one);
        Assert.Equal(RefusalKind.NotYetValid, trust.Judge(signed, new(2026, 5, 31, 23, 59, 59, TimeSpan.Zero))!.Kind);
        Assert.Null(trust.Judge(signed, new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Null(trust.Judge(signed, new(2026, 6, 2, 23, 59, 59, TimeSpan.Zero)));
        Assert.Equal(RefusalKind.Expired, trust.Judge(signed, new(2026, 6, 3, 0, 0, 0, TimeSpan.Zero))!.Kind);
    }

    [Fact]
    public void R34_two_of_two_must_be_two_different_keys()
    {
        var trust = Trusting(_one, _two) with { Required = 2 };
        var once = Signed(_envelope, _one);
        Assert.Contains("1 of 2", Refused(RefusalKind.TooFew, trust, once).Reason, StringComparison.Ordinal);
        Refused(RefusalKind.TooFew, trust, once with { Signatures = [.. once.Signatures, .. Signed(_envelope, _one).Signatures] });
        Refused(RefusalKind.TooFew, trust, once with { Signatures = [.. once.Signatures, once.Signatures[0] with { KeyId = once.Signatures[0].KeyId.ToUpperInvariant() }] });
        Assert.Null(trust.Judge(Signed(once, _two), Now));
    }

    [Fact]
    public void A_key_id_that_is_none_reaches_no_terminal() =>
        Assert.DoesNotContain("\u001b", Refused(RefusalKind.UnknownKey, Trusting(_one), _envelope with { Signatures = [new("\u001b[31m", new byte[] { 1 })] }).Reason, StringComparison.Ordinal);

    [Fact]
    public void An_envelope_is_read_as_it_was_written_and_equal_ones_are_equal_bytes()
    {
        var signed = Signed(Signed(_envelope, _one), _two) with { Layers = [new(Digest.Of("tar"), "application/vnd.oci.image.layer.v1.tar+zstd", Digest.Of("blob"), 7)] };
        var read = Envelope.Read(signed.Write())!;
        Assert.Equal(Encoding.UTF8.GetString(signed.Write()), Encoding.UTF8.GetString(read.Write()));
        Assert.Null((Trusting(_one, _two) with { Required = 2 }).Judge(read, Now));
        Assert.Equal(signed.Layers.AsEnumerable(), read.Layers);
        Assert.Equal(Encoding.UTF8.GetString(signed.Write()), Encoding.UTF8.GetString((signed with { Signatures = [.. signed.Signatures.Reverse()] }).Write()));
    }

    [Fact]
    public void Joining_takes_the_signatures_of_both_and_the_newer_one_of_a_key()
    {
        var bad = With(_envelope, _one, []);
        var joined = bad.With(Signed(_envelope, _one)).With(Signed(_envelope, _two));
        Assert.Null((Trusting(_one, _two) with { Required = 2 }).Judge(joined, Now));
        Assert.Throws<ArgumentException>(() => joined.With(Envelope.Of(new byte[] { 1 })));
    }

    /// <summary>secure-systems-lab/dsse, protocol.md, "Signature Definition": the example of the specification with our payload type.</summary>
    [Fact]
    public void What_is_signed_is_the_pre_authentication_encoding() =>
        Assert.Equal("DSSEv1 28 application/vnd.in-toto+json 11 hello world", Encoding.UTF8.GetString(Envelope.Of("hello world"u8.ToArray()).SignedBytes));

    [Fact]
    public void A_public_key_file_is_read_as_it_was_written()
    {
        var key = KeyOf(_one) with { Name = "anna", NotBefore = Day("2026-01-01", 0), NotAfter = Day("2026-12-31", 1) };
        Assert.Equal(key, PublicKey.Parse(key.Print()));
        Assert.Equal(key.Id, PublicKey.Parse(_one.ExportSubjectPublicKeyInfoPem())!.Id);
    }

    [Fact]
    public void A_key_may_count_until_the_last_day_that_there_is() => Assert.Equal(DateTimeOffset.MaxValue, Day("9999-12-31", 1));

    [Fact]
    public void Other_keys_and_dates_that_are_none_are_refused()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        Assert.Null(PublicKey.Parse(p384.ExportSubjectPublicKeyInfoPem()));
        Assert.Null(PublicKey.Parse(rsa.ExportSubjectPublicKeyInfoPem()));
        Assert.Null(PublicKey.Parse(_one.ExportPkcs8PrivateKeyPem()));
        Assert.Null(PublicKey.Parse("hello"));
        Assert.Null(PublicKey.Parse("not-after: tomorrow\n" + _one.ExportSubjectPublicKeyInfoPem()));
    }

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
    }

    private static PublicKey KeyOf(ECDsa key) => PublicKey.Of(key.ExportSubjectPublicKeyInfo(), "")!;

    private static TrustPolicy Trusting(params ECDsa[] keys) => Trusting([.. keys.Select(KeyOf)]);

    private static TrustPolicy Trusting(params PublicKey[] keys) => new([.. keys], 1, ImmutableDictionary<Digest, string>.Empty);

    private static Envelope Signed(Envelope envelope, ECDsa key) => With(envelope, key, envelope.SignedBytes);

    private static Envelope With(Envelope envelope, ECDsa key, byte[] signed) =>
        envelope with { Signatures = [.. envelope.Signatures, new(KeyOf(key).Id.Hex, key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))] };

    private static Refusal Refused(RefusalKind kind, TrustPolicy trust, Envelope envelope)
    {
        var refusal = trust.Judge(envelope, Now);
        Assert.Equal(kind, refusal?.Kind);
        return refusal!;
    }

    private static DateTimeOffset? Day(string text, int days) => PublicKey.TryDate(text, days, out var moment) ? moment : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{text}"));
}
