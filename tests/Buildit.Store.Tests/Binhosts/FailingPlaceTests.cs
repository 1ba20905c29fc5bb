using System.Net;
using System.Net.Sockets;
using System.Text;
using Buildit.Core.Binhosts;
using Buildit.Store.Binhosts;
using Buildit.Store.Tests.Fetching;

namespace Buildit.Store.Tests.Binhosts;

/// <summary>A place that does not work is told once, is not asked again in this run, and hides nothing that another one has.</summary>
public sealed class FailingPlaceTests : IDisposable
{
    // For places that never answer; the others have as long as a busy machine may need.
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);
    private readonly BinhostBench _bench = new();

    [Fact]
    public async Task Nothing_listens() => await FailsOnceAsync(new Uri(TestServer.DeadUrl()).GetLeftPart(UriPartial.Authority), "could not be connected");

    [Fact]
    public async Task There_is_no_such_host() => await FailsOnceAsync("http://no-such-host.invalid/bin", "");

    [Fact]
    public async Task It_takes_connections_and_never_answers()
    {
        _bench.Limits = _bench.Limits with { Patience = Short };
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await FailsOnceAsync($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/bin", "");
    }

    [Fact]
    public async Task It_speaks_no_TLS()
    {
        using var server = new FileServer();
        await FailsOnceAsync(server.Url.Replace("http:", "https:", StringComparison.Ordinal), "");
    }

    [Theory]
    [InlineData(500, 3)]
    [InlineData(503, 3)]
    [InlineData(403, 1)]
    public async Task R39_it_answers_with_an_error_which_is_tried_again_where_that_may_pass(int status, int requests)
    {
        var server = _bench.Add("bad");
        server.Misbehave = (_, _) => Answer.Code(status);
        await FailsOnceAsync(server, $"{status}");
        Assert.Equal(requests, server.Requests.Count);
    }

    [Fact]
    public async Task R39_it_wants_to_be_asked_later_than_anybody_waits()
    {
        var server = _bench.Add("bad");
        server.Misbehave = (_, _) => Answer.Code(429, "Retry-After: 300");
        await FailsOnceAsync(server, "429");
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task R39_what_passes_is_no_failure()
    {
        var server = _bench.Add("team");
        var package = _bench.Package("hello");
        BinhostBench.Publish(server, package);
        server.Misbehave = (_, number) => number == 1 ? Answer.Code(429, "Retry-After: 0") : number == 3 ? Answer.Code(502) : null;
        Assert.Equal(["team"], await _bench.FindAsync(package));
        Assert.Empty(_bench.Told);
    }

    [Fact]
    public async Task It_sends_a_page_instead_of_its_catalog()
    {
        var server = _bench.Add("bad");
        server.Misbehave = (_, _) => Answer.Ok("<!DOCTYPE html><html>Please log in</html>"u8.ToArray());
        await FailsOnceAsync(server, "HTML");
    }

    [Fact]
    public async Task It_is_a_web_server_and_no_registry()
    {
        using var server = new TestServer((_, _) => Answer.Ok("<!DOCTYPE html><html>Welcome</html>"u8.ToArray(), "Content-Type: text/html; charset=utf-8"));
        await FailsOnceAsync(server.Url("/bin").Replace("http:", "oci:", StringComparison.Ordinal), "is no registry: it answers with an HTML page");
    }

    [Theory]
    [InlineData(404, "text/html", "is no registry")]
    [InlineData(200, "application/json", "HTML page")]
    [InlineData(403, "application/json", "docker login 127.0.0.1")]
    [InlineData(401, "application/json", "docker login 127.0.0.1")]
    [InlineData(418, "application/json", "418")]
    public async Task It_is_a_registry_that_does_not_give_anything(int status, string type, string reason)
    {
        using var server = new TestServer((_, _) => new(status, "<!DOCTYPE html><html></html>"u8.ToArray(), Headers: ["Content-Type: " + type]));
        await FailsOnceAsync(server.Url("/bin").Replace("http:", "oci:", StringComparison.Ordinal), reason);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(429, "Retry-After: 0", 3)]
    [InlineData(429, "Retry-After: 300", 1)]
    [InlineData(503, "X: y", 3)]
    public async Task R39_it_is_a_registry_that_is_busy(int status, string header, int requests)
    {
        using var server = new TestServer((_, _) => Answer.Code(status, header));
        await FailsOnceAsync(server.Url("/bin").Replace("http:", "oci:", StringComparison.Ordinal), $"{status}");
        Assert.Equal(requests, server.Requests.Count);
    }

    [Fact]
    public async Task It_is_a_registry_that_sends_other_bytes_than_it_says()
    {
        using var server = new TestServer((_, _) => Answer.Ok("{}"u8.ToArray(), "Docker-Content-Digest: " + Core.Digest.Of("other")));
        await FailsOnceAsync(server.Url("/bin").Replace("http:", "oci:", StringComparison.Ordinal), "sends other bytes");
    }

    [Fact]
    public async Task It_is_a_registry_with_something_else_under_the_name_of_a_record()
    {
        using var server = new TestServer((_, _) => Answer.Ok("""{"schemaVersion": 2, "manifests": []}"""u8.ToArray()));
        await FailsOnceAsync(server.Url("/bin").Replace("http:", "oci:", StringComparison.Ordinal), "something else than a binhost's document");
    }

    [Fact]
    public async Task Its_registry_sends_us_to_a_token_server_without_TLS()
    {
        using var server = new TestServer((_, _) => Answer.Code(401, "WWW-Authenticate: Bearer realm=\"ftp://elsewhere.invalid/token\",service=\"x\""));
        await FailsOnceAsync(server.Url("/bin").Replace("http:", "oci:", StringComparison.Ordinal), "without TLS");
    }

    [Fact]
    public async Task Its_registry_has_a_token_server_that_sends_a_page()
    {
        using var tokens = new TestServer((_, _) => Answer.Ok("<html>Please log in</html>"u8.ToArray()));
        using var server = new TestServer((_, _) => Answer.Code(401, $"WWW-Authenticate: Bearer realm=\"{tokens.Url("/token")}\",service=\"x\""));
        await FailsOnceAsync(server.Url("/bin").Replace("http:", "oci:", StringComparison.Ordinal), "token server that sends an HTML page");
    }

    [Fact]
    public async Task It_has_a_part_of_its_catalog_with_other_bytes()
    {
        var server = _bench.Add("bad");
        BinhostBench.Publish(server, _bench.Package("hello"));
        server.Files[server.Files.Keys.Single(k => server.Files[k].AsSpan().StartsWith(Encoding.ASCII.GetBytes(Catalog.ParseRows(server.Files[k])?[0].Key.Hex ?? "none")))] = "tampered"u8.ToArray();
        await FailsOnceAsync(server, "part of its catalog");
    }

    [Fact]
    public async Task It_stalls_in_the_middle_of_a_layer()
    {
        _bench.Limits = _bench.Limits with { Patience = Short };
        var package = _bench.Package(new('x', 500_000));
        var (bad, good) = (_bench.Add("bad"), _bench.Add("good"));
        BinhostBench.Publish(bad, package);
        BinhostBench.Publish(good, package);
        bad.Misbehave = (asked, _) => FileServer.PathOf(asked) == BinhostLayout.Blob(package.Form.Digest) ? bad.AnswerTo(asked) with { Sent = 200_000, Hang = true } : null;
        Assert.True(await _bench.PullAsync(package));
        Assert.Single(_bench.Told.OfType<BinhostEvent.Failed>(), f => f.Binhost == "bad");
        // What the first one gave was not thrown away.
        Assert.Contains(good.Requests, r => r.RangeStart > 0);
    }

    [Fact]
    public async Task It_breaks_off_again_and_again()
    {
        var package = _bench.Package(new('x', 500_000));
        var server = _bench.Add("bad");
        BinhostBench.Publish(server, package);
        server.Misbehave = (asked, _) => FileServer.PathOf(asked) == BinhostLayout.Blob(package.Form.Digest) ? server.AnswerTo(asked) with { Sent = 0 } : null;
        Assert.False(await _bench.PullAsync(package));
        Assert.Single(_bench.Told.OfType<BinhostEvent.Failed>());
    }

    [Fact]
    public async Task It_answers_each_request_a_little_before_the_end_of_all_patience()
    {
        _bench.Limits = _bench.Limits with { Patience = Short };
        var server = _bench.Add("bad");
        BinhostBench.Publish(server, _bench.Package("hello"), _bench.Package("other"));
        server.Misbehave = (asked, _) => server.AnswerTo(asked) with { After = 0.6 * Short };
        await FailsOnceAsync(server, "gave nothing within 2 s");
        // The catalog came in time; its part would have, too.
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task It_lets_a_layer_drip()
    {
        _bench.Limits = _bench.Limits with { Patience = Short };
        var package = _bench.Package("hello");
        var (bad, good) = (_bench.Add("bad"), _bench.Add("good"));
        BinhostBench.Publish(bad, package);
        BinhostBench.Publish(good, package);
        bad.Misbehave = (asked, _) => FileServer.PathOf(asked) == BinhostLayout.Blob(package.Form.Digest) ? bad.AnswerTo(asked) with { Drip = 0.2 * Short } : null;
        Assert.True(await _bench.PullAsync(package));
        Assert.Single(_bench.Told.OfType<BinhostEvent.Failed>(), f => f.Binhost == "bad");
    }

    [Fact]
    public async Task When_it_is_given_up_nothing_else_is_waited_for()
    {
        _bench.Limits = _bench.Limits with { Patience = TimeSpan.FromDays(1) };
        var (one, two) = (_bench.Package("one"), _bench.Package("two"));
        var server = _bench.Add("bad");
        BinhostBench.Publish(server, one, two);
        server.Misbehave = (asked, _) => FileServer.PathOf(asked) == BinhostLayout.Record(one.Key) ? Answer.Ok([]) with { After = TimeSpan.FromDays(1) }
            : FileServer.PathOf(asked) == BinhostLayout.Record(two.Key) ? Answer.Code(403) with { After = TimeSpan.FromMilliseconds(200) } : null;
        var waiting = _bench.FindAsync(one);
        Assert.Empty(await _bench.FindAsync(two));
        Assert.Empty(await waiting);
        Assert.Single(_bench.Told.OfType<BinhostEvent.Failed>());
    }

    public void Dispose() => _bench.Dispose();

    private Task FailsOnceAsync(string url, string reason)
    {
        _bench.Add("bad", url);
        return FailsOnceAsync((FileServer?)null, reason);
    }

    private async Task FailsOnceAsync(FileServer? server, string reason)
    {
        var package = _bench.Package("hello");
        BinhostBench.Publish(_bench.Add("good"), package);
        Assert.Equal(["good"], await _bench.FindAsync(package));
        var asked = server?.Requests.Count;
        Assert.True(await _bench.PullAsync(package));
        Assert.Empty(await _bench.FindAsync(_bench.Package("other")));
        Assert.Equal(asked, server?.Requests.Count);
        var failed = Assert.Single(_bench.Told.OfType<BinhostEvent.Failed>());
        Assert.Equal("bad", failed.Binhost);
        Assert.Contains(reason, failed.Reason, StringComparison.Ordinal);
    }
}
