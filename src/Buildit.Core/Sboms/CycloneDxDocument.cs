using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Core.Licenses;

namespace Buildit.Core.Sboms;

/// <summary>Writes CycloneDX 1.6 (ECMA-424) as JSON: https://cyclonedx.org/docs/1.6/json/.</summary>
internal sealed class CycloneDxDocument
{
    private const string Root = "root";
    private readonly Sbom _sbom;
    private readonly Utf8JsonWriter _json;
    private readonly CycloneDxComponent _component;

    private CycloneDxDocument(Sbom sbom, Utf8JsonWriter json)
    {
        _sbom = sbom;
        _json = json;
        _component = new(json);
    }

    internal static byte[] Write(Sbom sbom) => SbomJson.Identified((json, uuid) => new CycloneDxDocument(sbom, json).WriteAll(uuid));

    private bool IsImage => _sbom.Kind == SbomKind.Image;

    private void WriteAll(string uuid)
    {
        _json.WriteString("bomFormat", "CycloneDX");
        _json.WriteString("specVersion", "1.6");
        _json.Optional("serialNumber", uuid.Length > 0 ? "urn:uuid:" + uuid : null);
        _json.WriteNumber("version", 1);
        WriteMetadata();
        _json.WriteStartArray("components");
        foreach (var package in IsImage ? _sbom.Packages : _sbom.Packages[1..])
        {
            _component.Write(package, isUsed: true);
        }

        foreach (var package in _sbom.BuildPackages)
        {
            _component.Write(package, isUsed: false);
        }

        foreach (var file in _sbom.OwnFiles)
        {
            _component.Write(Root, file);
        }

        _json.WriteEndArray();
        WriteDependencies();
    }

    private void WriteMetadata()
    {
        _json.WriteStartObject("metadata");
        _json.WriteString("timestamp", SbomJson.Time(_sbom.Created));
        _json.WriteStartObject("tools");
        _json.WriteStartArray("components");
        _json.WriteStartObject();
        _json.WriteString("type", "application");
        _json.WriteString("name", $"{SbomJson.Tool}-sbom");
        _json.WriteString("version", SbomJson.FormatVersion);
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.WriteEndObject();
        if (IsImage)
        {
            _json.WriteStartObject("component");
            _json.WriteString("type", "container");
            _json.WriteString("bom-ref", Root);
            _json.WriteString("name", _sbom.Name);
            _json.Optional("version", _sbom.Version);
            _json.WriteEndObject();
        }
        else
        {
            _json.WritePropertyName("component");
            _component.Write(_sbom.Packages[0], isUsed: true);
        }

        _json.WriteEndObject();
    }

    /// <summary>What needs what at run time; what was only used to build is named among the components, with scope <c>excluded</c>.</summary>
    private void WriteDependencies()
    {
        var refs = _sbom.Packages.ToDictionary(p => p.Name, CycloneDxComponent.RefOf, StringComparer.Ordinal);
        var needs = _sbom.Relations.Where(r => r.Link == SbomLink.Runtime).ToLookup(r => r.From, r => refs[r.To], StringComparer.Ordinal);
        _json.WriteStartArray("dependencies");
        if (IsImage)
        {
            WriteDependency(Root, refs.Values);
        }

        foreach (var package in _sbom.Packages)
        {
            WriteDependency(refs[package.Name], needs[package.Name]);
        }

        _json.WriteEndArray();
    }

    private void WriteDependency(string from, IEnumerable<string> to)
    {
        _json.WriteStartObject();
        _json.WriteString("ref", from);
        _json.WriteStartArray("dependsOn");
        foreach (var needed in to.Distinct().Order(StringComparer.Ordinal))
        {
            _json.WriteStringValue(needed);
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }
}
