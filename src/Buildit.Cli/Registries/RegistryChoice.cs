using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Registries;
using Buildit.Store.Fetching;

namespace Buildit.Cli.Registries;

/// <summary>Addresses of registries as they stand in a command line.</summary>
internal static class RegistryChoice
{
    /// <summary>The addresses that images are pushed to; throws if any is none.</summary>
    public static ImmutableArray<RegistryAddress> ToPush(IEnumerable<string> words)
    {
        var bag = new DiagnosticBag();
        ImmutableArray<RegistryAddress> addresses = [.. words.Distinct().Select(w => Read(w, bag)).OfType<RegistryAddress>()];
        foreach (var address in addresses.Where(a => a.Digest is not null))
        {
            bag.Error(null, $"'{address.Text}' cannot be pushed to: the digest follows from the image", $"name a tag: {address.Place}:{address.Tag ?? "1.0"}");
        }

        foreach (var address in addresses.Where(a => a is { Digest: null, Tag: null }))
        {
            bag.Error(null, $"'{address.Text}' has no tag", $"give the image a name there, for example {address.Place}:1.0");
        }

        bag.ThrowIfErrors();
        return addresses;
    }

    /// <summary>The images that are pulled; throws if any is none.</summary>
    public static ImmutableArray<RegistryAddress> ToPull(IEnumerable<string> words)
    {
        var bag = new DiagnosticBag();
        ImmutableArray<RegistryAddress> addresses = [.. words.Distinct().Select(w => Read(w, bag)).OfType<RegistryAddress>()];
        bag.ThrowIfErrors();
        return addresses;
    }

    /// <summary>A failure of a registry in words.</summary>
    /// <param name="what">What failed: to be read before "failed".</param>
    /// <param name="address">Where.</param>
    /// <param name="e">Why.</param>
    /// <param name="hint">What to do where nothing better is known.</param>
    public static BuilditException Failed(string what, RegistryAddress address, PlaceException e, string? hint = null) => new(
        ExitCode.FetchFailed,
        $"{what} failed: {e.Message}",
        e.Message.StartsWith("TLS", StringComparison.Ordinal) && !address.IsPlain ? $"a registry that speaks no TLS is addressed as 'oci+http://{address.Name}'; for one whose certificate is not known, add it to those of this machine" : hint,
        inner: e);

    private static RegistryAddress? Read(string word, DiagnosticBag bag)
    {
        var address = RegistryAddress.Parse(word, out var objection);
        if (address is null)
        {
            bag.Error(null, $"'{Redaction.Of(word)}' is no address of an image: {objection}", "oci://HOST[:PORT]/REPOSITORY:TAG, or for pulling @sha256:DIGEST instead of the tag");
        }

        return address;
    }
}
