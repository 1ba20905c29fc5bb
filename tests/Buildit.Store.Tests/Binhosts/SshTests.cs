using Buildit.Store.Binhosts.Ssh;

namespace Buildit.Store.Tests.Binhosts;

public sealed class SshTests
{
    private static readonly SshSettings Known = new("[bin.example.org]:2222", false, "/home/jane/.ssh/known_hosts");

    [Theory]
    [InlineData("ssh://containers@mysuperbinhost.org/containers", "containers", "mysuperbinhost.org", null, "containers")]
    [InlineData("ssh://host:2222/a/b/", null, "host", 2222, "a/b")]
    [InlineData("ssh://host//srv/bin", null, "host", null, "/srv/bin")]
    [InlineData("ssh://u%40x@[::1]/a%20b", "u@x", "::1", null, "a b")]
    [InlineData("ssh://host", null, "host", null, ".")]
    public void An_address_names_account_host_port_and_a_path_from_where_a_session_begins(string text, string? user, string host, int? port, string path) =>
        Assert.Equal(new SshAddress(user, host, port, path), SshAddress.Parse(text, out _));

    [Theory]
    [InlineData("ssh://user:secret@host/a", "password")]
    [InlineData("ssh://user@host:path/a", "form")]
    [InlineData("ssh:///a", "form")]
    [InlineData("ssh://-oProxyCommand=x/a", "form")]
    public void What_is_no_address_of_an_account_is_refused(string text, string why)
    {
        Assert.Null(SshAddress.Parse(text, out var objection));
        Assert.Contains(why, objection, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", objection, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n@@@\nHost key verification failed.\n", "ssh-keygen -f /home/jane/.ssh/known_hosts -R '[bin.example.org]:2222'", false)]
    [InlineData("No ED25519 host key is known for [bin.example.org]:2222 and you have requested strict checking.\nHost key verification failed.\n", "sftp -P 2222 jane@bin.example.org", false)]
    [InlineData("jane@bin.example.org: Permission denied (publickey).\n", "sftp -P 2222 jane@bin.example.org", false)]
    [InlineData("ssh: connect to host bin.example.org port 2222: Connection refused\n", "connect to host bin.example.org port 2222: Connection refused", false)]
    [InlineData("kex_exchange_identification: Connection closed by remote host\n", "closed by remote host", true)]
    [InlineData("subsystem request failed on channel 0\n", "does not let the account use sftp", false)]
    [InlineData("", "the server closed the connection", false)]
    public void What_ssh_says_becomes_what_a_person_can_do(string words, string reason, bool mayPass)
    {
        var failure = SshWords.Explain(words, new("jane", "bin.example.org", 2222, "."), Known);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Equal(mayPass, failure.MayPass);
    }

    [Theory]
    [InlineData("hostname bin.example.org\nport 22\nstricthostkeychecking ask\nuserknownhostsfile /a /b\n", "bin.example.org", false)]
    [InlineData("hostname bin.example.org\nport 2222\nstricthostkeychecking accept-new\nuserknownhostsfile /a\n", "[bin.example.org]:2222", false)]
    [InlineData("hostname 10.0.0.1\nport 2222\nhostkeyalias bin\nstricthostkeychecking false\nuserknownhostsfile /a\n", "bin", true)]
    public void The_configuration_is_read_as_ssh_prints_it(string text, string knownAs, bool acceptsAny) => Assert.Equal(new SshSettings(knownAs, acceptsAny, "/a"), SshSettings.Parse(text));
}
