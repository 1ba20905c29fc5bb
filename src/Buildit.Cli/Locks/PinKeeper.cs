using System.Globalization;
using Buildit.Build.Engine;
using Buildit.Build.Locks;
using Buildit.Cli.Consoles;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Locks;
using Buildit.Store;
using Buildit.Store.Fetching;
using Buildit.Store.Locking;

namespace Buildit.Cli.Locks;

/// <summary>Something to look up, and where it is written, if it is known.</summary>
internal sealed record Wanted(Lookup Lookup, SourceSpan? Span);

/// <summary>Looks things up and writes what they were found to be into locks. One process works on a lock at a time.</summary>
internal sealed class PinKeeper(ContentStore store, PinFinder finder, Terminal terminal, Settings settings)
{
    /// <summary>Adds what is missing, a line each, and drops what nothing needs any more. What another process added in the meantime counts.</summary>
    public async Task AddAsync(string path, IReadOnlyCollection<Wanted> missing, Func<Lookup, bool> isUnused, CancellationToken cancel)
    {
        using var turn = await TurnAsync(path, cancel);
        var file = LockFile.Read(path, settings.Display);
        var found = await FindAsync([.. missing.Where(m => file.Pins.Find(m.Lookup) is null)], cancel);
        await file.WriteAsync(file.Pins.Without(isUnused).With(found), cancel);
        foreach (var (lookup, pin) in found)
        {
            terminal.Line($"locked {Redaction.Of(lookup.ToString())} {Describe(pin)}");
        }
    }

    /// <summary>Looks up again what may have moved, says what did, and drops what nothing needs any more.</summary>
    public async Task RenewAsync(string path, IReadOnlyCollection<Wanted> wanted, Func<Lookup, bool> isUnused, CancellationToken cancel)
    {
        using var turn = await TurnAsync(path, cancel);
        var file = LockFile.Read(path, settings.Display);
        var found = await FindAsync(wanted, cancel);
        var pins = file.Pins.Without(isUnused).With(found);
        await file.WriteAsync(pins, cancel);
        var changed = pins.Pins.Where(p => file.Pins.Find(p.Key) != p.Value).ToArray();
        foreach (var (lookup, pin) in changed)
        {
            terminal.Line($"    {Redaction.Of(lookup.ToString())}: {(file.Pins.Find(lookup) is { } old ? Describe(old) : "(new)")} -> {Describe(pin)}");
        }

        foreach (var (lookup, pin) in file.Pins.Pins.Where(p => pins.Find(p.Key) is null))
        {
            terminal.Line($"    {Redaction.Of(lookup.ToString())}: {Describe(pin)} -> (gone)");
        }

        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{settings.Display(path)}: {pins.Pins.Count} locked, {found.Length} looked up, {changed.Length} changed"));
    }

    private async Task<KeyValuePair<Lookup, Pin>[]> FindAsync(IReadOnlyCollection<Wanted> wanted, CancellationToken cancel)
    {
        var work = wanted.Select(async w => KeyValuePair.Create(w.Lookup, await finder.FindAsync(w.Lookup, w.Span, cancel))).ToArray();
        await Failures.WhenAllAsync(work);
        return await Task.WhenAll(work);
    }

    private Task<FileLock> TurnAsync(string path, CancellationToken cancel) => FileLock.AcquireAsync(
        Path.Combine(store.Paths.Locks, Digest.Of(path).Hex), $"locking {path}", TimeProvider.System, holder => terminal.Line($"        {settings.Display(path)}: waiting for {holder}"), cancel);

    // The commit says more to people than the digest that follows from it.
    private static string Describe(Pin pin) => pin.Commit is null ? pin.Digest.ToString() : $"{pin.Commit} {pin.Digest}";
}
