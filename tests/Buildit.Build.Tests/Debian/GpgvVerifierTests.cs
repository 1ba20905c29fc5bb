using System.Text;
using Buildit.Build.Debian;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Build.Tests.Debian;

public class GpgvVerifierTests
{
    private const string Text = "[GNUPG:] PLAINTEXT 74 0 \n";
    private const string NoKey = "[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG 6ED0 1 8 01 1 9 4CB5\n[GNUPG:] NO_PUBKEY 6ED0\n";
    private const string Good = "[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG F8D2 Debian\n[GNUPG:] VALIDSIG 4D64 2026-07-11\n";

    private static Task<byte[]> VerifyAsync(string status, string payload = "payload") =>
        new GpgvVerifier((_, _, _) => Task.FromResult(new GpgvResult(status, Encoding.ASCII.GetBytes(payload), "what gpgv said"))).VerifyAsync([], "keyring.gpg", default);

    [Theory]
    [InlineData(Text + Good)]
    [InlineData(Text + NoKey + Good)]
    [InlineData(Text + Good + NoKey)]
    public async Task One_good_signature_is_enough_if_the_others_are_of_unknown_keys(string status) =>
        Assert.Equal("payload", Encoding.ASCII.GetString(await VerifyAsync(status)));

    [Theory]
    [InlineData("")]
    [InlineData(Text + NoKey)]
    [InlineData(Text + Good + "[GNUPG:] BADSIG F8D2 Debian\n")]
    [InlineData(Text + "[GNUPG:] EXPKEYSIG F8D2 Debian\n[GNUPG:] VALIDSIG 4D64\n")]
    [InlineData(Text + "[GNUPG:] REVKEYSIG F8D2 Debian\n[GNUPG:] VALIDSIG 4D64\n")]
    [InlineData(Text + "gpgv: GOODSIG VALIDSIG\n")]
    [InlineData(Text + Good + Text)]
    [InlineData(Good)]
    public async Task R32_anything_else_is_refused_with_what_gpgv_said(string status)
    {
        var error = await Assert.ThrowsAsync<BuilditException>(() => VerifyAsync(status));

        Assert.Equal(ExitCode.TrustRefused, error.Code);
        Assert.Equal("what gpgv said", error.Diagnostics[0].Detail);
    }

    [Fact]
    public async Task R33_a_signature_over_nothing_is_refused() => await Assert.ThrowsAsync<BuilditException>(() => VerifyAsync(Text + Good, ""));
}
