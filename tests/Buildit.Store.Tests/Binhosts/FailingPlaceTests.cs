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
