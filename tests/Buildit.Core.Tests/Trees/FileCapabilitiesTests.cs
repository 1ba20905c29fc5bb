using Buildit.Core.Trees;

namespace Buildit.Core.Tests.Trees;

public class FileCapabilitiesTests
{
    // As setcap(8) of libcap 2.66 writes them; the bytes are what getfattr(1) shows.
    [Theory]
    [InlineData("cap_net_bind_service=ep", "0100000200040000000000000000000000000000")]
    [InlineData("cap_chown=p", "0000000201000000000000000000000000000000")]
    [InlineData("cap_net_admin,cap_net_raw=eip", "0100000200300000003000000000000000000000")]
    [InlineData("cap_checkpoint_restore=ep", "0100000200000000000000000001000000000000")]
    public void The_attribute_is_what_Linux_reads(string text, string attribute)
    {
        var capabilities = FileCapabilities.TryParse(text)!.Value;
        Assert.Equal(attribute, Convert.ToHexStringLower(capabilities.ToAttribute()));
        Assert.Equal(capabilities, FileCapabilities.OfAttribute(capabilities.ToAttribute()));
    }

    [Theory]
    [InlineData("cap_setuid,cap_chown=pe", "cap_chown,cap_setuid=ep")]
    [InlineData("cap_chown=p cap_kill=i", "cap_kill=i cap_chown=p")]
    [InlineData("cap_chown=p cap_chown=i", "cap_chown=ip")]
    public void They_are_printed_in_one_form(string written, string printed)
    {
        Assert.Equal(printed, FileCapabilities.TryParse(written)!.Value.ToString());
        Assert.Equal(FileCapabilities.TryParse(written), FileCapabilities.TryParse(printed));
    }

    [Theory]
    [InlineData("")]
    [InlineData("cap_chown")]
    [InlineData("cap_chown=")]
    [InlineData("cap_chown=x")]
    [InlineData("cap_chown=e")]
    [InlineData("chown=p")]
    [InlineData("cap_nothing=p")]
    [InlineData("cap_chown,=p")]
    public void Anything_else_is_none(string text) => Assert.Null(FileCapabilities.TryParse(text));

    [Theory]
    [InlineData("")]
    [InlineData("01000002")]
    [InlineData("010000010004000000000000")]
    [InlineData("01000002000400000000000000000000000000")]
    public void An_attribute_that_is_cut_off_or_of_another_kind_is_none(string attribute) => Assert.Null(FileCapabilities.OfAttribute(Convert.FromHexString(attribute)));

    [Fact]
    public void An_attribute_of_a_user_namespace_counts_too() =>
        Assert.Equal("cap_kill=ep", FileCapabilities.OfAttribute(Convert.FromHexString("010000032000000000000000000000000000000000000000")).ToString());
}
