using System.Text.Json;

namespace Buildit.Core.Sboms;

/// <summary>The relationships of an SPDX document (section 11), and the identifiers of what they connect.</summary>
internal sealed class SpdxRelations(Sbom sbom, Utf8JsonWriter json, Dictionary<string, string> ids, string root)
{
    /// <summary>The regular files of a bill with their packages; no package for the container's own.</summary>
    internal static IEnumerable<(SbomPackage? Owner, SbomFile File)> Files(Sbom sbom) =>
        sbom.Packages.SelectMany(p => (p.Files ?? []).Select(f => ((SbomPackage?)p, f))).Concat(sbom.OwnFiles.Select(f => ((SbomPackage?)null, f)));

    /// <summary>Identifier of a source or patch.</summary>
    internal static string IdOf(Digest digest) => $"SPDXRef-Input-{digest.Hex[..24]}";

    /// <summary>Identifier of a file.</summary>
    internal static string FileId(SbomPackage? owner, SbomFile file) => $"SPDXRef-File-{Digest.Of($"{owner?.Name}\n{file.Path}").Hex[..24]}";

    internal void Write()
    {
        Relate("SPDXRef-DOCUMENT", "DESCRIBES", root);
        foreach (var package in sbom.Packages)
        {
            WriteOf(package);
        }

        foreach (var file in sbom.OwnFiles)
        {
            Relate(root, "CONTAINS", FileId(null, file));
        }

        foreach (var relation in sbom.Relations)
        {
            var (from, to) = (ids[relation.From], ids[relation.To]);
            _ = relation.Link switch
            {
                SbomLink.Runtime => Relate(from, "DEPENDS_ON", to),
                SbomLink.BuildTool => Relate(to, "BUILD_TOOL_OF", from),
                _ => Relate(to, "BUILD_DEPENDENCY_OF", from),
            };
        }
    }

    private void WriteOf(SbomPackage package)
    {
        var id = ids[package.Name];
        if (sbom.Kind == SbomKind.Image)
        {
            Relate(root, "CONTAINS", id);
        }

        foreach (var source in package.Sources.DistinctBy(s => s.Digest))
        {
            Relate(id, "GENERATED_FROM", IdOf(source.Digest));
        }

        foreach (var patch in package.Patches.DistinctBy(p => p.Digest))
        {
            Relate(IdOf(patch.Digest), "PATCH_APPLIED", id);
        }

        foreach (var file in package.Files ?? [])
        {
            Relate(id, "CONTAINS", FileId(package, file));
        }
    }

    private bool Relate(string from, string type, string to)
    {
        json.WriteStartObject();
        json.WriteString("spdxElementId", from);
        json.WriteString("relationshipType", type);
        json.WriteString("relatedSpdxElement", to);
        json.WriteEndObject();
        return true;
    }
}
