using System.Globalization;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Keys;
using Buildit.Store.Binhosts.Keeping;

namespace Buildit.Cli.Binhosts;

/// <summary>buildit binhost list: what the catalog of any place says, by a few requests.</summary>
internal sealed class BinhostList(Terminal terminal, BinhostChoice choice)
{
    public async Task<int> RunAsync(bool asJson, CancellationToken cancel)
    {
        using var place = choice.OpenToRead();
        var rows = await KeptCatalog.ReadAsync(place, cancel);
        if (rows is null)
        {
            throw new BuilditException(
                ExitCode.Missing, $"there is no binhost at {place.Address}: it has no catalog, or not all of it", $"a first push makes one; so does 'buildit binhost init {choice.Word}'. If there are records, 'buildit binhost rebuild-catalog {choice.Word}' lists them");
        }

        var pins = (await Inventory.PinsAsync(place, cancel)).Pins;
        var listed = rows.Value.Where(r => r.Key == r.Record).Select(r => (Row: r, Subject: r.Subject ?? new("unknown", "", ""), IsPinned: pins.ContainsKey(r.Key)))
            .OrderBy(r => r.Subject.Kind == "package" ? 0 : 1).ThenBy(r => r.Subject.Name, StringComparer.Ordinal).ThenBy(r => r.Subject.Version, StringComparer.Ordinal).ThenBy(r => r.Row.Key).ToArray();
        if (asJson)
        {
            terminal.Data(Json(listed));
            return 0;
        }

        foreach (var (row, subject, isPinned) in listed)
        {
            terminal.Data($"{subject.Kind,-8} {new RecipeKey(row.Key).Uuid} {subject.Name}{(subject.Version.Length > 0 ? "-" + subject.Version : "")}{(isPinned ? " (pinned)" : "")}");
        }

        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{listed.Count(l => l.Subject.Kind == "package")} packages, {listed.Count(l => ImageFormats.Parse(l.Subject.Kind) is not null)} images"));
        return 0;
    }

    private static string Json(IEnumerable<(CatalogRow Row, CatalogSubject Subject, bool IsPinned)> listed) => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("records");
        foreach (var (row, subject, isPinned) in listed)
        {
            json.WriteStartObject();
            json.WriteString("kind", subject.Kind);
            json.WriteString("name", subject.Name);
            json.WriteString("version", subject.Version);
            json.WriteString("hash", new RecipeKey(row.Key).Uuid);
            json.WriteString("key", row.Key.Hex);
            json.WriteBoolean("pinned", isPinned);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
