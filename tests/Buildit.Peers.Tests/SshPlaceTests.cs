using Buildit.Store.Binhosts;
using Buildit.Tests.Shared;

namespace Buildit.Peers.Tests;

/// <summary>The contract of places against a real sshd.</summary>
public abstract class SshPlaceTests(string url) : SerialPlaceContract, IDisposable
{
    private readonly IWritablePlace[] _places = [.. Enumerable.Range(0, 3).Select(_ => SshPlace.At(url, Long, Long, Long, TimeProvider.System))];
    private int _calls;

    private static TimeSpan Long => TimeSpan.FromSeconds(60);

    protected override IPlace Reader => Writer;

    // Another connection than last time, as of another process.
    protected override IWritablePlace Writer => _places[Interlocked.Increment(ref _calls) % _places.Length];

    public void Dispose()
    {
        Array.ForEach(_places, p => p.Dispose());
        GC.SuppressFinalize(this);
    }
}

[Collection(nameof(SshServer))]
public sealed class OrdinaryAccountTests(SshServer server) : SshPlaceTests(server.Url("containers", $"place/{Guid.NewGuid():N}"));

[Collection(nameof(SshServer))]
public sealed class RestrictedAccountTests(SshServer server) : SshPlaceTests(server.Url("restricted", $"{Guid.NewGuid():N}"));
