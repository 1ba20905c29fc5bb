using Buildit.Core;
using Buildit.Core.Registries;
using Buildit.Store.Binhosts;
using Buildit.Store.Registries;
using Buildit.Store.Tests.Fetching;
using Buildit.Testing;

namespace Buildit.Store.Tests.Registries;

public sealed class RegistryClientTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    [Fact]
    public async Task A_login_goes_to_the_registry_alone_not_to_where_it_keeps_its_blobs()
    {
        using var elsewhere = new TestServer((_, _) => Answer.Ok("blob"u8.ToArray()));
        using var registry = new TestServer((asked, _) => asked.Header("authorization") is null ? Answer.Code(401, "WWW-Authenticate: Basic realm=\"x\"") : Answer.Code(307, "Location: " + elsewhere.Url("/signed")));
        using var client = Client(registry);
        await using var stream = (await client.OpenBlobAsync(Digest.Of("blob"), 0, default))!;
        Assert.Equal("blob", await new StreamReader(stream).ReadToEndAsync());
        Assert.StartsWith("Basic ", registry.Requests[1].Header("authorization"), StringComparison.Ordinal);
        Assert.Null(Assert.Single(elsewhere.Requests).Header("authorization"));
    }

    [Fact]
    public async Task A_login_that_was_refused_is_not_sent_again()
    {
        using var registry = new TestServer((_, _) => Answer.Code(401, "WWW-Authenticate: Basic realm=\"x\""));
        using var client = Client(registry);
        Assert.Contains("does not accept the login", (await Assert.ThrowsAsync<PlaceException>(() => client.FindBlobAsync(Digest.Of("blob"), default))).Message, StringComparison.Ordinal);
        Assert.Equal(2, registry.Requests.Count);
    }

    [Fact]
    public async Task Pages_of_tags_are_read_as_long_as_there_are_some_of_the_wanted()
    {
        using var registry = new TestServer((asked, number) => number switch
        {
            1 => Answer.Ok("""{"tags": ["a.1", "a.2"]}"""u8.ToArray(), "Link: </v2/bin/tags/list?n=1000&last=a.2>; rel=\"next\""),
            2 => Answer.Ok("""{"tags": ["a.3", "b"]}"""u8.ToArray(), "Link: </v2/bin/tags/list?n=1000&last=b>; rel=\"next\""),
            _ => Answer.Code(500),
        });
        using var client = Client(registry);
        Assert.Equal<string>(["a.1", "a.2", "a.3"], await client.FindTagsAsync("a.", default));
        Assert.Equal("/v2/bin/tags/list?n=1000&last=a.", registry.Requests[0].Path);
    }

    [Fact]
    public async Task A_registry_that_falls_silent_in_the_middle_of_a_small_answer_is_given_up()
    {
        using var registry = new TestServer((asked, _) => new(asked.Path.Contains("tags", StringComparison.Ordinal) ? 200 : 400, new byte[100], Sent: 10, Hang: true));
        using var client = Client(registry, TimeSpan.FromMilliseconds(500));
        Assert.Contains("sent nothing", (await Assert.ThrowsAsync<PlaceException>(() => client.FindTagsAsync("a.", default))).Message, StringComparison.Ordinal);
        Assert.Contains("400", (await Assert.ThrowsAsync<PlaceException>(() => client.PutManifestAsync("a", "text/plain", new byte[1], default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_registry_says_reaches_the_person_without_control_characters()
    {
        using var registry = new TestServer((_, _) => new(403, """{"errors": [{"code": "DENIED", "message": "no \u001b[31mpush"}]}"""u8.ToArray()));
        using var client = Client(registry);
        Assert.EndsWith(" (no [31mpush)", (await Assert.ThrowsAsync<PlaceException>(() => client.GetManifestAsync("a", default))).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _home.Dispose();

    private RegistryClient Client(TestServer server, TimeSpan? stall = null)
    {
        var address = RegistryAddress.Parse(server.Url("/bin").Replace("http:", "oci:", StringComparison.Ordinal), out _)!;
        var logins = _home.Write("config.json", "{\"auths\": {\"" + address.Host + "\": {\"auth\": \"dTpw\"}}}");
        return new(address, new(logins), new() { ConnectTimeout = TimeSpan.FromSeconds(60), StallTimeout = stall ?? TimeSpan.FromSeconds(60) }, TimeProvider.System);
    }
}
