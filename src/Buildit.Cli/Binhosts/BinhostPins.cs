using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Binhosts.Keeping;
using Buildit.Core.Diagnostics;
using Buildit.Core.Keys;
using Buildit.Store.Binhosts;
using Buildit.Store.Binhosts.Keeping;
using Buildit.Store.Fetching;

namespace Buildit.Cli.Binhosts;

/// <summary>buildit binhost pin, unpin</summary>
internal sealed class BinhostPins(Terminal terminal, BinhostChoice choice)
{
    /// <summary>Pins the records that are meant.</summary>
    public async Task<int> PinAsync(string what, CancellationToken cancel)
    {
        using var place = await choice.OpenToKeepAsync(cancel);
        var all = (await Inventory.ReadAsync(place, cancel)).Holdings.ToArray();
        var meant = all.Where(h => IsMeant(what, h.Key, h.Subject.Name, h.DisplayName)).ToArray();
        if (meant.Length == 0)
        {
            throw new BuilditException(
                ExitCode.Unresolvable, $"the binhost '{choice.Name}' has no '{what}'", Suggestion.Hint(what, [.. all.Select(h => h.Subject.Name).Distinct()]) ?? $"'buildit binhost list {choice.Word}' shows what it has");
        }

        await ChangeAsync(place, pins => new(pins.Pins.SetItems(meant.Select(h => KeyValuePair.Create(h.Key, h.DisplayName)))), cancel);
        foreach (var holding in meant)
        {
            terminal.Data($"{holding.Key.Hex} {holding.DisplayName}");
        }

        return 0;
    }

    /// <summary>Takes the pins of the records that are meant away.</summary>
    public async Task<int> UnpinAsync(string what, CancellationToken cancel)
    {
        using var place = await choice.OpenToKeepAsync(cancel);
        var pins = (await Inventory.PinsAsync(place, cancel)).Pins;
        var names = (await Inventory.ReadAsync(place, cancel)).Holdings.ToDictionary(h => h.Key, h => h.Subject.Name);
        var meant = pins.Where(p => IsMeant(what, p.Key, names.GetValueOrDefault(p.Key, ""), p.Value)).ToArray();
        if (meant.Length == 0)
        {
            throw new BuilditException(ExitCode.Unresolvable, $"nothing that '{what}' means is pinned in '{choice.Name}'", pins.Count == 0 ? "nothing is" : $"pinned are {string.Join(", ", pins.Values.Distinct())}");
        }

        await ChangeAsync(place, list => new(list.Pins.RemoveRange(meant.Select(p => p.Key))), cancel);
        foreach (var (key, name) in meant)
        {
            terminal.Data($"{key.Hex} {name}");
        }

        return 0;
    }

    private static bool IsMeant(string what, Digest key, string name, string displayName) =>
        what == name || what == displayName || (HashPattern.TryParse(what, out var pattern) && pattern.Matches(new(key)));

    private static Task ChangeAsync(IKeptPlace place, Func<PinList, PinList> change, CancellationToken cancel) => place.UpdateAsync(
        BinhostLayout.Pins,
        current =>
        {
            var pins = current is { } bytes ? PinList.Parse(bytes.Span) ?? throw new PlaceException($"has a file '{BinhostLayout.Pins}' that is no list of pins") : PinList.Empty;
            return Task.FromResult<ReadOnlyMemory<byte>?>(change(pins).Print());
        },
        cancel);
}
