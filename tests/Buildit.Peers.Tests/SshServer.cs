using System.Diagnostics;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>
/// A real sshd of the distribution with two accounts: an ordinary one, and one that may do nothing but sftp (which cannot leave its home where the tests are run by root). Beside it the client of
/// the distribution, as the program <c>ssh</c> with a configuration of its own.
/// </summary>
public sealed class SshServer : IAsyncLifetime, IDisposable
{
    private const string Client = "usr/lib/x86_64-linux-gnu";
    private readonly TemporaryDirectory _run = new();
    private PeerServer _server = null!;

    /// <summary>On the loopback.</summary>
    public int Port { get; } = Loopback.FreePort();

    /// <summary>Directory with the program <c>ssh</c>, to be put into PATH.</summary>
    public string Programs => Path.Combine(_run, "bin");

    /// <summary>The client's configuration file.</summary>
    public string Configuration => Path.Combine(_run, "config");

    /// <summary>The client's file of known hosts.</summary>
    public string KnownHosts => Path.Combine(_run, "known_hosts");

    /// <summary>Where the ordinary account's home is outside.</summary>
    public string Home => Path.Combine(_run, "home/containers");

    /// <summary>What the server says.</summary>
    public string Log => File.ReadAllText(_server.Log);

    /// <summary>Address of a directory of an account: 'containers' or 'restricted'.</summary>
    public string Url(string account, string directory) => FormattableString.Invariant($"ssh://{account}@127.0.0.1:{Port}/{directory}");

    /// <summary>Where files of the restricted account are outside.</summary>
    public string RestrictedHome => Path.Combine(_run, "home/restricted/files");

    public async Task InitializeAsync()
    {
        var root = await PeersRoot.ComposeAsync();
        Directory.CreateDirectory(Path.Combine(Home, "containers"));
        Directory.CreateDirectory(RestrictedHome);
        MakeKeys(root);
        WriteServer();
        WriteClient(root);
        if (Peers.IsRoot)
        {
            Run("chown", "-R", "1000:1000", Home);
            Run("chown", "1001:1001", RestrictedHome);
        }

        _server = new(root, _run, [("etc", "/etc"), ("home", "/home")], "/usr/sbin/sshd", "-D", "-e", "-f", "/etc/sshd_config");
        await Loopback.UntilListensAsync(Port, () => _server.IsAlive);
        Environment.SetEnvironmentVariable("PATH", $"{Programs}:{Environment.GetEnvironmentVariable("PATH")}");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _server.Dispose();
        _run.Dispose();
    }

    /// <summary>Runs a program of the machine.</summary>
    public static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private void MakeKeys(string root)
    {
        Directory.CreateDirectory(Path.Combine(_run, "etc"));
        foreach (var key in new[] { "etc/host", "user", "stranger" })
        {
            // It wants a name for whoever runs it, and root is the only one that has one there.
            new Peers(root, _run).Run("unshare", "--map-root-user", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).Succeeded();
        }

        File.Copy(Path.Combine(_run, "user.pub"), Path.Combine(_run, "etc/authorized_keys"));
        File.WriteAllText(KnownHosts, $"[127.0.0.1]:*,[localhost]:* {File.ReadAllText(Path.Combine(_run, "etc/host.pub"))}");
    }

    private void WriteServer()
    {
        // Everybody but root is the only user that there is; his name is whatever the file says.
        var (one, two) = Peers.IsRoot ? ("1000:1000", "1001:1001") : (Own("-u") + ":" + Own("-g"), Own("-u") + ":" + Own("-g"));
        _run.Write("etc/passwd", $"root:x:0:0::/root:/bin/sh\nsshd:x:74:74::/run/sshd:/bin/false\ncontainers:x:{one}::/home/containers:/bin/sh\nrestricted:x:{two}::{(Peers.IsRoot ? "/files" : "/home/restricted/files")}:/bin/false\n");
        _run.Write("etc/group", "root:x:0:\nsshd:x:74:\nusers:x:1000:\nothers:x:1001:\n");
        _run.Write("etc/sshd_config", $"""
            Port {FormattableString.Invariant($"{Port}")}
            ListenAddress 127.0.0.1
            HostKey /etc/host
            PidFile none
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            AuthorizedKeysFile /etc/authorized_keys
            StrictModes no
            MaxStartups 100
            Subsystem sftp /usr/lib/openssh/sftp-server
            Match User restricted
              AllowTcpForwarding no
              {(Peers.IsRoot ? "ChrootDirectory /home/restricted" : "")}
              ForceCommand internal-sftp

            """);
    }

    private void WriteClient(string root)
    {
        _run.Write("changed_hosts", $"[127.0.0.1]:* {File.ReadAllText(Path.Combine(_run, "stranger.pub"))}");
        _run.Write("config", $"""
            Host *.test mysuperbinhost.org
              HostName 127.0.0.1
              Port {FormattableString.Invariant($"{Port}")}
            Host unknown.test careless.test
              UserKnownHostsFile {_run.Path}/no_hosts
            Host careless.test
              StrictHostKeyChecking no
            Host changed.test
              UserKnownHostsFile {_run.Path}/changed_hosts
            Host stranger.test
              IdentityFile {_run.Path}/stranger
              IdentitiesOnly yes
            Host jump.test
              ProxyJump containers@localhost:{FormattableString.Invariant($"{Port}")}
            Host * !stranger.test
              IdentityFile {_run.Path}/user
            Host *
              IdentitiesOnly yes
              UserKnownHostsFile {KnownHosts}
              GlobalKnownHostsFile none

            """);
        var ssh = _run.Write("bin/ssh", $"#!/bin/sh\nexec '{root}/{Client}/ld-linux-x86-64.so.2' --argv0 ssh --library-path '{root}/{Client}' '{root}/usr/bin/ssh' -F '{Configuration}' \"$@\"\n");
        File.SetUnixFileMode(ssh, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string Own(string option)
    {
        using var id = Process.Start(new ProcessStartInfo("id", [option]) { RedirectStandardOutput = true })!;
        return id.StandardOutput.ReadToEnd().Trim();
    }
}

[CollectionDefinition(nameof(SshServer))]
public sealed class SshCollection : ICollectionFixture<SshServer>;
