using System.Collections.Immutable;
using System.Text;
using Buildit.Cli.Locks;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Configuration;
using Buildit.Core.Diagnostics;
using Buildit.Core.Discovery;
using Buildit.Core.Locks;
using Buildit.Core.Trees;
using Buildit.Core.Trust;
using Buildit.Store;

namespace Buildit.Cli.Discovering;

/// <summary>A binhost of a place, and the keys that the place says sign there: an offer, which nobody has accepted by discovering it.</summary>
internal sealed record DiscoveredBinhost(BinhostEntry Entry, ImmutableArray<PublicKey> Offered);

/// <summary>What is at a place to discover, read from lock and store; no network is asked. What a place says is a stranger's word: no key counts by it, nothing is pushed by it, and it names nothing of this machine.</summary>
/// <param name="Entry">As it was asked for.</param>
/// <param name="Checkout">Directory with the files of its git repository; null if it has none.</param>
/// <param name="RecipeTrees">Absolute directories in that.</param>
/// <param name="Binhosts">Its binhosts, their directories absolute.</param>
internal sealed record DiscoveredPlace(DiscoveryEntry Entry, string? Checkout, ImmutableArray<string> RecipeTrees, ImmutableArray<DiscoveredBinhost> Binhosts)
{
    private const string ConfigName = ".buildit-config.yaml";

    /// <summary>All places; what is not locked, or not in the store, goes to the bag.</summary>
    public static ImmutableArray<DiscoveredPlace> Read(Settings settings, DiagnosticBag bag)
    {
        var locked = settings.Discover.IsEmpty ? PinLock.Empty : LockFile.Read(settings.LockPath, settings.Display).Pins;
        var places = ImmutableArray.CreateBuilder<DiscoveredPlace>();
        foreach (var entry in settings.Discover)
        {
            if (DescriptionOf(settings, entry, locked) is { } description)
            {
                places.Add(Read(settings, entry, description, locked, bag));
            }
            else if (locked.Find(new Lookup.Place(entry.Place)) is null)
            {
                bag.Add(LookupPolicy.NotLocked($"what is to be discovered at '{entry.Place}'", entry.Span, settings.Display(settings.LockPath), $"run {LockCommand(entry)}, or build something without --locked and --offline"));
            }
            else
            {
                bag.Add(new($"what was discovered at '{entry.Place}' is not in the store", entry.Span, $"a build, or {LockCommand(entry)}, fetches it") { Code = ExitCode.Missing });
            }
        }

        return places.ToImmutable();
    }

    /// <summary>The git repositories of all places that are known so far.</summary>
    public static IEnumerable<RecipeTree.Git> Git(Settings settings)
    {
        var locked = settings.Discover.IsEmpty ? PinLock.Empty : LockFile.Read(settings.LockPath, settings.Display).Pins;
        return settings.Discover.Select(e => (Entry: e, DescriptionOf(settings, e, locked)?.Git)).Where(e => e.Git is not null).Select(e => new RecipeTree.Git(e.Git!) { Span = SpanOf(e.Entry) });
    }

    /// <summary>What a place is known to be; null if it is not locked, or not in the store.</summary>
    public static PlaceDescription? DescriptionOf(Settings settings, DiscoveryEntry entry, PinLock locked)
    {
        if (entry.Git is { } git)
        {
            return new(git, []);
        }

        var file = locked.Find(new Lookup.Place(entry.Place)) is { } pin ? new StorePaths(settings.StoreDirectory).Blob(pin.Digest) : null;
        return file is not null && File.Exists(file) && File.ReadAllBytes(file) is var bytes && Digest.Of(bytes).Hex == Path.GetFileName(file) ? PlaceDescription.Parse(Encoding.UTF8.GetString(bytes)) : null;
    }

    /// <summary>The command that locks and fetches what is at a place, quoted for messages: it must be told of the place as this one was.</summary>
    private static string LockCommand(DiscoveryEntry entry) => entry.Span is null ? $"'buildit lock --discover={entry.Place}'" : TreePlaces.LockCommand;

    /// <summary>Where a place is written, for messages.</summary>
    public static SourceSpan SpanOf(DiscoveryEntry entry) => entry.Span ?? new(new("--discover", entry.Place), 1, 1, entry.Place.Length);

    private static DiscoveredPlace Read(Settings settings, DiscoveryEntry entry, PlaceDescription description, PinLock locked, DiagnosticBag bag)
    {
        ImmutableArray<DiscoveredBinhost> named = [.. description.Binhosts.Select(b => new DiscoveredBinhost(new(new(b.Name, SpanOf(entry))) { Download = b.Download }, []))];
        if (description.Git is not { } git || TreePlaces.Git(new(git) { Span = SpanOf(entry) }, settings, locked, bag, LockCommand(entry)) is not { Length: > 0 } checkout || !Directory.Exists(checkout))
        {
            return new(entry, null, [], named);
        }

        var path = Path.Combine(checkout, ConfigName);
        var config = File.Exists(path) ? ConfigParser.Parse(SourceText.FromBytes($"{entry.Place}: {ConfigName}", File.ReadAllBytes(path)), bag) ?? Config.Default : Config.Default;
        var own = config.Recipes.OfType<RecipeTree.Local>().Select(t => Inside(checkout, t.Path)).OfType<string>();
        ImmutableArray<string> trees = [.. (config.Recipes.IsEmpty ? [Path.Combine(checkout, "pkgs")] : own).Where(Directory.Exists)];
        return new(entry, checkout, trees, [.. named, .. config.Binhosts.Select(b => Binhost(entry, b, checkout)).OfType<DiscoveredBinhost>()]);
    }

    private static DiscoveredBinhost? Binhost(DiscoveryEntry entry, BinhostEntry binhost, string checkout)
    {
        if (DownloadOf(entry, binhost.Download, checkout) is not { } download)
        {
            return null;
        }

        var upload = entry.Push && binhost.Upload is { } to && (IsRemote(to) || (entry.IsLocal && (Path.IsPathRooted(to) || to.StartsWith("file:", StringComparison.Ordinal)))) ? to : null;
        var keys = binhost.Keys.Select(k => Inside(checkout, k.Value)).OfType<string>().Where(File.Exists).Select(f => PublicKey.Parse(File.ReadAllText(f))).OfType<PublicKey>();
        return new(binhost with { Download = download, Upload = upload, Push = upload is not null, Keys = [] }, [.. keys]);
    }

    /// <summary>Where a binhost of a place is: an address stays as it is, a path counts from the checkout. Null for what the place may not name.</summary>
    private static string? DownloadOf(DiscoveryEntry entry, string download, string checkout) =>
        IsRemote(download) ? download
        : !entry.IsLocal ? Inside(checkout, download)
        : download.StartsWith("file:", StringComparison.Ordinal) ? download
        : Path.GetFullPath(Path.Combine(checkout, download));

    private static bool IsRemote(string location) => location.Contains("://", StringComparison.Ordinal) && !location.StartsWith("file:", StringComparison.Ordinal);

    // Null for what would lead out of the checkout.
    private static string? Inside(string checkout, string path) => path.Contains("://", StringComparison.Ordinal) ? null : TreePath.Clean(path) is { } clean ? Path.Combine(checkout, clean).TrimEnd('/') : null;
}
