using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Core.Licenses;

namespace Buildit.Core.Sboms;

/// <summary>Writes components of a CycloneDX document: packages with their files, sources and patches.</summary>
internal sealed class CycloneDxComponent(Utf8JsonWriter json)
{
    /// <summary>By what a package is referred to.</summary>
    internal static string RefOf(SbomPackage package) => $"{package.Name}@{package.Version}#{package.Key.Digest.Hex[..12]}";

    internal void Write(SbomPackage p, bool isUsed)
    {
        json.WriteStartObject();
        json.WriteString("type", "library");
        json.WriteString("bom-ref", RefOf(p));
        WriteSupplier(p.Supplier);
        json.WriteString("name", p.ShortName);
        json.Optional("version", p.Version);
        json.Optional("description", p.Summary);
        json.WriteString("scope", isUsed ? "required" : "excluded");
        if (p.Download is { } download)
        {
            WriteHashes(null, download.Digest);
        }

        WriteLicense(p.Effective);
        json.Optional("cpe", p.Cpe);
        json.WriteString("purl", p.Purl);
        WritePedigree(p);
        WriteReferences(p);
        json.WriteStartArray("properties");
        WriteProperty("buildit:package", p.Name);
        WriteProperty("buildit:hash", p.Key.Uuid);
        foreach (var patch in p.Patches)
        {
            WriteProperty("buildit:patch", $"{patch.Name} sha256:{patch.Digest.Hex}" + (patch.Description is { } words ? " " + words : ""));
        }

        json.WriteEndArray();
        WriteFiles(p);
        WriteEvidence(p);
        json.WriteEndObject();
    }

    internal void Write(string owner, SbomFile file)
    {
        json.WriteStartObject();
        json.WriteString("type", "file");
        json.WriteString("bom-ref", $"{owner}/{file.Path}");
        json.WriteString("name", "/" + file.Path);
        WriteHashes(file.Sha1, file.Sha256);
        json.WriteEndObject();
    }

    private void WriteFiles(SbomPackage p)
    {
        if (p.Files is not { IsEmpty: false } files)
        {
            return;
        }

        json.WriteStartArray("components");
        foreach (var file in files)
        {
            Write(RefOf(p), file);
        }

        json.WriteEndArray();
    }

    // SPDX has "Organization: NAME" where this format has an object.
    private void WriteSupplier(string? supplier)
    {
        if (supplier is not null)
        {
            json.WriteStartObject("supplier");
            json.WriteString("name", supplier[(supplier.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
            json.WriteEndObject();
        }
    }

    /// <summary>One identifier of the list, or a whole expression.</summary>
    private void WriteLicense(LicenseExpression? license)
    {
        if (license is null)
        {
            return;
        }

        json.WriteStartArray("licenses");
        json.WriteStartObject();
        if (license.Listed is LicenseExpression.Term { Exception: null } term && LicenseIds.Licenses.Contains(term.Id))
        {
            json.WriteStartObject("license");
            json.WriteString("id", term.Id);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("expression", license.Listed.ToString());
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WritePedigree(SbomPackage p)
    {
        if (p.Sources.IsEmpty && p.Patches.IsEmpty)
        {
            return;
        }

        json.WriteStartObject("pedigree");
        json.WriteStartArray("ancestors");
        foreach (var source in p.Sources)
        {
            json.WriteStartObject();
            json.WriteString("type", "file");
            json.WriteString("name", source.Name);
            WriteHashes(null, source.Digest);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WritePatches(p.Patches);
        json.WriteEndObject();
    }

    private void WritePatches(ImmutableArray<SbomPatch> patches)
    {
        if (patches.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("patches");
        foreach (var patch in patches)
        {
            json.WriteStartObject();
            json.WriteString("type", "unofficial");
            if (patch.Uri is { } uri)
            {
                json.WriteStartObject("diff");
                json.WriteString("url", uri);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Optional("notes", string.Join('\n', patches.Select(p => p.Description is { } words ? $"{p.Name}: {words}" : p.Name)));
    }

    private void WriteReferences(SbomPackage p)
    {
        var sources = p.Sources.Concat(p.Download is { } d ? [d] : []).Where(s => s.Uri is { } uri && Uri.IsWellFormedUriString(uri, UriKind.Absolute));
        var references = sources.Select(s => (Type: s.Uri!.StartsWith("git+", StringComparison.Ordinal) ? "vcs" : "distribution", Url: s.Uri!, Digest: (Digest?)s.Digest));
        (string Type, string Url, Digest? Digest)[] all = [.. p.Homepage is { } page && Uri.IsWellFormedUriString(page, UriKind.Absolute) ? [("website", page, null)] : Array.Empty<(string, string, Digest?)>(), .. references];
        if (all.Length == 0)
        {
            return;
        }

        json.WriteStartArray("externalReferences");
        foreach (var (type, url, digest) in all)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("url", url);
            if (digest is { } known)
            {
                WriteHashes(null, known);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>License texts that were found, each under the name of its file.</summary>
    private void WriteEvidence(SbomPackage p)
    {
        if (p.Texts.IsEmpty)
        {
            return;
        }

        json.WriteStartObject("evidence");
        json.WriteStartArray("licenses");
        foreach (var text in p.Texts)
        {
            json.WriteStartObject();
            json.WriteStartObject("license");
            json.WriteString("name", text.Name);
            json.WriteStartObject("text");
            json.WriteString("contentType", "text/plain");
            json.WriteString("content", text.Text);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteProperty(string name, string value)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("value", value);
        json.WriteEndObject();
    }

    private void WriteHashes(string? sha1, Digest sha256)
    {
        json.WriteStartArray("hashes");
        foreach (var (algorithm, value) in new[] { ("SHA-1", sha1), ("SHA-256", sha256.Hex) }.Where(h => h.Item2 is not null))
        {
            json.WriteStartObject();
            json.WriteString("alg", algorithm);
            json.WriteString("content", value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
