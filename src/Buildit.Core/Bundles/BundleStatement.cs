using System.Collections.Immutable;
using System.Text.Json;
using Buildit.Core.Json;
using Buildit.Core.Records;
using Buildit.Core.Trust;

namespace Buildit.Core.Bundles;

/// <summary>What is signed of a bundle: an in-toto statement whose one subject is the list of everything that is in it.</summary>
/// <param name="Targets">What it was made for, as an unpacked bundle names it.</param>
/// <param name="List">Digest of <see cref="BundleLayout.List"/>.</param>
/// <param name="Signer">The key that signs, so that whoever knows its fingerprint can verify the signature.</param>
public sealed record BundleStatement(ImmutableArray<string> Targets, Digest List, PublicKey Signer)
{
    private const string StatementType = "https://in-toto.io/Statement/v1";
    private const string PredicateType = "urn:buildit:bundle:1";

    /// <summary>The envelope, not signed yet.</summary>
    public Envelope Seal() => Envelope.Of(Statement.Json(w =>
    {
        w.WriteString("_type", StatementType);
        w.WriteStartArray("subject");
        w.WriteStartObject();
        w.WriteString("name", BundleLayout.List);
        w.WriteStartObject("digest");
        w.WriteString("sha256", List.Hex);
        w.WriteEndObject();
        w.WriteEndObject();
        w.WriteEndArray();
        w.WriteString("predicateType", PredicateType);
        w.WriteStartObject("predicate");
        JsonDocuments.Texts(w, "targets", Targets);
        w.WriteString("signer", Signer.Print());
        w.WriteEndObject();
    }));

    /// <summary>Reads what an envelope says; null if it is not about a bundle. Nothing is verified.</summary>
    public static BundleStatement? Open(Envelope envelope)
    {
        try
        {
            using var json = JsonDocument.Parse(envelope.Payload);
            var root = json.RootElement;
            var predicate = root.GetProperty("predicate");
            return JsonDocuments.Text(root, "_type") == StatementType && JsonDocuments.Text(root, "predicateType") == PredicateType && PublicKey.Parse(JsonDocuments.Text(predicate, "signer")) is { } signer
                ? new([.. predicate.GetProperty("targets").EnumerateArray().Select(t => t.GetString()!)], Digest.Parse(JsonDocuments.Text(root.GetProperty("subject")[0].GetProperty("digest"), "sha256")), signer)
                : null;
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            return null;
        }
    }
}
