using Buildit.Cli.Commands;
using Buildit.Cli.Consoles;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trust;
using Buildit.Store.Fetching;

namespace Buildit.Cli.Discovering;

/// <summary>Shows whose signatures could count at the binhosts of discovered places, and accepts those keys that the user has named.</summary>
internal sealed class DiscoveryTrust(Terminal terminal, Workspace workspace)
{
    private IEnumerable<(BinhostSetting Binhost, PublicKey Key)> Offers => workspace.Binhosts.All.SelectMany(b => b.Offered.Select(k => (b, k)));

    /// <summary>What was discovered, with the fingerprints of all keys that are on offer and not accepted.</summary>
    public void Show()
    {
        foreach (var place in workspace.Discovered)
        {
            var names = place.Binhosts.Select(b => $"binhost '{b.Entry.Name.Value}' ({Redaction.Of(b.Entry.Download)})").ToArray();
            terminal.Line($"Discovered '{place.Entry.Place}': {string.Join(", ", [.. place.RecipeTrees.Select(t => $"recipes in '{Path.GetRelativePath(place.Checkout!, t)}'"), .. names])}{(place.RecipeTrees.IsEmpty && names.Length == 0 ? "neither recipes nor binhosts" : "")}");
        }

        foreach (var (binhost, key) in Offers.Where(o => !IsAccepted(o.Binhost, o.Key.Id)))
        {
            terminal.Line($"    '{binhost.Name}' says that it is signed by {key.Id.Hex}{(key.Name.Length > 0 ? $" ({KeyTrust.Plain(key.Name)})" : "")}, which does not count here.");
            terminal.Line($"    Compare it with whoever pushes there, by another way than this; then: --trust {key.Id.Hex}");
        }
    }

    /// <summary>Accepts keys by their fingerprints, at every discovered binhost that offers them. Throws if one is offered nowhere.</summary>
    /// <param name="trusted">What the user has named.</param>
    /// <param name="offline">Whether only binhosts of this machine may be asked.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task AcceptAsync(IReadOnlyCollection<Digest> trusted, bool offline, CancellationToken cancel)
    {
        var discovered = workspace.Binhosts.All.Where(b => b.IsDiscovered).ToArray();
        foreach (var id in trusted)
        {
            var found = Offers.Where(o => o.Key.Id == id).ToList();
            found.AddRange(discovered.Where(b => IsAccepted(b, id)).SelectMany(b => workspace.Binhosts.KeysOf(b).Where(k => k.Id == id).Select(k => (b, k))));
            if (found.Count == 0)
            {
                found.AddRange(await AskAsync(id, offline, cancel));
            }

            if (found.Count == 0)
            {
                throw new BuilditException(ExitCode.TrustRefused, $"no place that was discovered offers the key {id.Hex}", discovered.Length == 0 ? "--trust is for binhosts of the places that --discover or 'discover:' name" : "compare the fingerprint with the ones on offer: 'buildit key trust BINHOST' shows them");
            }

            foreach (var (binhost, key) in found.Where(f => !IsAccepted(f.Item1, id)))
            {
                workspace.Binhosts.Keys.Trust(binhost.Download, key);
                terminal.Line($"Signatures of {id.Hex} count now at '{binhost.Name}' ({Redaction.Of(binhost.Download)}){KeyCommand.Words(key)}.");
            }
        }
    }

    /// <summary>Asks the discovered binhosts for a key. One that cannot be asked is told, and keeps the others from nothing.</summary>
    private async Task<List<(BinhostSetting Binhost, PublicKey Key)>> AskAsync(Digest id, bool offline, CancellationToken cancel)
    {
        var found = new List<(BinhostSetting, PublicKey)>();
        foreach (var binhost in workspace.Binhosts.Readable(offline).Where(b => b.IsDiscovered))
        {
            try
            {
                found.AddRange((await KeyTrust.OfferedAsync(workspace, binhost.Download, cancel)).Where(k => k.Id == id).Select(k => (binhost, k)));
            }
            catch (BuilditException e)
            {
                terminal.Print([.. e.Diagnostics.Select(d => d with { Severity = Severity.Warning })]);
            }
        }

        return found;
    }

    private bool IsAccepted(BinhostSetting binhost, Digest key) => workspace.Binhosts.KeysOf(binhost).Any(k => k.Id == key);
}
