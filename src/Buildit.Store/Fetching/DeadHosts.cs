using System.Collections.Concurrent;

namespace Buildit.Store.Fetching;

/// <summary>Remembers which hosts could not be connected to, so that each costs its timeout once per process.</summary>
internal sealed class DeadHosts
{
    private readonly ConcurrentDictionary<string, string> _reasons = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Throws if the host of this address is known to be dead.</summary>
    public void ThrowIfDead(Uri address)
    {
        if (_reasons.TryGetValue(address.Authority, out var reason))
        {
            throw new FetchFailure($"{reason} (not asked again)");
        }
    }

    /// <summary>Gives the host up.</summary>
    public FetchFailure Bury(Uri address, string reason)
    {
        _reasons[address.Authority] = reason;
        return new(reason);
    }
}
