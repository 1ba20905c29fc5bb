using Buildit.Build.Engine;
using Buildit.Build.Planning;
using Buildit.Core;
using Buildit.Core.Planning;
using Buildit.Core.Records;
using Buildit.Store.Binhosts;

namespace Buildit.Cli.Planning;

/// <summary>The binhosts that are directories of this machine, for plans of what can be done without a network.</summary>
internal sealed class SharedPlaces : IDisposable
{
    private readonly BinhostSet _binhosts;
    private readonly Substitution _substitution;

    public SharedPlaces(Session session)
    {
        _binhosts = session.Open(session.Workspace.Binhosts.Readable(offline: true));
        _substitution = new(_binhosts, session.Records, static _ => { });
    }

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
