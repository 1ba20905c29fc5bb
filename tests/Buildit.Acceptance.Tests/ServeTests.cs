using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Store.Binhosts;
using Buildit.Testing;
using Buildit.Tests.Shared;

namespace Buildit.Acceptance.Tests;

/// <summary>The contract of places against <c>buildit binhost serve</c>, and what a web server owes besides.</summary>
public sealed class ServeTests : PlaceContract, IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Workspace _workspace = new();
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private ServedBinhost _server = null!;
    private HttpPlace _place = null!;

    protected override IPlace Reader => _place;

    private string Root => Path.Combine(_directory, "bin");

    public async Task InitializeAsync()
    {
        _workspace.WithOwnStore();
        // Only a binhost is shown; an empty one is this file.
        Directory.CreateDirectory(Root);
        await File.WriteAllTextAsync(Path.Combine(Root, "oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
        _server = await ServedBinhost.StartAsync(_workspace, Root);
        _place = new(new(_server.Url), new(), TimeProvider.System);
        _client.BaseAddress = new(_server.Url);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_blob_may_be_kept_for_ever_and_a_document_is_asked_for_again()
    {
        await PutAsync(BinhostLayout.Blob(Digest.Of(Large)), Large);
        await PutAsync("records/catalog", "one"u8.ToArray());
        using var blob = await _client.GetAsync(BinhostLayout.Blob(Digest.Of(Large)));
        Assert.Equal("public, max-age=31536000, immutable", blob.Headers.CacheControl!.ToString());
        Assert.Equal($"\"{Digest.Of(Large).Hex}\"", blob.Headers.ETag!.ToString());
        using var document = await _client.GetAsync("records/catalog");
        Assert.Equal("no-cache", document.Headers.CacheControl!.ToString());
        using var again = await AskAsync("records/catalog", ("If-None-Match", document.Headers.ETag!.ToString()));
        Assert.Equal((HttpStatusCode.NotModified, 0), (again.StatusCode, (await again.Content.ReadAsByteArrayAsync()).Length));
    }

    [Theory]
    [InlineData("bytes=0-4", HttpStatusCode.PartialContent, "01234", "bytes 0-4/10")]
    [InlineData("bytes=7-", HttpStatusCode.PartialContent, "789", "bytes 7-9/10")]
    [InlineData("bytes=8-100", HttpStatusCode.PartialContent, "89", "bytes 8-9/10")]
    [InlineData("bytes=-3", HttpStatusCode.PartialContent, "789", "bytes 7-9/10")]
    [InlineData("bytes=-30", HttpStatusCode.OK, "0123456789", null)]
    [InlineData("bytes=10-", HttpStatusCode.RequestedRangeNotSatisfiable, "", "bytes */10")]
    [InlineData("bytes=-0", HttpStatusCode.RequestedRangeNotSatisfiable, "", "bytes */10")]
    [InlineData("bytes=4-2", HttpStatusCode.OK, "0123456789", null)]
    [InlineData("bytes=0-1,4-5", HttpStatusCode.OK, "0123456789", null)]
    [InlineData("lines=0-1", HttpStatusCode.OK, "0123456789", null)]
    public async Task A_part_is_sent_as_RFC_9110_has_it(string range, HttpStatusCode status, string body, string? content)
    {
        await PutAsync("text", "0123456789"u8.ToArray());
        using var answer = await AskAsync("text", ("Range", range));
        Assert.Equal((status, body, content), (answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Content.Headers.ContentRange?.ToString()));
    }

    [Fact]
    public async Task A_part_of_another_state_is_not_sent()
    {
        await PutAsync("text", "0123456789"u8.ToArray());
        using var answer = await AskAsync("text", ("Range", "bytes=2-3"), ("If-Range", "\"older\""));
        Assert.Equal("0123456789", await answer.Content.ReadAsStringAsync());
        using var same = await AskAsync("text", ("Range", "bytes=2-3"), ("If-Range", answer.Headers.ETag!.ToString()));
        Assert.Equal("23", await same.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Text_is_sent_compressed_to_those_who_take_it()
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<p>the same again</p>\n", 1000)));
        await PutAsync("index.html", text);
        for (var i = 0; i < 2; i++)
        {
            using var answer = await AskAsync("", ("Accept-Encoding", "br, gzip"));
            Assert.Equal("gzip", answer.Content.Headers.ContentEncoding.Single());
            Assert.InRange((await answer.Content.ReadAsByteArrayAsync()).Length, 1, text.Length / 10);
            using var again = await AskAsync("", ("Accept-Encoding", "gzip"), ("If-None-Match", answer.Headers.ETag!.ToString()));
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        }

        using var plain = await AskAsync("", ("Accept-Encoding", "gzip;q=0"));
        Assert.Equal(text, await plain.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task The_head_alone_says_the_same()
    {
        await PutAsync("text", "0123456789"u8.ToArray());
        using var answer = await _client.SendAsync(new(HttpMethod.Head, "text"));
        Assert.Equal((HttpStatusCode.OK, 10L, 0), (answer.StatusCode, answer.Content.Headers.ContentLength, (await answer.Content.ReadAsByteArrayAsync()).Length));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Nothing_but_reading_is_possible(string method)
    {
        await PutAsync("text", "0123456789"u8.ToArray());
        using var answer = await _client.SendAsync(new(new(method), "text"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.True(File.Exists(Path.Combine(Root, "text")));
    }

    [Theory]
    [InlineData("/../secret")]
    [InlineData("/a/../../secret")]
    [InlineData("/%2e%2e/secret")]
    [InlineData("/a/%2e%2e/%2e%2e/secret")]
    [InlineData("/..%2fsecret")]
    [InlineData("/a//secret")]
    [InlineData("//secret")]
    [InlineData("/..\\secret")]
    [InlineData("/leading-out")]
    [InlineData("/directory-out/secret")]
    [InlineData("/.hidden")]
    [InlineData("/a/.hidden")]
    [InlineData("/a")]
    [InlineData("/a/")]
    [InlineData("/%00")]
    public async Task Nothing_outside_and_nothing_hidden_is_sent(string path)
    {
        File.WriteAllText(Path.Combine(_directory, "secret"), "secret");
        await PutAsync("a/.hidden", "secret"u8.ToArray());
        await PutAsync(".hidden", "secret"u8.ToArray());
        File.CreateSymbolicLink(Path.Combine(Root, "leading-out"), "../secret");
        File.CreateSymbolicLink(Path.Combine(Root, "directory-out"), "..");
        var answer = await RawAsync($"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.DoesNotContain("secret", answer, StringComparison.Ordinal);
        Assert.Matches("^HTTP/1.1 (404|400) ", answer);
    }

    [Fact]
    public async Task A_link_inside_is_followed()
    {
        await PutAsync("a/text", "inside"u8.ToArray());
        File.CreateSymbolicLink(Path.Combine(Root, "link"), "a/text");
        Assert.Equal("inside", await _client.GetStringAsync("link"));
    }

    [Theory]
    [InlineData(PosixSignal.SIGINT)]
    [InlineData(PosixSignal.SIGTERM)]
    public async Task A_signal_ends_it_well(PosixSignal signal)
    {
        await PutAsync("text", "0123456789"u8.ToArray());
        Assert.Equal("0123456789", await _client.GetStringAsync("text"));
        Assert.Equal(0, await _server.EndAsync(signal));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        var port = new Uri(_server.Url).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        (await _workspace.BuildAsync("binhost", "serve", Root, "--port", port, "--bind", "127.0.0.1")).Fails(2, "the port is taken by another program", "--port");
        (await _workspace.BuildAsync("binhost", "serve", Root, "--port", "70000")).Fails(2, "--port takes a number from 0 to 65535");
        (await _workspace.BuildAsync("binhost", "serve", "nowhere")).Fails(2, "there is no binhost 'nowhere'");
        (await _workspace.BuildAsync("binhost", "serve", "./nowhere")).Fails(7, "there is no directory", "binhost init");
    }

    public void Dispose()
    {
        _place.Dispose();
        _client.Dispose();
        _server.Dispose();
        _workspace.Dispose();
        _directory.Dispose();
    }

    protected override Task PutAsync(string path, byte[] content)
    {
        var place = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.WriteAllBytes(place, content);
        return Task.CompletedTask;
    }

    private async Task<HttpResponseMessage> AskAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _client.SendAsync(request);
    }

    // As it is: a client would tidy the path up.
    private async Task<string> RawAsync(string request)
    {
        var url = new Uri(_server.Url);
        using var client = new TcpClient(url.Host, url.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
