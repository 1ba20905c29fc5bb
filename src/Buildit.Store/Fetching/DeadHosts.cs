using System.Collections.Concurrent;

namespace Buildit.Store.Fetching;

/// <summary>Remembers which hosts could not be connected to, so that each costs its timeout once per process.</summary>
internal sealed class DeadHosts
{
    private readonly ConcurrentDictionary<string, (string Reason, bool IsSlow)> _hosts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Throws if the host of this address is known to be dead.</summary>
    public void ThrowIfDead(Uri address)
    {
        if (_hosts.TryGetValue(address.Authority, out var host))
        {
            throw new FetchFailure($"{host.Reason} (not asked again)") { IsSlow = host.IsSlow };
        }
    }

    /// <summary>Gives the host up.</summary>
    public FetchFailure Bury(Uri address, string reason, bool isSlow = false)
    {
        _hosts[address.Authority] = (reason, isSlow);
        return new(reason) { IsSlow = isSlow };
    }
}
