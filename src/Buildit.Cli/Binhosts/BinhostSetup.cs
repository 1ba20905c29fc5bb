using System.Globalization;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Diagnostics;
using Buildit.Store.Binhosts;
using Buildit.Store.Binhosts.Keeping;
using Buildit.Store.Fetching;

namespace Buildit.Cli.Binhosts;

/// <summary>buildit binhost init, and rebuild-catalog.</summary>
internal sealed class BinhostSetup(Terminal terminal, BinhostChoice choice)
{
    /// <summary>Makes an empty binhost; one that is there stays as it is.</summary>
    public async Task<int> RunAsync(CancellationToken cancel)
    {
        using var place = choice.OpenToSetUp();
        if (!await BinhostMarks.IsBinhostAsync(place, cancel) && await BinhostMarks.ForeignAsync(place, cancel) is [var foreign, ..])
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{choice.Name}' is no binhost, and not empty: it has '{foreign}'", "name a directory that is empty or not there yet");
        }

        var isThere = await place.GetAsync(BinhostLayout.Catalog, null, cancel) is not null;
        if (!isThere)
        {
            await KeptCatalog.RewriteAsync(place, rows => Task.FromResult<IEnumerable<CatalogRow>>(rows ?? []), cancel);
        }

        if (choice.OwnKey is { } key)
        {
            await new BinhostWriter(choice.Name, place, Session.Patience, TimeProvider.System).OfferKeyAsync(key, cancel);
        }

        terminal.Line(isThere ? $"There is a binhost at {place.Address} already; nothing was changed." : $"Made an empty binhost at {place.Address}.");
        if (choice.Setting is null)
        {
            terminal.Line($"To use it: binhosts: [{{name: NAME, url: '{Redaction.Of(choice.Location)}'}}] in .buildit-config.yaml");
        }

        if (choice.OwnKey is null)
        {
            terminal.Line("To sign what is pushed: buildit key new");
        }

        return 0;
    }

    /// <summary>Makes the catalog again from the records that are there.</summary>
    public async Task<int> RebuildAsync(CancellationToken cancel)
    {
        using var place = await choice.OpenToKeepAsync(cancel);
        var (before, after) = (0, 0);
        await KeptCatalog.RewriteAsync(
            place,
            async rows =>
            {
                var wanted = (await Inventory.ReadAsync(place, cancel)).Holdings.SelectMany(h => h.Rows).ToArray();
                (before, after) = (rows?.Length ?? 0, wanted.DistinctBy(r => r.Key).Count());
                return wanted;
            },
            cancel);
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"The catalog of '{choice.Name}' has {after} rows now; it had {before}."));
        return 0;
    }
}
