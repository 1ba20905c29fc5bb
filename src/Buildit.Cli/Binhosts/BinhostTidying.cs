using System.Globalization;
using Buildit.Cli.Consoles;
using Buildit.Cli.Pages;
using Buildit.Core.Keys;
using Buildit.Store.Binhosts.Keeping;

namespace Buildit.Cli.Binhosts;

/// <summary>What <c>gc</c> was told.</summary>
internal sealed record TidyingRules(int Keep, TimeSpan OlderThan, TimeSpan Grace, bool IsDryRun);

/// <summary>buildit binhost gc</summary>
internal sealed class BinhostTidying(Terminal terminal, BinhostChoice choice)
{
    public async Task<int> RunAsync(TidyingRules rules, bool asJson, CancellationToken cancel)
    {
        using var place = await choice.OpenToKeepAsync(cancel);
        var now = TimeProvider.System.GetUtcNow();
        var gc = new BinhostGc(place, new(rules.Keep, now - rules.OlderThan), now - rules.Grace);
        var garbage = rules.IsDryRun ? await gc.FindAsync(cancel) : await gc.RunAsync(cancel);
        if (!rules.IsDryRun)
        {
            await BinhostPages.RemoveAsync(new(choice.Name, place, Session.Patience, TimeProvider.System), garbage.Records, cancel);
        }

        if (asJson)
        {
            terminal.Data(Json(garbage, rules.IsDryRun));
            return 0;
        }

        foreach (var record in garbage.Records)
        {
            terminal.Data($"{record.Subject.Kind,-8} {new RecipeKey(record.Key).Uuid} {record.DisplayName}");
        }

        foreach (var file in rules.IsDryRun ? garbage.Files : [])
        {
            terminal.Data($"{ByteCount.Show(file.Size),10} {file.Path}");
        }

        terminal.Line(string.Create(
            CultureInfo.InvariantCulture, $"{(rules.IsDryRun ? "Would remove" : "Removed")} {garbage.Records.Length} records, {garbage.Files.Length} files, {ByteCount.Show(garbage.Bytes)}."));
        return 0;
    }

    private static string Json(Garbage garbage, bool isDryRun) => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("dryRun", isDryRun);
        json.WriteNumber("bytes", garbage.Bytes);
        json.WriteStartArray("records");
        foreach (var record in garbage.Records)
        {
            json.WriteStartObject();
            json.WriteString("kind", record.Subject.Kind);
            json.WriteString("name", record.Subject.Name);
            json.WriteString("version", record.Subject.Version);
            json.WriteString("key", record.Key.Hex);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("files");
        foreach (var file in garbage.Files)
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            json.WriteNumber("bytes", file.Size);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
