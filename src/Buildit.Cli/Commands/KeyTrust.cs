using System.Text;
using Buildit.Cli.Consoles;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trust;
using Buildit.Store.Binhosts;
using Buildit.Store.Fetching;

namespace Buildit.Cli.Commands;

/// <summary>Accepts a key for a binhost: one that the binhost offers, by its fingerprint, or one in a file. Never one that was not named.</summary>
internal sealed class KeyTrust(Terminal terminal, string binhost, string? wanted, (DateTimeOffset? NotBefore, DateTimeOffset? NotAfter) validity)
{
    public async Task<int> RunAsync(string start, CancellationToken cancel)
    {
        var workspace = Workspace.Find(start, start, terminal);
        var place = workspace.Binhosts.All.FirstOrDefault(b => b.Name == binhost)?.Download ?? Location(start);
        if (wanted is not null && File.Exists(Path.GetFullPath(wanted, start)))
        {
            var file = Path.GetFullPath(wanted, start);
            return Accept(workspace, place, PublicKey.Parse(await File.ReadAllTextAsync(file, cancel)) ?? throw new BuilditException(ExitCode.InvalidInput, $"'{wanted}' is not a public ECDSA key on P-256 in PEM"));
        }

        var known = workspace.Binhosts.Keys.TrustedFor(place).ToArray();
        var named = workspace.Binhosts.All.FirstOrDefault(b => b.Name == binhost)?.Offered ?? [];
        PublicKey[] offered = [.. named.Concat(named.Any(k => k.Id.Hex == wanted) ? [] : await OfferedAsync(workspace, place, cancel)).DistinctBy(k => k.Id)];
        if (wanted is null)
        {
            return Show(place, offered, known);
        }

        // A key that is accepted already can get other dates though the binhost offers it no longer.
        return offered.Concat(known).FirstOrDefault(k => k.Id.Hex == wanted) is { } key
            ? Accept(workspace, place, key)
            : throw new BuilditException(
                ExitCode.InvalidInput, $"'{binhost}' offers no key '{wanted}', and there is no file of that name", $"'buildit key trust {binhost}' shows the keys on offer; a fingerprint is written in full");
    }

    private int Accept(Workspace workspace, string place, PublicKey key)
    {
        var accepted = key with { NotBefore = validity.NotBefore ?? key.NotBefore, NotAfter = validity.NotAfter ?? key.NotAfter };
        workspace.Binhosts.Keys.Trust(place, accepted);
        var shown = $"{accepted.Id.Hex}{(accepted.Name.Length > 0 ? $" ({accepted.Name})" : "")}";
        if (accepted.Objection(TimeProvider.System.GetUtcNow()) is { } why)
        {
            terminal.Print([new($"the key {shown} is accepted at {Redaction.Of(place)}, but {why}", Hint: "if it is to count now, accept it again with --not-before DATE or --not-after DATE", Severity: Severity.Warning)]);
            return 0;
        }

        terminal.Line($"Signatures of {shown} count now at {Redaction.Of(place)}{KeyCommand.Words(accepted)}.");
        return 0;
    }

    private int Show(string place, PublicKey[] offered, PublicKey[] known)
    {
        if (offered.Length == 0)
        {
            throw new BuilditException(ExitCode.Missing, $"{Redaction.Of(place)} offers no keys", "ask whoever pushes there for the output of 'buildit key export', and name the file");
        }

        terminal.Line("Compare a fingerprint with whoever pushes there, by another way than this, before you accept it.");
        foreach (var key in offered)
        {
            var state = known.Any(k => k.Id == key.Id) ? "accepted" : $"buildit key trust {binhost} {key.Id.Hex}";
            terminal.Data($"{key.Id.Hex}{(key.Name.Length > 0 ? $" ({key.Name})" : "")}{KeyCommand.Words(key)}: {state}");
        }

        return 0;
    }

    /// <summary>The keys that a binhost offers.</summary>
    public static async Task<PublicKey[]> OfferedAsync(Workspace workspace, string location, CancellationToken cancel)
    {
        var apt = new Lazy<DistributionMirrors>(() => DistributionMirrors.Of(workspace));
        using var place = new GuardedPlace(
            new PlaceFactory(new() { Proxy = address => apt.Value.ProxyOf(address) }, Session.Patience, Settings.RegistryLogins(), Settings.Buckets(), TimeProvider.System).Read(location), Session.Patience, TimeProvider.System, static _ => { });
        try
        {
            var list = await place.GetAsync(BinhostLayout.KeyList, null, cancel);
            var keys = new List<PublicKey>();
            foreach (var line in list is null ? [] : Encoding.UTF8.GetString(list.Content.Span).Split('\n'))
            {
                // What a place sends is text of a stranger: a key counts only with the fingerprint that it is listed under.
                if (Digest.TryParse(line, out var id) && await place.GetAsync(BinhostLayout.Key(id), null, cancel) is { } file
                    && PublicKey.Parse(Encoding.UTF8.GetString(file.Content.Span)) is { } key && key.Id == id)
                {
                    keys.Add(key with { Name = Plain(key.Name) });
                }
            }

            return [.. keys];
        }
        catch (PlaceException e)
        {
            throw new BuilditException(ExitCode.FetchFailed, $"{place.Address} cannot be asked for its keys: {e.Message}", "a key can also be named as a file", inner: e);
        }
    }

    /// <summary>A stranger's name of a key, as it can be shown.</summary>
    public static string Plain(string name) => new([.. name.Where(c => !char.IsControl(c)).Take(80)]);

    private string Location(string start)
    {
        var isUrl = binhost.Contains("://", StringComparison.Ordinal);
        if (!isUrl && !Directory.Exists(Path.GetFullPath(binhost, start)))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"there is no binhost '{binhost}' in the configuration, and no directory of that name", "name one of 'binhosts' in .buildit-config.yaml, or its address");
        }

        var location = isUrl ? binhost : Path.GetFullPath(binhost, start);
        return PlaceFactory.CannotRead(location) is { } why ? throw new BuilditException(ExitCode.Unresolvable, why) : location;
    }
}
