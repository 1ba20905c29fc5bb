using System.Security.Cryptography;
using Buildit.Core.Trust;

namespace Buildit.Core.Tests.Trust;

public sealed class PublicKeyTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(-1, 1, null)]
    [InlineData(null, -1, "counted until 2026-05-31 only")]
    [InlineData(1, null, "does not count before 2026-06-02")]
    public void A_key_that_does_not_count_now_says_why(int? from, int? to, string? objection)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal(objection, PublicKey.Of(key.ExportSubjectPublicKeyInfo(), "ci", Day(from), Day(to))!.Objection(Now));
    }

    private static DateTimeOffset? Day(int? days) => days is { } count ? Now.AddDays(count) : null;
}
