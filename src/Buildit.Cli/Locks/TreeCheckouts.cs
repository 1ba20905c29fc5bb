using System.Collections.Immutable;
using Buildit.Build.Discovery;
using Buildit.Build.Locks;
using Buildit.Cli.Consoles;
using Buildit.Cli.Discovering;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Configuration;
using Buildit.Core.Diagnostics;
using Buildit.Core.Discovery;
using Buildit.Core.Locks;
using Buildit.Store;
using Buildit.Store.Fetching;
using Buildit.Store.Git;
using Buildit.Store.Sources;

namespace Buildit.Cli.Locks;

/// <summary>Recipe trees in git: pinned in the lock beside the configuration, and checked out in the store. They must be there before anything else can be read.</summary>
internal sealed class TreeCheckouts : IDisposable
{
    private readonly Settings _settings;
    private readonly ContentStore _store;
    private readonly Fetcher _fetcher;
    private readonly GitSources _git;
    private readonly PlaceFinder _places;
    private readonly PinKeeper _keeper;

    private static readonly FetchOptions Fetching = new() { Proxy = static address => HttpClient.DefaultProxy.IsBypassed(address) ? null : HttpClient.DefaultProxy.GetProxy(address) };

    private TreeCheckouts(Settings settings, bool offline, Terminal terminal)
    {
        _settings = settings;
        _store = ContentStore.Open(settings.StoreDirectory);
        _fetcher = new(new StoreBlobSink(_store), TimeProvider.System, Fetching);
        _git = new(_store, new(_store.Scratch), offline, TimeProvider.System, new((what, holder) => terminal.Line($"        {what}: waiting for {holder}"), static (_, _) => { }));
        _places = new(_store, _git, Fetching);
        _keeper = new(_store, new PinFinder(_fetcher, _git, _places, static _ => { }), terminal, settings);
    }

    /// <summary>The workspace of a target, with everything that it needs of git; prints what it has to say, and throws if there are mistakes.</summary>
    public static Task<Workspace> FindWorkspaceAsync(string start, string target, LookupPolicy policy, Terminal terminal, CancellationToken cancel) =>
        FindWorkspaceAsync(start, target, policy, [], terminal, cancel);

    /// <inheritdoc cref="FindWorkspaceAsync(string, string, LookupPolicy, Terminal, CancellationToken)"/>
    /// <param name="discover">Places to discover besides those of the configuration.</param>
    public static async Task<Workspace> FindWorkspaceAsync(string start, string target, LookupPolicy policy, ImmutableArray<DiscoveryEntry> discover, Terminal terminal, CancellationToken cancel)
    {
        var bag = new DiagnosticBag();
        var settings = Settings.Find(start, target, bag);
        bag.ThrowIfErrors();
        // What the command line says of a place counts.
        settings = settings with { Discover = [.. settings.Discover.Where(d => discover.All(e => e.Place != d.Place)), .. discover] };
        var isNew = await DiscoverAsync(settings, policy, terminal, cancel);
        var trees = TreePlaces.Git(settings).ToArray();
        var locked = trees.Length == 0 ? PinLock.Empty : LockFile.Read(settings.LockPath, settings.Display).Pins;
        if (trees.Any(t => locked.Find(LookupOf(t)) is not { } pin ? policy.MayLookUp : !Directory.Exists(TreePlaces.Checkout(settings, pin))))
        {
            using var checkouts = new TreeCheckouts(settings, policy.Offline, terminal);
            await checkouts.CompleteAsync(trees, policy, cancel);
            isNew = true;
        }

        var workspace = Workspace.Find(settings, bag);
        bag.ThrowIfErrors();
        terminal.Print(bag.Items);
        if (isNew)
        {
            new DiscoveryTrust(terminal, workspace).Show();
        }

        return workspace;
    }

    /// <summary>Looks up again what branches are now; checks out what is new.</summary>
    public static async Task RenewAsync(Settings settings, Func<Lookup, bool> isSelected, Terminal terminal, CancellationToken cancel)
    {
        var trees = TreePlaces.Git(settings).ToArray();
        using var checkouts = new TreeCheckouts(settings, offline: false, terminal);
        var places = settings.Discover.Where(d => d.Web is not null && isSelected(LookupOf(d))).ToArray();
        if (places.Length > 0)
        {
            await checkouts.RenewPlacesAsync(places, cancel);
            trees = [.. TreePlaces.Git(settings)];
        }

        await checkouts._keeper.RenewAsync(settings.LockPath, [.. trees.Select(ToWanted).Where(w => w.Lookup.Moves && isSelected(w.Lookup))], IsUnused(trees), cancel);
        await checkouts.CompleteAsync(trees, LookupPolicy.Free, cancel);
    }

