using System.Collections.Immutable;
using System.Globalization;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Trust;
using Buildit.Store.Binhosts;
using Buildit.Store.Binhosts.Keeping;

namespace Buildit.Cli.Binhosts;

/// <summary>buildit binhost verify: each defect is a line of data, with what to do about it.</summary>
internal sealed class BinhostCheck(Terminal terminal, BinhostChoice choice)
{
    public async Task<int> RunAsync(bool asJson, CancellationToken cancel)
    {
        using var place = await choice.OpenToKeepAsync(cancel);
        var read = 0L;
        var defects = await new BinhostVerification(place, choice.Trust, TimeProvider.System.GetUtcNow(), bytes => terminal.Status($"  read {ByteCount.Show(Interlocked.Add(ref read, bytes))}")).RunAsync(cancel);
        if (asJson)
        {
            terminal.Data(Json(defects));
        }
        else
        {
            foreach (var defect in defects)
            {
                terminal.Data($"{defect.Path}{(defect.Subject is null ? "" : $" ({defect.Subject})")}: {defect.Reason}; {Remedy(defect)}");
            }
        }

        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{ByteCount.Show(read)} of blobs read, {(defects.IsEmpty ? "everything is as it must be" : $"{defects.Length} defects")}"));
        return (int)(defects.IsEmpty ? ExitCode.Ok : defects.All(d => d.Kind == DefectKind.Refused) ? ExitCode.TrustRefused : ExitCode.FetchFailed);
    }

    private string Remedy(Defect defect) => defect switch
    {
        { Kind: DefectKind.Catalog } => $"buildit binhost rebuild-catalog {choice.Word}",
        { Path: BinhostLayout.ImageIndex } => $"delete it, and push each container again: buildit push CONTAINER --to {choice.Word}",
        { Kind: DefectKind.Damaged, Subject: null } => "delete it; the next push of what needs it puts it again",
        { Kind: DefectKind.Damaged } => $"delete it; the next push puts it again, where it was built: buildit push {defect.Subject} --to {choice.Word}",
        { Refusal: { } refusal } => new BinhostEvent.Refused(defect.Subject ?? "TARGET", refusal) { Binhost = choice.Word }.Describe().Hint!,
        _ => $"where it was built: buildit push {defect.Subject ?? "TARGET"} --to {choice.Word}",
    };

    private string Json(ImmutableArray<Defect> defects) => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("defects");
        foreach (var defect in defects)
        {
            json.WriteStartObject();
            json.WriteString("kind", defect.Kind.ToString().ToLowerInvariant());
            json.WriteString("path", defect.Path);
            json.WriteString("subject", defect.Subject);
            json.WriteString("reason", defect.Reason);
            json.WriteString("remedy", Remedy(defect));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
