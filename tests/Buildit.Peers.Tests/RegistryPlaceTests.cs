using Buildit.Store.Binhosts;
using Buildit.Store.Fetching;
using Buildit.Tests.Shared;

namespace Buildit.Peers.Tests;

/// <summary>The contract of places against a real registry.</summary>
[Collection(nameof(OpenRegistry))]
public sealed class RegistryPlaceTests(OpenRegistry registry) : WritablePlaceContract, IDisposable
{
    private readonly IWritablePlace[] _places = Places(registry);
    private int _calls;

    protected override IPlace Reader => Writer;

    // Another client than last time, as of another process.
    protected override IWritablePlace Writer => _places[Interlocked.Increment(ref _calls) % _places.Length];

    public void Dispose() => Array.ForEach(_places, p => p.Dispose());

    private static IWritablePlace[] Places(OpenRegistry registry)
    {
        var url = registry.Server.Url($"team/place-{Guid.NewGuid():N}");
        return [.. Enumerable.Range(0, 3).Select(_ => RegistryPlace.At(url, new("/nowhere/config.json"), new FetchOptions { ConnectTimeout = TimeSpan.FromSeconds(60), StallTimeout = TimeSpan.FromSeconds(60) }, TimeProvider.System))];
    }
}