    /// <summary>What a recipe tree in git looks up.</summary>
    public static Lookup LookupOf(RecipeTree.Git tree) => new Lookup.GitRecipes(tree.Origin);

    /// <summary>What a place of the web looks up.</summary>
    public static Lookup LookupOf(DiscoveryEntry entry) => new Lookup.Place(entry.Place);

    public void Dispose()
    {
        _fetcher.Dispose();
        _store.Dispose();
    }

    private async Task CompleteAsync(RecipeTree.Git[] trees, LookupPolicy policy, CancellationToken cancel)
    {
        var locked = LockFile.Read(_settings.LockPath, _settings.Display).Pins;
        var missing = trees.Where(t => locked.Find(LookupOf(t)) is null).ToArray();
        if (missing.Length > 0 && policy.MayLookUp)
        {
            await _keeper.AddAsync(_settings.LockPath, [.. missing.Select(ToWanted)], IsUnused(trees), cancel);
            locked = LockFile.Read(_settings.LockPath, _settings.Display).Pins;
        }

        foreach (var tree in trees)
        {
            if (locked.Find(LookupOf(tree)) is { } pin)
            {
                await _git.CheckOutAsync(new(tree.Origin, tree.Span), pin, cancel);
            }
        }
    }

    /// <summary>Sees to it that what places of the web say is locked and in the store, as far as that is permitted; tells whether anything had to be done.</summary>
    private static async Task<bool> DiscoverAsync(Settings settings, LookupPolicy policy, Terminal terminal, CancellationToken cancel)
    {
        var locked = settings.Discover.IsEmpty ? PinLock.Empty : LockFile.Read(settings.LockPath, settings.Display).Pins;
        var unknown = settings.Discover.Where(d => DiscoveredPlace.DescriptionOf(settings, d, locked) is null).ToArray();
        var (lost, missing) = (unknown.Where(d => locked.Find(LookupOf(d)) is not null && !policy.Offline).ToArray(), unknown.Where(d => locked.Find(LookupOf(d)) is null && policy.MayLookUp).ToArray());
        if (lost.Length + missing.Length == 0)
        {
            return false;
        }

        using var checkouts = new TreeCheckouts(settings, policy.Offline, terminal);
        if (missing.Length > 0)
        {
            await checkouts._keeper.AddAsync(settings.LockPath, [.. missing.Select(ToWanted)], checkouts.IsUnusedPlace, cancel);
        }

        foreach (var entry in lost)
        {
            if (await checkouts._places.FindAsync(entry.Place, entry.Span, cancel) != locked.Find(LookupOf(entry))!.Digest)
            {
                throw new BuilditException(ExitCode.FetchFailed, $"what is to be discovered at '{entry.Place}' is not what was pinned", $"find out why; then 'buildit update {entry.Place}' pins it anew", entry.Span);
            }
        }

        return true;
    }

    /// <summary>Looks up again what places are. One may name another repository now: if that cannot be had, the lock stays as it was.</summary>
    private async Task RenewPlacesAsync(DiscoveryEntry[] places, CancellationToken cancel)
    {
        var before = LockFile.Read(_settings.LockPath, _settings.Display).Pins;
        try
        {
            await _keeper.RenewAsync(_settings.LockPath, [.. places.Select(ToWanted)], IsUnusedPlace, cancel);
            await CompleteAsync([.. TreePlaces.Git(_settings)], LookupPolicy.Free, cancel);
        }
        catch (BuilditException)
        {
            await LockFile.Read(_settings.LockPath, _settings.Display).WriteAsync(before, cancel);
            throw;
        }
    }

    private bool IsUnusedPlace(Lookup lookup) => lookup is Lookup.Place && _settings.Discover.All(d => LookupOf(d) != lookup);

    private static Wanted ToWanted(DiscoveryEntry entry) => new(LookupOf(entry), entry.Span);

    private static Func<Lookup, bool> IsUnused(RecipeTree.Git[] trees) => lookup => lookup is Lookup.GitRecipes && !trees.Select(LookupOf).Contains(lookup);

    private static Wanted ToWanted(RecipeTree.Git tree) => new(LookupOf(tree), tree.Span);
}
