using Buildit.Build.Engine;
using Buildit.Build.Planning;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Graphs;
using Buildit.Core.Planning;
using Buildit.Core.Records;
using Buildit.Store.Binhosts;

namespace Buildit.Cli.Planning;

/// <summary>What binhosts could give, for plans.</summary>
internal sealed class SharedPlaces : IDisposable
{
    private readonly BinhostSet _binhosts;
    private readonly Substitution _substitution;

    /// <param name="session">Names the binhosts.</param>
    /// <param name="offline">Whether only those are asked that are directories of this machine.</param>
    /// <param name="told">Takes what goes wrong with them.</param>
    public SharedPlaces(Session session, bool offline, Action<BinhostEvent> told)
    {
        _binhosts = session.Open(session.Workspace.Binhosts.Readable(offline), told);
        _substitution = new(_binhosts, session.Records, static _ => { });
    }

    /// <summary>All binhosts, if a plan shall say what they have.</summary>
    public static SharedPlaces? For(Session session, PlanOptions options, Terminal terminal) => options.Ask ? new(session, offline: false, new BinhostTalk(terminal).Take) : null;

    /// <summary>Begins to ask for packages that will be asked for one after the other.</summary>
    public void Foresee(IEnumerable<Package> packages) => _substitution.Foresee(packages, CancellationToken.None);

    /// <summary>What these binhosts could give, besides what the store has.</summary>
    public SharedAvailability Over(IAvailability store) => new(store, _substitution);

    /// <summary>Whether one of them has an image, under a signature that counts.</summary>
    public bool HasImage(Digest key) => HasImageAsync(key).GetAwaiter().GetResult();

    /// <summary>Whether one of them has a file that the store lacks: sources may have been pushed, too.</summary>
    public Task<bool> HasFileAsync(Digest file, CancellationToken cancel) => _binhosts.HasAnyBlobAsync([file], cancel);

    public void Dispose() => _binhosts.Dispose();

    private async Task<bool> HasImageAsync(Digest key)
    {
        await foreach (var found in _binhosts.FindAsync(key, key.ToString(), ImageRecord.Open, r => r.Key == key ? null : "it is about another image", CancellationToken.None))
        {
            if (await _binhosts.HasAnyBlobAsync([found.Record.Digest], CancellationToken.None))
            {
                return true;
            }
        }

        return false;
    }
}
