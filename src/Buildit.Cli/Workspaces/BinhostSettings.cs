using System.Collections.Immutable;
using Buildit.Cli.Discovering;
using Buildit.Core;
using Buildit.Core.Configuration;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trust;
using Buildit.Store.Binhosts;
using Buildit.Store.Trust;

namespace Buildit.Cli.Workspaces;

/// <summary>One binhost of a workspace, its places made absolute.</summary>
/// <param name="Entry">As configured.</param>
/// <param name="Download">Absolute directory or URL to read from.</param>
/// <param name="Upload">The same to write to; null = it is not written to.</param>
/// <param name="KeyFiles">Absolute paths of the key files of the configuration.</param>
internal sealed record BinhostSetting(BinhostEntry Entry, string Download, string? Upload, ImmutableArray<Spanned<string>> KeyFiles)
{
    public string Name => Entry.Name.Value;

    /// <summary>Whether a discovered place named it.</summary>
    public bool IsDiscovered { get; init; }

    /// <summary>Keys that the discovered place says sign there: none of them counts by that.</summary>
    public ImmutableArray<PublicKey> Offered { get; init; } = [];
}

/// <summary>The binhosts of a workspace, and whose signatures count at each.</summary>
internal sealed record BinhostSettings(ImmutableArray<BinhostSetting> All, KeyDirectory Keys)
{
    /// <summary>Name and directory of the binhost that every workspace has where none is configured.</summary>
    public const string DefaultName = "binhost";

    /// <summary>The configured ones; if there are none, the directory <c>binhost</c> beside the recipes.</summary>
    public static BinhostSettings Of(Settings settings, ImmutableArray<string> trees, ImmutableArray<DiscoveredPlace> discovered, DiagnosticBag bag)
    {
        // A recipe tree in git is a checkout in the store, beside which nothing is to be written.
        var (config, root) = (settings.Config, settings.Root);
        var beside = config.Recipes.All(static t => t is RecipeTree.Local) && trees.Except(discovered.SelectMany(p => p.RecipeTrees)).FirstOrDefault() is { } first ? Path.GetDirectoryName(first)! : root;
        var standard = new BinhostEntry(new(DefaultName, default)) { Download = Path.Combine(beside, DefaultName), Upload = Path.Combine(beside, DefaultName) };
        var entries = config.Binhosts.IsEmpty ? [standard] : config.Binhosts;
        foreach (var entry in entries)
        {
            Check(entry, root, bag);
        }

        return new([.. entries.Select(e => Resolve(e, root)), .. Discovered(discovered, [.. entries.Select(e => e.Name.Value)], bag)], new(Settings.UserDirectory()));
    }

    /// <summary>Binhosts of discovered places, after one's own. Two with one name cannot be told apart.</summary>
    private static IEnumerable<BinhostSetting> Discovered(ImmutableArray<DiscoveredPlace> places, HashSet<string> names, DiagnosticBag bag)
    {
        foreach (var (entry, offered) in places.SelectMany(p => p.Binhosts).Select(b => (b.Entry, b.Offered)))
        {
            if (!names.Add(entry.Name.Value))
            {
                bag.Warning(entry.Name.Span, $"the binhost '{entry.Name.Value}' of a discovered place is not used: another one has its name");
                continue;
            }

            Check(entry, "", bag);
            yield return Resolve(entry, "/") with { IsDiscovered = true, Offered = offered };
        }
    }

    /// <summary>Those that can be read, in order; without the network only what is on this machine.</summary>
    public IEnumerable<BinhostSetting> Readable(bool offline) => All.Where(b => PlaceFactory.CannotRead(b.Download) is null && (!offline || PlaceFactory.IsLocal(b.Download)));

    /// <summary>Whose signatures count: the keys of the configuration, those that the user has accepted for the place, and the user's own.</summary>
    public TrustPolicy TrustOf(BinhostSetting binhost)
    {
        var trusted = KeysOf(binhost).Concat(Keys.Own().Values).DistinctBy(k => k.Id).ToImmutableArray();
        var elsewhere = All.Where(b => b != binhost).SelectMany(b => KeysOf(b).Select(k => (k.Id, Place: b.Name)))
            .Concat(Keys.AllTrusted().Select(t => (t.Key.Id, t.Place)))
            .Where(k => trusted.All(t => t.Id != k.Id)).DistinctBy(k => k.Id);
        return new(trusted, binhost.Entry.Require, elsewhere.ToImmutableDictionary(k => k.Id, k => k.Place));
    }

    /// <summary>The keys that count for one binhost, but for the user's own. A key that the user has accepted goes before the same key in a file: its dates may be newer.</summary>
    public IEnumerable<PublicKey> KeysOf(BinhostSetting binhost) => Keys.TrustedFor(binhost.Download).Concat(binhost.KeyFiles.Select(Read)).DistinctBy(k => k.Id);

    /// <summary>The one with a name, for writing; null name = the first that can be written to. Throws if there is none.</summary>
    public BinhostSetting ForWriting(string? name)
    {
        var found = name is null ? All.FirstOrDefault(b => b.Upload is not null) : All.FirstOrDefault(b => b.Name == name);
        if (found is null)
        {
            throw new BuilditException(
                ExitCode.InvalidInput,
                name is null ? "no binhost is configured that can be written to" : $"there is no binhost '{name}'",
                name is not null ? Suggestion.Hint(name, [.. All.Select(b => b.Name)]) ?? $"those of the configuration are {string.Join(", ", All.Select(b => $"'{b.Name}'"))}" : "add 'upload' to one of 'binhosts' in .buildit-config.yaml");
        }

        if (found.Upload is null)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"the binhost '{found.Name}' cannot be written to", "add 'upload' to it", found.Entry.Name.Span);
        }

        return PlaceFactory.CannotWrite(found.Upload) is { } why ? throw new BuilditException(ExitCode.Unresolvable, $"the binhost '{found.Name}' cannot be written to: {why}") : found;
    }

    private static void Check(BinhostEntry entry, string root, DiagnosticBag bag)
    {
        if (PlaceFactory.CannotRead(entry.Download) is { } why)
        {
            bag.Warning(entry.Name.Span, $"the binhost '{entry.Name.Value}' is not read from: {why}");
        }

        if (entry is { Push: true, Upload: { } upload } && PlaceFactory.CannotWrite(upload) is { } whyNot)
        {
            bag.Warning(entry.Name.Span, $"the binhost '{entry.Name.Value}' is not pushed to: {whyNot}");
        }

        foreach (var key in entry.Keys.Where(k => !File.Exists(Path.Combine(root, k.Value))))
        {
            bag.Error(key.Span, $"there is no key file '{key.Value}'", "'buildit key export' writes one; or leave it out, and accept a key with 'buildit key trust'");
        }
    }

    private static BinhostSetting Resolve(BinhostEntry entry, string root) => new(
        entry,
        Absolute(entry.Download, root),
        entry.Upload is { } upload ? Absolute(upload, root) : null,
        [.. entry.Keys.Select(k => k with { Value = Path.Combine(root, k.Value) })]);

    private static string Absolute(string location, string root) => location.Contains("://", StringComparison.Ordinal) ? location : Path.GetFullPath(Path.Combine(root, location));

    private static PublicKey Read(Spanned<string> file) =>
        PublicKey.Parse(File.ReadAllText(file.Value)) ?? throw new BuilditException(ExitCode.InvalidInput, "this file is not a public ECDSA key on P-256 in PEM", "'buildit key export' writes one", file.Span);
}
