using System.Net;
using System.Net.Sockets;
using System.Text;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Store.Binhosts;
using Buildit.Store.Fetching;

namespace Buildit.Peers.Tests;

/// <summary>A binhost over ssh when all is not as it should be, and beside others who write to the same directory.</summary>
[Collection(nameof(SshServer))]
public sealed class SshTests(SshServer server)
{
    private const string Document = "records/catalog";
    private static readonly PlaceLimits Long = new() { Patience = TimeSpan.FromSeconds(60) };

    [Fact]
    public async Task An_unknown_host_key_is_never_taken_and_the_command_is_told_that_would_accept_it()
    {
        Assert.Equal($"the host key of [127.0.0.1]:{server.Port} is not known. Log in once, compare its fingerprint with whoever runs it, and accept it: sftp containers@unknown.test", await FailsAsync("ssh://containers@unknown.test/bin"));
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(server.Configuration)!, "no_hosts")));
    }

    [Fact]
    public async Task Not_even_where_the_user_has_turned_the_check_off() => Assert.Contains("is not known. Log in once", await FailsAsync("ssh://containers@careless.test/bin"), StringComparison.Ordinal);

    [Fact]
    public async Task A_changed_host_key_is_refused_with_the_command_that_would_forget_the_old_one() =>
        Assert.Contains("is not the one that is known. If whoever runs it says that it was changed: ssh-keygen -f ", await FailsAsync("ssh://containers@changed.test/bin"), StringComparison.Ordinal);

    [Fact]
    public async Task An_account_that_does_not_accept_our_keys_asks_for_no_password()
    {
        var reason = await FailsAsync("ssh://containers@stranger.test/bin");
        Assert.Contains("does not accept any of your keys", reason, StringComparison.Ordinal);
        Assert.EndsWith("This must work without a question: sftp containers@stranger.test", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_listens() => Assert.Contains("Connection refused", await FailsAsync($"ssh://containers@127.0.0.1:{Loopback.FreePort()}/bin"), StringComparison.Ordinal);

    [Fact]
    public async Task There_is_no_such_host() => Assert.Contains("no-such-host.invalid", await FailsAsync("ssh://no-such-host.invalid/bin"), StringComparison.Ordinal);

    [Fact]
    public async Task A_server_that_never_says_anything_costs_two_seconds_once()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var told = new List<string>();
        using var place = new GuardedPlace(new PlaceFactory(new(), new(), new("/nowhere"), new(), TimeProvider.System).Read($"ssh://x@127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/bin"), new(), TimeProvider.System, told.Add);
        await Assert.ThrowsAsync<PlaceException>(() => place.GetAsync(Document, null, default));
        await Assert.ThrowsAsync<PlaceException>(() => place.GetAsync(Document, null, default));
        Assert.Contains("within 2 s", Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_ssh_the_package_is_named_that_has_it()
    {
        var path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", "/nowhere");
        try
        {
            Assert.Equal("this machine has no 'ssh': install the package 'openssh-client'", await FailsAsync(server.Url("containers", "bin")));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }

    [Fact]
    public async Task A_host_behind_another_is_reached_as_the_configuration_says()
    {
        using var place = Open("ssh://containers@jump.test/behind");
        await place.UpdateAsync(Document, _ => Task.FromResult<ReadOnlyMemory<byte>?>("there"u8.ToArray()), default);
        Assert.Equal("there", File.ReadAllText(Path.Combine(server.Home, "behind", Document)));
    }

    [Fact]
    public async Task An_absolute_path_is_one_after_two_slashes()
    {
        using var place = Open(server.Url("containers", "/home/containers/absolute"));
        await place.UpdateAsync(Document, _ => Task.FromResult<ReadOnlyMemory<byte>?>("there"u8.ToArray()), default);
        Assert.True(File.Exists(Path.Combine(server.Home, "absolute", Document)));
    }

    [Fact]
    public async Task A_directory_that_may_not_be_written_is_told()
    {
        using var place = Open(server.Url("restricted", Peers.IsRoot ? "/not-mine" : "/usr/not-mine"));
        var error = await Assert.ThrowsAsync<PlaceException>(() => place.UpdateAsync(Document, _ => Task.FromResult<ReadOnlyMemory<byte>?>(new byte[1]), default));
        Assert.Contains("not-mine", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Those_who_write_into_the_directory_and_those_who_write_over_ssh_lose_nothing_of_each_other()
    {
        var name = $"mixed-{Guid.NewGuid():N}";
        using var remote = Open(server.Url("containers", name));
        using var other = Open(server.Url("containers", name));
        using var local = new DirectoryPlace(Path.Combine(server.Home, name), TimeProvider.System);
        IWritablePlace[] places = [remote, local, other];
        if (Peers.IsRoot)
        {
            await local.UpdateAsync("other", _ => Task.FromResult<ReadOnlyMemory<byte>?>(new byte[1]), default);
            SshServer.Run("chmod", "-R", "a+rwX", Path.Combine(server.Home, name));
        }

        await Task.WhenAll(Enumerable.Range(0, 15).Select(i => Task.Run(() => places[i % 3].UpdateAsync("added", current =>
            Task.FromResult<ReadOnlyMemory<byte>?>(Encoding.UTF8.GetBytes((current is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "") + (char)('a' + i))), default))));
        Assert.Equal("abcdefghijklmno", new string([.. File.ReadAllText(Path.Combine(server.Home, name, "added")).Order()]));
    }

    [Fact]
    public async Task What_is_made_in_a_directory_of_a_group_is_the_groups()
    {
        var name = $"group-{Guid.NewGuid():N}";
        var directory = Directory.CreateDirectory(Path.Combine(server.Home, name)).FullName;
        if (Peers.IsRoot)
        {
            SshServer.Run("chown", "1000:1000", directory);
        }

        SshServer.Run("chmod", "2775", directory);
        using var place = Open(server.Url("containers", name));
        await place.PutBlobAsync(Digest.Of("blob"), 4, () => new MemoryStream("blob"u8.ToArray()), default);
        foreach (var text in new[] { "one", "two" })
        {
            await place.UpdateAsync(Document, _ => Task.FromResult<ReadOnlyMemory<byte>?>(Encoding.UTF8.GetBytes(text)), default);
        }

        // What others may is the umask's, which the server has from here.
        var others = (int)File.GetUnixFileMode(Directory.CreateDirectory(directory + "-plain").FullName) & 7;
        Assert.Equal([$"66{others & 6}"], ModesOf(Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)));
        Assert.Equal([$"277{others}"], ModesOf(Directory.EnumerateDirectories(directory, "*", SearchOption.AllDirectories)));

        static IEnumerable<string> ModesOf(IEnumerable<string> paths) => paths.Select(p => Convert.ToString((int)File.GetUnixFileMode(p), 8)).Distinct();
    }

    [Fact]
    public async Task R26_a_connection_that_breaks_off_is_told_leaves_nothing_whole_and_the_next_attempt_makes_another()
    {
        using var relay = new Relay(server.Port);
        using var place = Open($"ssh://containers@127.0.0.1:{relay.Port}/broken");
        var large = new byte[4 << 20];
        var error = await Assert.ThrowsAsync<PlaceException>(() => place.PutBlobAsync(Digest.Of(large), large.Length, () => new EventfulStream(large, relay.Cut), default));
        Assert.True(error.MayPass, error.Message);
        Assert.Empty(await place.FindBlobsAsync([Digest.Of(large)], default));
        await place.PutBlobAsync(Digest.Of(large), large.Length, () => new MemoryStream(large), default);
        Assert.Equal(large.Length, new FileInfo(Path.Combine(server.Home, "broken", BinhostLayout.Blob(Digest.Of(large)))).Length);
    }

    [Fact]
    public async Task A_line_that_goes_dead_in_the_middle_of_a_blob_is_given_up()
    {
        using var relay = new Relay(server.Port);
        var large = System.Security.Cryptography.RandomNumberGenerator.GetBytes(32 << 20);
        using (var writer = Open(server.Url("containers", "dead")))
        {
            await writer.PutBlobAsync(Digest.Of(large), large.Length, () => new MemoryStream(large), default);
        }

        using var reader = SshPlace.At($"ssh://containers@127.0.0.1:{relay.Port}/dead", Long.Patience, Long.Patience, TimeSpan.FromSeconds(2), TimeProvider.System);
        using var place = new GuardedPlace(reader, Long, TimeProvider.System, static _ => { });
        await using var stream = (await place.OpenBlobAsync(Digest.Of(large), 0, default))!;
        await stream.ReadExactlyAsync(new byte[1 << 20]);
        relay.GoDead();
        var error = await Assert.ThrowsAsync<PlaceException>(() => stream.CopyToAsync(Stream.Null));
        Assert.False(error.MayPass);
    }

    private static IWritablePlace Open(string url) => new PlaceFactory(new() { PatientConnectTimeout = Long.Patience }, Long, new("/nowhere"), new(), TimeProvider.System).Write(url);

    private static async Task<string> FailsAsync(string url)
    {
        using var place = new PlaceFactory(new(), Long, new("/nowhere"), new(), TimeProvider.System).Read(url);
        return (await Assert.ThrowsAsync<PlaceException>(() => place.GetAsync(Document, null, default))).Message;
    }

    /// <summary>Something happens in the middle of it.</summary>
    private sealed class EventfulStream : MemoryStream
    {
        private readonly byte[] _content;
        private readonly Action _middle;

        public EventfulStream(byte[] content, Action middle)
            : base(content) => (_content, _middle) = (content, middle);

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            await destination.WriteAsync(_content.AsMemory(0, 1 << 20), cancellationToken);
            _middle();
            await destination.WriteAsync(_content.AsMemory(1 << 20), cancellationToken);
        }
    }
}
