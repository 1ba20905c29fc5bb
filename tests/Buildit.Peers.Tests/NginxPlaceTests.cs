using Buildit.Store.Binhosts;
using Buildit.Testing;
using Buildit.Tests.Shared;

namespace Buildit.Peers.Tests;

/// <summary>The contract of places against a real web server.</summary>
[Collection(nameof(Judged))]
public sealed class NginxPlaceTests(Judged judged) : PlaceContract, IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private NginxServer _server = null!;
    private HttpPlace _place = null!;

    protected override IPlace Reader => _place;

    protected override Task PutAsync(string path, byte[] content)
    {
        var place = Path.Combine(_directory, path);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.WriteAllBytes(place, content);
        return Task.CompletedTask;
    }

    public async Task InitializeAsync()
    {
        _server = await NginxServer.StartAsync(judged.Root, _directory);
        _place = new(new(_server.Url), new(), TimeProvider.System);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _place.Dispose();
        _server.Dispose();
        _directory.Dispose();
    }
}
