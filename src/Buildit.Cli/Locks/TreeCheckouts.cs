using Buildit.Build.Locks;
using Buildit.Cli.Consoles;
using Buildit.Cli.Workspaces;
using Buildit.Core.Configuration;
using Buildit.Core.Diagnostics;
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
    private readonly PinKeeper _keeper;

    private TreeCheckouts(Settings settings, bool offline, Terminal terminal)
    {
        _settings = settings;
        _store = ContentStore.Open(settings.StoreDirectory);
        _fetcher = new(new StoreBlobSink(_store), TimeProvider.System);
        _git = new(_store, new(_store.Scratch), offline, TimeProvider.System, new((what, holder) => terminal.Line($"        {what}: waiting for {holder}"), static (_, _) => { }));
        _keeper = new(_store, new PinFinder(_fetcher, _git, static _ => { }), terminal, settings);
    }

    /// <summary>The workspace of a target, with everything that it needs of git; prints what it has to say, and throws if there are mistakes.</summary>
    public static async Task<Workspace> FindWorkspaceAsync(string start, string target, LookupPolicy policy, Terminal terminal, CancellationToken cancel)
    {
        var bag = new DiagnosticBag();
        var settings = Settings.Find(start, target, bag);
        bag.ThrowIfErrors();
        var trees = TreePlaces.Git(settings).ToArray();
        var locked = trees.Length == 0 ? PinLock.Empty : LockFile.Read(settings.LockPath, settings.Display).Pins;
        if (trees.Any(t => locked.Find(LookupOf(t)) is not { } pin ? policy.MayLookUp : !Directory.Exists(TreePlaces.Checkout(settings, pin))))
        {
            using var checkouts = new TreeCheckouts(settings, policy.Offline, terminal);
            await checkouts.CompleteAsync(trees, policy, cancel);
        }

        var workspace = Workspace.Find(settings, bag);
        bag.ThrowIfErrors();
        terminal.Print(bag.Items);
        return workspace;
    }

    /// <summary>Looks up again what branches are now; checks out what is new.</summary>
    public static async Task RenewAsync(Settings settings, Func<Lookup, bool> isSelected, Terminal terminal, CancellationToken cancel)
    {
        var trees = TreePlaces.Git(settings).ToArray();
        using var checkouts = new TreeCheckouts(settings, offline: false, terminal);
        await checkouts._keeper.RenewAsync(settings.LockPath, [.. trees.Select(ToWanted).Where(w => w.Lookup.Moves && isSelected(w.Lookup))], IsUnused(trees), cancel);
        await checkouts.CompleteAsync(trees, LookupPolicy.Free, cancel);
    }

    /// <summary>What a recipe tree in git looks up.</summary>
    public static Lookup LookupOf(RecipeTree.Git tree) => new Lookup.GitRecipes(tree.Origin);

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

    private static Func<Lookup, bool> IsUnused(RecipeTree.Git[] trees) => lookup => lookup is Lookup.GitRecipes && !trees.Select(LookupOf).Contains(lookup);

    private static Wanted ToWanted(RecipeTree.Git tree) => new(LookupOf(tree), tree.Span);
}
