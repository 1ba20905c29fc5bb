using System.Text;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Store.Fetching;

namespace Buildit.Store.Tests.Fetching;

public sealed class FetcherTests : IDisposable
{
    private static readonly byte[] File = MakeFile(300_000);
    private static readonly Digest Right = Digest.Of(File);
    private static readonly byte[] Html = "<!DOCTYPE html>\n<title>Please log in</title>"u8.ToArray();
    private static readonly FetchOptions Quick = new() { FirstDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(20), StallTimeout = TimeSpan.FromSeconds(10), ConnectTimeout = TimeSpan.FromSeconds(10) };
    private readonly FakeSink _sink = new();
    private readonly List<IDisposable> _disposables = [];

    public void Dispose()
    {
        _disposables.ForEach(d => d.Dispose());
        _sink.Dispose();
    }

    [Fact]
    public async Task A_file_with_the_right_digest_enters_the_store()
    {
        var server = Serve((_, _) => Answer.Ok(File));
        var fetched = await Fetch(server.Url());
        Assert.Equal(new FetchedFile(Right, File.Length, server.Url()), fetched);
        Assert.Equal(File, _sink[Right]);
        Assert.Equal("buildit/0.1", server.Requests[0].Header("user-agent"));
    }

    [Fact]
    public async Task What_is_in_the_store_is_not_fetched_again()
    {
        var server = Serve((_, _) => Answer.Ok(File));
        await Fetch(server.Url());
        Assert.Null((await Fetch(server.Url())).From);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(403)]
    [InlineData(410)]
    public async Task A_mirror_that_has_no_such_file_is_asked_once_and_the_next_one_is_taken(int status)
    {
        var bad = Serve((_, _) => Answer.Code(status));
        var good = Serve((_, _) => Answer.Ok(File));
        Assert.Equal(good.Url(), (await Fetch(bad.Url(), good.Url())).From);
        Assert.Single(bad.Requests);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(429)]
    [InlineData(503)]
    public async Task An_error_that_may_pass_is_retried(int status)
    {
        var server = Serve((_, n) => n < 3 ? Answer.Code(status, "Retry-After: 0") : Answer.Ok(File));
        await Fetch(server.Url());
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task After_three_retries_the_next_mirror_has_its_turn()
    {
        // A day is longer than the ceiling, which holds.
        var bad = Serve((_, _) => Answer.Code(503, "Retry-After: 86400"));
        var good = Serve((_, _) => Answer.Ok(File));
        await Fetch(bad.Url(), good.Url());
        Assert.Equal(4, bad.Requests.Count);
    }

    [Fact]
    public async Task A_body_that_ends_early_is_resumed()
    {
        var server = Serve((asked, n) => n == 1 ? new Answer(200, File, Sent: 100_000, Headers: "ETag: \"v1\"") : Answer.Range(File, asked));
        await Fetch(server.Url());
        Assert.Equal(File, _sink[Right]);
        Assert.Equal(100_000, server.Requests[1].RangeStart);
        Assert.Equal("\"v1\"", server.Requests[1].Header("if-range"));
    }

    [Fact]
    public async Task Last_modified_serves_where_the_server_has_no_strong_etag()
    {
        const string Date = "Sun, 06 Nov 1994 08:49:37 GMT";
        var server = Serve((asked, n) => n == 1 ? new Answer(200, File, Sent: 1000, Headers: ["ETag: W/\"v1\"", "Last-Modified: " + Date]) : Answer.Range(File, asked));
        await Fetch(server.Url());
        Assert.Equal(1000, server.Requests[1].RangeStart);
        Assert.Equal(Date, server.Requests[1].Header("if-range"));
    }

    [Fact]
    public async Task A_server_without_a_validator_is_asked_for_the_whole_file_again()
    {
        var server = Serve((_, n) => new Answer(200, File, Sent: n == 1 ? 1000 : null));
        await Fetch(server.Url());
        Assert.Null(server.Requests[1].Header("range"));
    }

    [Fact]
    public async Task A_server_that_ignores_ranges_sends_the_whole_file()
    {
        var server = Serve((_, n) => new Answer(200, File, Sent: n == 1 ? 100_000 : null, Headers: "ETag: \"v1\""));
        await Fetch(server.Url());
        Assert.Equal(File, _sink[Right]);
    }

    [Theory]
    [InlineData(416)]
    [InlineData(206)]
    public async Task A_range_that_the_server_cannot_give_starts_the_file_anew(int status)
    {
        // 206 here without the Content-Range that was asked for.
        var server = Serve((asked, n) => n == 1 ? new Answer(200, File, Sent: 100_000, Headers: "ETag: \"v1\"") : asked.RangeStart > 0 ? Answer.Code(status) : Answer.Ok(File));
        await Fetch(server.Url());
        Assert.Equal(File, _sink[Right]);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task A_download_is_resumed_by_a_later_process()
    {
        var server = Serve((asked, n) => n <= 4 && asked.RangeStart == 0 ? new Answer(200, File, Sent: 50_000, Headers: "ETag: \"v1\"") : n <= 4 ? Answer.Code(500) : Answer.Range(File, asked));
        await Assert.ThrowsAsync<BuilditException>(() => Fetch(server.Url()));
        Assert.Empty(_sink.Digests);
        await Fetch(server.Url());
        Assert.Equal(50_000, server.Requests[^1].RangeStart);
    }

    [Fact]
    public async Task A_partial_file_that_a_crash_left_full_of_zeros_is_fetched_anew()
    {
        var server = Serve((asked, _) => Answer.Range(File, asked));
        var path = _sink.PartialPath(Right.Hex);
        System.IO.File.WriteAllBytes(path, new byte[40_000]);
        System.IO.File.WriteAllText(path + ".state", $"{Digest.Of(server.Url()).Hex}\n\"v1\"\n");
        await Fetch(server.Url());
        Assert.Equal([40_000, 0], server.Requests.Select(r => r.RangeStart));
    }

    [Fact]
    public async Task A_partial_file_of_one_mirror_is_not_continued_from_another()
    {
        var bad = Serve((_, n) => n == 1 ? new Answer(200, new byte[File.Length], Sent: 1000, Headers: "ETag: \"v1\"") : Answer.Code(404));
        var good = Serve((asked, _) => Answer.Range(File, asked));
        await Fetch(bad.Url(), good.Url());
        Assert.Equal(0, good.Requests[0].RangeStart);
    }

    [Fact]
    public async Task Nothing_of_a_longer_partial_file_stays_when_it_starts_anew()
    {
        var server = Serve((_, _) => Answer.Ok(File));
        System.IO.File.WriteAllBytes(_sink.PartialPath(Right.Hex), new byte[File.Length + 5]);
        await Fetch(server.Url());
        Assert.Equal(File, _sink[Right]);
    }

    [Fact]
    public async Task Wrong_bytes_are_kept_under_their_own_digest_and_the_next_mirror_is_asked()
    {
        var wrong = Serve((_, _) => Answer.Ok(Html));
        var good = Serve((_, _) => Answer.Ok(File));
        Assert.Equal(good.Url(), (await Fetch(wrong.Url(), good.Url())).From);
        Assert.Equal(Html, _sink[Digest.Of(Html)]);
        Assert.Single(wrong.Requests);
    }

    [Fact]
    public async Task When_all_fail_each_address_is_listed_with_its_own_reason()
    {
        var changed = "new release"u8.ToArray();
        string[] urls =
        [
            Serve((_, _) => Answer.Code(404)).Url(),
            Serve((_, _) => Answer.Ok(Html)).Url(),
            Serve((_, _) => Answer.Ok([])).Url(),
            Serve((_, _) => Answer.Ok(changed)).Url(),
            TestServer.DeadUrl(),
            "ftp://example.org/file",
        ];
        var span = new SourceSpan(new("pkg.yaml", ""), 3, 9);
        var error = await Fails(new FetchRequest("file.tar.gz", [.. urls], Right, DeclaredAt: span));
        var diagnostic = Assert.Single(error.Diagnostics);
        var lines = diagnostic.Detail!.Split('\n');
        Assert.Equal(ExitCode.FetchFailed, error.Code);
        Assert.Equal(span, diagnostic.Span);
        Assert.Equal($"cannot fetch 'file.tar.gz' with {Right} from any of 6 addresses", diagnostic.Message);
        Assert.Equal($"{urls[0]}: 404 Status", lines[0]);
        Assert.Equal($"{urls[1]}: gave an HTML page of 44 bytes with {Digest.Of(Html)}, starting \"<!DOCTYPE html>\"", lines[1]);
        Assert.StartsWith($"{urls[2]}: gave an empty file of 0 bytes with ", lines[2], StringComparison.Ordinal);
        Assert.Equal($"{urls[3]}: gave a text of 11 bytes with {Digest.Of(changed)}, starting \"new release\"", lines[3]);
        Assert.StartsWith($"{urls[4]}: 127.0.0.1 could not be connected", lines[4], StringComparison.Ordinal);
        Assert.Equal($"{urls[5]}: not an address with http, https or file", lines[5]);
        Assert.Equal($"if upstream really changed the file, find out why, then put sha256: {Digest.Of(changed).Hex}", diagnostic.Hint);
    }

    [Fact]
    public async Task Without_a_digest_the_file_is_kept_and_the_error_says_the_right_line()
    {
        var server = Serve((_, _) => Answer.Ok(File));
        var error = await Fails(new FetchRequest("file.tar.gz", [server.Url()], null));
        Assert.Equal(ExitCode.InvalidInput, error.Code);
        Assert.Contains($"sha256: {Right.Hex}", error.Diagnostics[0].Hint, StringComparison.Ordinal);
        Assert.Equal(File, _sink[Right]);
    }

    [Fact]
    public async Task A_transfer_that_stalls_is_broken_off_and_resumed()
    {
        var server = Serve((asked, n) => n == 1 ? new Answer(200, File, Sent: 1000, Hang: true, "ETag: \"v1\"") : Answer.Range(File, asked));
        await Fetch(Quick with { StallTimeout = TimeSpan.FromMilliseconds(300) }, server.Url());
        Assert.Equal(1000, server.Requests[1].RangeStart);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        var server = Serve((_, _) => throw new IOException("hang up"));
        var error = await Fails(new FetchRequest("file", [server.Url()], Right));
        // The framework itself asks again when a connection ends before the first byte of an answer.
        Assert.True(server.Requests.Count >= 4);
        Assert.NotEmpty(error.Diagnostics[0].Detail!);
    }

    [Fact]
    public async Task A_dead_host_is_tried_once_per_process()
    {
        using var fetcher = new Fetcher(_sink, TimeProvider.System, Quick);
        var url = TestServer.DeadUrl();
        var first = await Assert.ThrowsAsync<BuilditException>(() => fetcher.FetchAsync(new("a", [url], Right), null, default));
        var second = await Assert.ThrowsAsync<BuilditException>(() => fetcher.FetchAsync(new("b", [url], Digest.Of(Html)), null, default));
        Assert.DoesNotContain("not asked again", first.Diagnostics[0].Detail!, StringComparison.Ordinal);
        Assert.Contains("not asked again", second.Diagnostics[0].Detail!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_in_time_is_left_for_the_next_address()
    {
        using var mute = Mute();
        var server = Serve((_, _) => Answer.Ok(File));
        // Asked again with more patience, it would cost ten minutes.
        using var fetcher = new Fetcher(_sink, TimeProvider.System, Quick with { ConnectTimeout = TimeSpan.FromMilliseconds(200), PatientConnectTimeout = TimeSpan.FromMinutes(10) });
        var fetched = await fetcher.FetchAsync(new("file", [MuteUrl(mute), server.Url()], Right), null, default);
        Assert.Equal(server.Url(), fetched.From);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_in_time_gets_more_time_only_if_nobody_else_has_the_file()
    {
        using var mute = Mute();
        var url = MuteUrl(mute);
        var server = Serve((_, _) => Answer.Code(404));
        using var fetcher = new Fetcher(_sink, TimeProvider.System, Quick with { ConnectTimeout = TimeSpan.FromMilliseconds(200), PatientConnectTimeout = TimeSpan.FromMilliseconds(300) });
        var error = await Assert.ThrowsAsync<BuilditException>(() => fetcher.FetchAsync(new("file", [url, server.Url(), url], Right), null, default));
        Assert.Equal(
            $"{server.Url()}: 404 Status\n{url}: 127.0.0.1 could not be connected within 0.3 s\n{url}: 127.0.0.1 could not be connected within 0.3 s (not asked again)",
            error.Diagnostics[0].Detail);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Redirections_are_followed_but_not_for_ever()
    {
        var server = Serve((asked, _) => asked.Path switch { "/a" => Answer.Code(302, "Location: b?x=1"), "/b?x=1" => Answer.Ok(File), _ => Answer.Code(301, "Location: /loop") });
        await Fetch(server.Url("/a"));
        var error = await Fails(new FetchRequest("loop", [server.Url("/loop")], Digest.Of(Html)));
        Assert.Contains("redirected more than 10 times", error.Diagnostics[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_for_one_digest_share_one_download()
    {
        var release = new TaskCompletionSource();
        var server = Serve((_, _) =>
        {
            release.Task.Wait();
            return Answer.Ok(File);
        });
        using var fetcher = new Fetcher(_sink, TimeProvider.System, Quick);
        var all = Enumerable.Range(0, 5).Select(_ => fetcher.FetchAsync(new("file", [server.Url()], Right), null, default)).ToArray();
        release.SetResult();
        await Task.WhenAll(all);
        Assert.Single(server.Requests);
        Assert.Equal(1, _sink.Commits);
    }

    [Fact]
    public async Task A_request_goes_on_when_the_one_it_shared_a_download_with_is_cancelled()
    {
        using var asked = new SemaphoreSlim(0);
        var server = Serve((_, n) =>
        {
            asked.Release();
            return new Answer(200, File, Sent: n == 1 ? 10 : null, Hang: n == 1);
        });
        using var fetcher = new Fetcher(_sink, TimeProvider.System, Quick);
        using var cancel = new CancellationTokenSource();
        var first = fetcher.FetchAsync(new("file", [server.Url()], Right), null, cancel.Token);
        var second = fetcher.FetchAsync(new("file", [server.Url()], Right), null, default);
        await asked.WaitAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(Right, (await second).Digest);
    }

    [Fact]
    public async Task Who_shares_a_download_can_leave_it()
    {
        var server = Serve((_, _) => new Answer(200, File, Sent: 10, Hang: true));
        using var fetcher = new Fetcher(_sink, TimeProvider.System, Quick with { StallTimeout = TimeSpan.FromMinutes(5) });
        using var cancelFirst = new CancellationTokenSource();
        using var cancelSecond = new CancellationTokenSource();
        var first = fetcher.FetchAsync(new("file", [server.Url()], Right), null, cancelFirst.Token);
        var second = fetcher.FetchAsync(new("file", [server.Url()], Right), null, cancelSecond.Token);
        await cancelSecond.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(first.IsCompleted);
        await cancelFirst.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Fact]
    public async Task A_second_process_waits_for_the_download_of_the_first()
    {
        using var started = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        var server = Serve((_, _) =>
        {
            started.Release();
            go.Wait();
            return Answer.Ok(File);
        });
        using var one = new Fetcher(_sink, TimeProvider.System, Quick);
        using var other = new Fetcher(_sink, TimeProvider.System, Quick);
        var first = one.FetchAsync(new("file", [server.Url()], Right), null, default);
        await started.WaitAsync();
        var second = other.FetchAsync(new("file", [server.Url()], Right), null, default);
        go.Release();
        await Task.WhenAll(first, second);
        Assert.Null((await second).From);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Passwords_are_used_but_never_printed()
    {
        var server = Serve((_, _) => Answer.Code(401));
        var url = server.Url().Replace("http://", "http://me:s%40cret@", StringComparison.Ordinal);
        var error = await Fails(new FetchRequest("file", [url], Right));
        Assert.Equal("Basic " + Convert.ToBase64String("me:s@cret"u8), server.Requests[0].Header("authorization"));
        Assert.DoesNotContain("cret", error.ToString() + error.Diagnostics[0].Detail, StringComparison.Ordinal);
        Assert.Contains("//***@127.0.0.1", error.Diagnostics[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Passwords_do_not_follow_a_redirection_to_another_host()
    {
        var other = Serve((_, _) => Answer.Ok(File));
        var server = Serve((_, _) => Answer.Code(302, "Location: " + other.Url()));
        await Fetch(server.Url().Replace("http://", "http://me:secret@", StringComparison.Ordinal));
        Assert.Null(other.Requests[0].Header("authorization"));
    }

    [Fact]
    public async Task A_proxy_is_asked_where_one_is_set()
    {
        var proxy = Serve((_, _) => Answer.Ok(File));
        await Fetch(Quick with { Proxy = _ => new Uri(proxy.Url("/")) }, "http://mirror.invalid/file");
        Assert.Equal("http://mirror.invalid/file", proxy.Requests[0].Path);
    }

    [Fact]
    public async Task Files_of_this_machine_are_checked_too()
    {
        using var directory = new TempDirectory();
        var path = directory.Write("a file+1", File);
        var url = new Uri(path).AbsoluteUri;
        Assert.Equal(url, (await Fetch(directory.Path, directory.Path + "/absent", url)).From);
        var error = await Fails(new FetchRequest("x", [directory.Path, directory.Path + "/absent", path], Digest.Of(Html)));
        Assert.Matches("(?s)is a directory.*no such file.*gave a binary file", error.Diagnostics[0].Detail!);
    }

    [Fact]
    public async Task A_server_that_sends_without_end_is_cut_off()
    {
        var server = Serve((_, _) => Answer.Ok(File));
        using var fetcher = new Fetcher(_sink, TimeProvider.System, Quick with { MaxBytes = 200_000 });
        var error = await Assert.ThrowsAsync<BuilditException>(() => fetcher.FetchAsync(new("file", [server.Url()], Right), null, default));
        Assert.Contains("sends more than 200,000 bytes", error.Diagnostics[0].Detail, StringComparison.Ordinal);
        Assert.Empty(_sink.Digests);
    }

    [Fact]
    public async Task Progress_tells_how_much_of_how_much()
    {
        var server = Serve((_, _) => Answer.Ok(File));
        var reports = new Reports();
        using var fetcher = new Fetcher(_sink, TimeProvider.System, Quick);
        await fetcher.FetchAsync(new("file", [server.Url()], Right), reports, default);
        Assert.Equal(new FetchProgress("file", server.Url(), File.Length, File.Length), reports.All[^1]);
    }

    private sealed class Reports : IProgress<FetchProgress>
    {
        public List<FetchProgress> All { get; } = [];

        public void Report(FetchProgress value) => All.Add(value);
    }

    private static byte[] MakeFile(int size)
    {
        var bytes = new byte[size];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private TestServer Serve(Func<Asked, int, Answer> answer)
    {
        var server = new TestServer(answer);
        _disposables.Add(server);
        return server;
    }

    private Task<FetchedFile> Fetch(params string[] urls) => Fetch(Quick, urls);

    private async Task<FetchedFile> Fetch(FetchOptions options, params string[] urls)
    {
        using var fetcher = new Fetcher(_sink, TimeProvider.System, options);
        return await fetcher.FetchAsync(new("file.tar.gz", [.. urls], Right), null, default);
    }

    private async Task<BuilditException> Fails(FetchRequest request)
    {
        using var fetcher = new Fetcher(_sink, TimeProvider.System, Quick);
        return await Assert.ThrowsAsync<BuilditException>(() => fetcher.FetchAsync(request, null, default));
    }

    // The kernel takes the connection, but nobody ever answers the TLS greeting.
    private static System.Net.Sockets.TcpListener Mute()
    {
        var mute = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        mute.Start();
        return mute;
    }

    private static string MuteUrl(System.Net.Sockets.TcpListener mute) => $"https://{mute.LocalEndpoint}/file";
}
