using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Buildit.Core.Licenses;

namespace Buildit.Core.Sboms;

/// <summary>Writes SPDX 2.3 (ISO/IEC 5962 and its successor) as JSON: https://spdx.github.io/spdx-spec/v2.3/.</summary>
internal sealed class SpdxDocument
{
    private const string Nothing = "NOASSERTION";
    private const string Root = "SPDXRef-Root";
    private readonly Sbom _sbom;
    private readonly Utf8JsonWriter _json;
    private readonly Dictionary<string, string> _ids;

    private SpdxDocument(Sbom sbom, Utf8JsonWriter json)
    {
        _sbom = sbom;
        _json = json;
        _ids = sbom.Packages.Concat(sbom.BuildPackages).ToDictionary(p => p.Name, p => $"SPDXRef-Package-{Word(p.ShortName)}-{p.Key.Digest.Hex[..12]}", StringComparer.Ordinal);
    }

    internal static byte[] Write(Sbom sbom) => SbomJson.Identified((json, uuid) => new SpdxDocument(sbom, json).WriteAll(uuid));

    private bool IsImage => _sbom.Kind == SbomKind.Image;

    private string RootId => IsImage ? Root : _ids[_sbom.Packages[0].Name];

    private string DisplayName => _sbom.Version.Length == 0 ? _sbom.Name : $"{_sbom.Name}-{_sbom.Version}";

    private void WriteAll(string uuid)
    {
        _json.WriteString("spdxVersion", "SPDX-2.3");
        _json.WriteString("dataLicense", "CC0-1.0");
        _json.WriteString("SPDXID", "SPDXRef-DOCUMENT");
        _json.WriteString("name", DisplayName);
        // The place that the specification names for who has no web site for it.
        _json.WriteString("documentNamespace", $"https://spdx.org/spdxdocs/{Uri.EscapeDataString(DisplayName.Replace('/', '-'))}-{uuid}");
        _json.WriteStartObject("creationInfo");
        _json.WriteString("created", SbomJson.Time(_sbom.Created));
        WriteTexts("creators", [$"Tool: {SbomJson.Tool}-sbom-{SbomJson.FormatVersion}"]);
        _json.WriteEndObject();
        WriteArray("packages", WritePackages);
        WriteArray("files", WriteFiles);
        WriteArray("relationships", () => new SpdxRelations(_sbom, _json, _ids, RootId).Write());
        WriteExtracted();
    }

    private void WritePackages()
    {
        if (IsImage)
        {
            _json.WriteStartObject();
            WriteHead(Root, _sbom.Name, _sbom.Version, null);
            _json.WriteBoolean("filesAnalyzed", false);
            _json.WriteString("primaryPackagePurpose", "CONTAINER");
            _json.WriteEndObject();
        }

        foreach (var package in _sbom.Packages.Concat(_sbom.BuildPackages))
        {
            WritePackage(package);
        }

        // One source may serve several packages.
        foreach (var source in _sbom.Packages.SelectMany(p => p.Sources).DistinctBy(s => s.Digest))
        {
            WriteInput(SpdxRelations.IdOf(source.Digest), source.Name, source.Uri, source.Digest, "SOURCE", null);
        }

        foreach (var patch in _sbom.Packages.SelectMany(p => p.Patches).DistinctBy(p => p.Digest))
        {
            WriteInput(SpdxRelations.IdOf(patch.Digest), patch.Name, patch.Uri, patch.Digest, "FILE", patch.Description ?? "a patch");
        }
    }

    private void WriteHead(string id, string name, string version, string? download)
    {
        _json.WriteString("SPDXID", id);
        _json.WriteString("name", name);
        _json.Optional("versionInfo", version);
        _json.WriteString("downloadLocation", download ?? Nothing);
    }

    private void WritePackage(SbomPackage p)
    {
        _json.WriteStartObject();
        var main = p.Download ?? p.Sources.FirstOrDefault();
        WriteHead(_ids[p.Name], p.Name, p.Version, Location(main?.Uri));
        _json.WriteBoolean("filesAnalyzed", p.Files is { IsEmpty: false });
        if (p.Files is { IsEmpty: false } files)
        {
            _json.WriteStartObject("packageVerificationCode");
            _json.WriteString("packageVerificationCodeValue", VerificationCode(files));
            _json.WriteEndObject();
        }

        if (p.Download is { } download)
        {
            WriteChecksums(null, download.Digest);
            _json.WriteString("packageFileName", download.Name);
        }

        _json.WriteString("supplier", p.Supplier ?? Nothing);
        _json.Optional("homepage", p.Homepage);
        _json.Optional("summary", p.Summary);
        _json.WriteString("licenseDeclared", p.License?.Listed.ToString() ?? Nothing);
        _json.WriteString("licenseConcluded", p.Concluded?.Listed.ToString() ?? Nothing);
        if (!p.Texts.IsEmpty)
        {
            _json.WriteString("licenseComments", "Texts: " + string.Join(", ", p.Texts.Select(t => $"{TextId(t)} ({t.Name})")));
        }

        _json.WriteString("copyrightText", Nothing);
        _json.WriteString("comment", $"HASH {p.Key.Uuid}");
        WriteReferences(p);
        _json.WriteEndObject();
    }

