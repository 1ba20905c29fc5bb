using Buildit.Core.Diagnostics;
using Buildit.Core.Registries;
using Buildit.Core.Yaml;

namespace Buildit.Core.Containers;

/// <summary>The image that an image of a container stands on: its layers are the lowest ones, as they are.</summary>
/// <param name="Reference">As it is written.</param>
/// <param name="Registry">Where it is, if that is a registry.</param>
/// <param name="Path">Where it is, if that is an OCI layout: relative to the container's directory.</param>
/// <param name="Digest">Of its manifest, or of an index with one for the container's platform; null if it is not written, which is told, with the right one, by whoever can ask.</param>
public sealed record ImageBase(Spanned<string> Reference, RegistryAddress? Registry, string? Path, Digest? Digest)
{
    /// <summary>As docker and its relatives name it; null for a layout.</summary>
    public string? Name => Registry is null ? null : Registry.Name + (Registry.Tag is null ? "" : ":" + Registry.Tag);

    /// <summary>The reference without its digest.</summary>
    public string Unpinned => Registry is { } registry ? (registry with { Digest = null }).Text : Path!;

    /// <summary>Reads a reference: <c>oci://HOST/REPOSITORY[:TAG]@sha256:DIGEST</c>, or <c>PATH@sha256:DIGEST</c>; null, and why, if it is none.</summary>
    public static ImageBase? Parse(Spanned<string> written, out string? objection)
    {
        if (RegistryAddress.IsOne(written.Value))
        {
            return RegistryAddress.Parse(written.Value, out objection) is { } address ? new(written, address, null, address.Digest) : null;
        }

        var at = written.Value.LastIndexOf("@sha256:", StringComparison.Ordinal);
        Digest digest = default;
        objection = written.Value.Contains("://", StringComparison.Ordinal) ? "a base is in a registry (oci://HOST/REPOSITORY@sha256:DIGEST), or an OCI layout of this machine (PATH@sha256:DIGEST)"
            : at >= 0 && !Core.Digest.TryParse(written.Value[(at + 1)..], out digest) ? $"'{written.Value[(at + 1)..]}' is no digest: 'sha256:' and 64 hexadecimal digits"
            : at == 0 || written.Value.Length == 0 ? "there is no path before the digest"
            : null;
        return objection is null ? new(written, null, at < 0 ? written.Value : written.Value[..at], at < 0 ? null : digest) : null;
    }

    /// <summary>Reads the key <c>base</c> of an image step.</summary>
    internal static ImageBase? Read(MapReader map)
    {
        if (map.Open("base", "'base'") is not { } fields)
        {
            return null;
        }

        fields.Required("type");
        fields.OneOf("type", "oci");
        fields.Required("ref");
        var written = fields.SpannedText("ref");
        fields.Finish();
        if (written is not { } reference)
        {
            return null;
        }

        var read = Parse(reference, out var objection);
        if (read is null)
        {
            map.Bag.Error(reference.Span, $"'{reference.Value}' is no reference of a base image", objection);
        }

        return read;
    }
}
