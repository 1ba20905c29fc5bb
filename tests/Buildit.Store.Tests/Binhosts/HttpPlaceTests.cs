using Buildit.Store.Binhosts;
using Buildit.Store.Fetching;
using Buildit.Store.Tests.Fetching;
using Buildit.Tests.Shared;

namespace Buildit.Store.Tests.Binhosts;

/// <summary>With a server that knows ETag and ranges.</summary>
public class HttpPlaceTests : PlaceContract, IDisposable
{
    private readonly FileServer _server = new();
    private readonly HttpPlace _place;

    public HttpPlaceTests() => _place = new(new(_server.Url), new(), TimeProvider.System);

    protected override IPlace Reader => _place;

    protected FileServer Server => _server;

    protected override Task PutAsync(string path, byte[] content)
    {
        _server.Files[path] = content;
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_did_not_change_is_not_sent_again()
    {
        await A_document_is_given_as_it_is_and_again_only_when_it_changed();
        Assert.Equal([200, 304, 200, 304], _server.Answers);
    }

    public void Dispose()
    {
        _place.Dispose();
        _server.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>With a server that can send whole files and nothing else.</summary>
public sealed class PlainHttpPlaceTests : IDisposable
{
    private readonly FileServer _server = new() { IsPlain = true };

    [Fact]
    public async Task The_rest_of_a_blob_is_given_though_the_server_sends_all_of_it()
    {
        using var place = new HttpPlace(new(_server.Url), new(), TimeProvider.System);
        var blob = "0123456789"u8.ToArray();
        _server.Files[Core.Binhosts.BinhostLayout.Blob(Core.Digest.Of(blob))] = blob;
        await using var stream = (await place.OpenBlobAsync(Core.Digest.Of(blob), 4, default))!;
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        Assert.Equal("456789"u8.ToArray(), copy.ToArray());
    }

    [Fact]
    public async Task A_document_without_a_version_is_sent_each_time()
    {
        using var place = new HttpPlace(new(_server.Url), new(), TimeProvider.System);
        _server.Files["records/catalog"] = [1];
        var first = await place.GetAsync("records/catalog", null, default);
        _server.Files["records/catalog"] = [2];
        Assert.Equal([2], (await place.GetAsync("records/catalog", first, default))!.Content.ToArray());
    }

    public void Dispose() => _server.Dispose();
}
