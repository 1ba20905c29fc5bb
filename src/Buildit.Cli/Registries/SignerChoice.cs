using System.Collections.Immutable;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Registries;
using Buildit.Core.Trust;

namespace Buildit.Cli.Registries;

/// <summary>Whose signature an image must have to be taken.</summary>
/// <param name="workspace">Where paths count from, and whose keys there are.</param>
/// <param name="written">Files or names of keys, as they stand in the command line.</param>
internal sealed class SignerChoice(Workspace workspace, ImmutableArray<string> written)
{
    /// <summary>Those keys; if none was named, those that were accepted for the repository; none of either: no signature is asked for. Throws for keys that do not count today.</summary>
    public ImmutableArray<PublicKey> KeysFor(RegistryAddress address)
    {
        ImmutableArray<PublicKey> keys = written.IsEmpty ? workspace.Binhosts.Keys.TrustedFor(address.Place) : [.. written.Select(Read)];
        var now = TimeProvider.System.GetUtcNow();
        ImmutableArray<PublicKey> counting = [.. keys.Where(k => k.Objection(now) is null)];
        return counting.IsEmpty && !keys.IsEmpty
            ? throw new BuilditException(ExitCode.TrustRefused, $"no key counts for '{address.Text}': the key {keys[0].Id.Hex} {keys[0].Objection(now)}", $"accept a newer one: buildit key trust {address.Place} FILE")
            : counting;
    }

    private PublicKey Read(string word)
    {
        var path = Path.GetFullPath(word, workspace.Start);
        return File.Exists(path)
            ? PublicKey.Parse(File.ReadAllText(path)) ?? throw new BuilditException(ExitCode.InvalidInput, $"'{word}' is not a public ECDSA key on P-256 in PEM", "'buildit key export' prints one")
            : workspace.Binhosts.Keys.Own().GetValueOrDefault(word) ?? throw new BuilditException(ExitCode.InvalidInput, $"'{word}' is neither a file nor one of your keys", "'buildit key list' shows yours");
    }
}