    private void WriteReferences(SbomPackage p)
    {
        _json.WriteStartArray("externalRefs");
        WriteReference("PACKAGE-MANAGER", "purl", p.Purl);
        if (p.Cpe is { } cpe)
        {
            WriteReference("SECURITY", "cpe23Type", cpe);
        }

        _json.WriteEndArray();
    }

    private void WriteReference(string category, string type, string locator)
    {
        _json.WriteStartObject();
        _json.WriteString("referenceCategory", category);
        _json.WriteString("referenceType", type);
        _json.WriteString("referenceLocator", locator);
        _json.WriteEndObject();
    }

    private void WriteInput(string id, string name, string? uri, Digest digest, string purpose, string? comment)
    {
        _json.WriteStartObject();
        WriteHead(id, name, "", Location(uri));
        _json.WriteBoolean("filesAnalyzed", false);
        WriteChecksums(null, digest);
        _json.WriteString("primaryPackagePurpose", purpose);
        _json.Optional("comment", comment);
        _json.WriteEndObject();
    }

    private void WriteFiles()
    {
        foreach (var (owner, file) in SpdxRelations.Files(_sbom))
        {
            _json.WriteStartObject();
            _json.WriteString("SPDXID", SpdxRelations.FileId(owner, file));
            _json.WriteString("fileName", "./" + file.Path);
            WriteChecksums(file.Sha1, file.Sha256);
            _json.WriteEndObject();
        }
    }

    /// <summary>Texts that the list does not have: those that were found, and a word on each <c>LicenseRef-</c> of an expression.</summary>
    private void WriteExtracted()
    {
        var texts = _sbom.Packages.SelectMany(p => p.Texts.Select(t => (Id: TextId(t), Name: $"{t.Name} of {p.Name}", t.Text)));
        var named = _sbom.Packages.Concat(_sbom.BuildPackages)
            .SelectMany(p => new[] { p.License, p.Concluded }.OfType<LicenseExpression>().SelectMany(l => l.Listed.Terms.Select(t => (Id: t.Id.TrimEnd('+'), Package: p))))
            .Where(t => t.Id.StartsWith("LicenseRef-", StringComparison.Ordinal))
            .Select(t => (t.Id, Name: t.Id["LicenseRef-".Length..], Text: SbomTexts.Of(t.Id, t.Package)));
        (string Id, string Name, string Text)[] all = [.. texts.Concat(named).DistinctBy(t => t.Id).OrderBy(t => t.Id, StringComparer.Ordinal)];
        if (all.Length == 0)
        {
            return;
        }

        WriteArray("hasExtractedLicensingInfos", () =>
        {
            foreach (var (id, name, text) in all)
            {
                _json.WriteStartObject();
                _json.WriteString("licenseId", id);
                _json.WriteString("name", name);
                _json.WriteString("extractedText", text);
                _json.WriteEndObject();
            }
        });
    }

    private void WriteChecksums(string? sha1, Digest sha256)
    {
        _json.WriteStartArray("checksums");
        foreach (var (algorithm, value) in new[] { ("SHA1", sha1), ("SHA256", sha256.Hex) }.Where(c => c.Item2 is not null))
        {
            _json.WriteStartObject();
            _json.WriteString("algorithm", algorithm);
            _json.WriteString("checksumValue", value);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteArray(string name, Action write)
    {
        _json.WriteStartArray(name);
        write();
        _json.WriteEndArray();
    }

    private void WriteTexts(string name, IEnumerable<string> texts) => WriteArray(name, () =>
    {
        foreach (var text in texts)
        {
            _json.WriteStringValue(text);
        }
    });

    // 7.7: what a location may be; the distribution's source pool has no scheme of its own there.
    private static string? Location(string? uri) => uri is not null && (uri.StartsWith("http", StringComparison.Ordinal) || uri.StartsWith("git+", StringComparison.Ordinal)) ? uri : null;

    private static string TextId(SbomText text) => $"LicenseRef-text-{Digest.Of(text.Text).Hex[..12]}";

    /// <summary>7.9.3: SHA-1 of the sorted SHA-1 of all files.</summary>
    private static string VerificationCode(ImmutableArray<SbomFile> files)
    {
#pragma warning disable CA5350 // The specification knows no other.
        return Convert.ToHexStringLower(SHA1.HashData(Encoding.ASCII.GetBytes(string.Concat(files.Select(f => f.Sha1).Order(StringComparer.Ordinal)))));
#pragma warning restore CA5350
    }

    private static string Word(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '-'));
}
