using System.Collections.Concurrent;
using System.Text;
using Buildit.Core.Binhosts;
using Buildit.Store.Binhosts;
using Buildit.Store.Tests.Fetching;
using Buildit.Testing;

namespace Buildit.Store.Tests.Binhosts;

/// <summary>Documents at a registry whose tags may be listed before they are there.</summary>
public sealed class RegistryDocumentsTests : IDisposable
{
    private static readonly string Document = RegistryNames.Tag(BinhostLayout.KeyList);

    private readonly ConcurrentDictionary<string, string?> _tags = new(StringComparer.Ordinal);
    private readonly TemporaryDirectory _home = new();
    private readonly TestServer _server;
    private readonly RegistryPlace _place;

    public RegistryDocumentsTests()
    {
        _server = new((asked, _) => Say(asked));
        _place = RegistryPlace.At(_server.Url("/bin").Replace("http:", "oci:", StringComparison.Ordinal), new(Path.Combine(_home, "config.json")), new(), TimeProvider.System);
    }

    [Fact]
    public async Task R25_a_version_that_is_listed_before_it_is_there_is_not_lost()
    {
        await AddAsync('b');
        var version = RegistryNames.Version(Document, RegistryNames.VersionId("b"u8));
        // As if who writes it were in the middle of it when 'a' is added.
        (var written, _tags[version], _tags[Document]) = (_tags[version], null, null);
        await AddAsync('a');
        _tags[version] = written;
        await AddAsync('c');
        Assert.Equal("a b c", string.Join(' ', Encoding.UTF8.GetString((await _place.GetAsync(BinhostLayout.KeyList, null, default))!.Content.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order()));
    }

    public void Dispose()
    {
        _place.Dispose();
        _server.Dispose();
        _home.Dispose();
    }

    private Task AddAsync(char line) => _place.UpdateAsync(
        BinhostLayout.KeyList,
        current => Task.FromResult<ReadOnlyMemory<byte>?>(Encoding.UTF8.GetBytes(current is { } bytes ? $"{Encoding.UTF8.GetString(bytes.Span)}\n{line}" : line.ToString())),
        default);

    private Answer Say(Asked asked)
    {
        var name = asked.Path[(asked.Path.LastIndexOf('/') + 1)..];
        switch (asked.Path.Split('/'), asked.Method)
        {
            case ([.., "manifests", _], "PUT"):
                _tags[name] = asked.Body;
                return Answer.Code(201);
            case ([.., "manifests", _], _):
                return _tags.GetValueOrDefault(name) is { } manifest ? Answer.Ok(Encoding.ASCII.GetBytes(manifest)) : Answer.Code(404);
            case ([.., "tags", _], _):
                return Answer.Ok(Encoding.ASCII.GetBytes($"{{\"tags\": [{string.Join(", ", _tags.Keys.Order(StringComparer.Ordinal).Select(t => $"\"{t}\""))}]}}"));
            case (_, "POST"):
                return Answer.Code(202, "Location: /v2/bin/blobs/uploads/1");
            case (_, "PUT"):
                return Answer.Code(201);
            default:
                return Answer.Code(404);
        }
    }
}
