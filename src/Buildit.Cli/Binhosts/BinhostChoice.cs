using Buildit.Cli.Consoles;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trust;
using Buildit.Store.Binhosts;
using Buildit.Store.Binhosts.Keeping;
using Buildit.Store.Fetching;
using Buildit.Store.Trust;

namespace Buildit.Cli.Binhosts;

/// <summary>The binhost that a command of <c>buildit binhost</c> is about: one of the configuration by its name, or a directory or address.</summary>
/// <param name="Name">For people.</param>
/// <param name="Location">Absolute directory or address: where it is written to, if that is known.</param>
/// <param name="Setting">Of the configuration, if it is one of those.</param>
/// <param name="Workspace">Whose configuration it is.</param>
internal sealed record BinhostChoice(string Name, string Location, BinhostSetting? Setting, Workspace Workspace)
{
    /// <summary>Finds it.</summary>
    /// <param name="start">Where paths count from.</param>
    /// <param name="written">What was written; null = the first of the configuration that can be written to.</param>
    /// <param name="terminal">Where the configuration's warnings go.</param>
    public static BinhostChoice Find(string start, string? written, Terminal terminal)
    {
        var workspace = Workspace.Find(start, start, terminal);
        var setting = written is null ? workspace.Binhosts.ForWriting(null) : workspace.Binhosts.All.FirstOrDefault(b => b.Name == written);
        if (setting is not null)
        {
            return new(setting.Name, setting.Upload ?? setting.Download, setting, workspace);
        }

        if (written!.Contains("://", StringComparison.Ordinal))
        {
            return new(Redaction.Of(written), written, workspace.Binhosts.All.FirstOrDefault(b => b.Upload == written || b.Download == written), workspace);
        }

        var directory = Path.GetFullPath(written, start);
        return written.Contains('/', StringComparison.Ordinal) || Directory.Exists(directory)
            ? new(written, directory, workspace.Binhosts.All.FirstOrDefault(b => b.Upload == directory || b.Download == directory), workspace)
            : throw new BuilditException(
                ExitCode.InvalidInput,
                $"there is no binhost '{written}' in the configuration, and no directory of that name",
                Suggestion.Hint(written, [.. workspace.Binhosts.All.Select(b => b.Name)]) ?? $"those of the configuration are {string.Join(", ", workspace.Binhosts.All.Select(b => $"'{b.Name}'"))}; './{written}' is a directory in any case");
    }

    /// <summary>How the binhost is named in a command line.</summary>
    public string Word => Setting?.Name ?? Name;

    /// <summary>Whose signatures count: for one that is not in the configuration, the user's own keys and those accepted for its address.</summary>
    public TrustPolicy Trust => Setting is not null
        ? Workspace.Binhosts.TrustOf(Setting)
        : new([.. Workspace.Binhosts.Keys.TrustedFor(Location).Concat(Workspace.Binhosts.Keys.Own().Values).DistinctBy(k => k.Id)], 1, System.Collections.Immutable.ImmutableDictionary<Digest, string>.Empty);

    /// <summary>The user's own key that signs what is pushed, if there is one.</summary>
    public PublicKey? OwnKey => Workspace.Binhosts.Keys.Own().GetValueOrDefault(KeyDirectory.DefaultName);

    /// <summary>Opens it to be read.</summary>
    public GuardedPlace OpenToRead() => PlaceFactory.CannotRead(Location) is { } why
        ? throw new BuilditException(ExitCode.Unresolvable, $"the binhost '{Name}' cannot be read: {why}")
        : new(Places().Read(Location), Session.Patience, TimeProvider.System, static _ => { });

    /// <summary>Opens it to be tidied. Throws if it is of a kind that cannot be, or no binhost.</summary>
    public async Task<IKeptPlace> OpenToKeepAsync(CancellationToken cancel)
    {
        var place = OpenToSetUp();
        if (await BinhostMarks.IsBinhostAsync(place, cancel))
        {
            return place;
        }

        place.Dispose();
        throw NoBinhost();
    }

    /// <summary>Opens it to be tidied or made. Throws if it is of a kind that cannot be.</summary>
    public IKeptPlace OpenToSetUp()
    {
        var why = PlaceFactory.CannotWrite(Location);
        if (why is null && Places().Write(Location) is var place)
        {
            if (place is IKeptPlace kept)
            {
                return kept;
            }

            place.Dispose();
        }

        throw new BuilditException(ExitCode.Unresolvable, $"the binhost '{Name}' cannot be looked after from here: {why ?? "its files cannot be listed"}", "that takes a directory, or an ssh address of the account that it is in");
    }

    /// <summary>The directory that it is. Throws if it is elsewhere.</summary>
    public string RequireDirectory()
    {
        var location = PlaceFactory.IsLocal(Location) ? Location : Setting?.Download ?? Location;
        var directory = !PlaceFactory.IsLocal(location)
            ? throw new BuilditException(ExitCode.Unresolvable, $"the binhost '{Name}' is not on this machine", "name a directory")
            : location.StartsWith("file://", StringComparison.Ordinal) ? new Uri(location).LocalPath : location;
        return File.Exists(Path.Combine(directory, BinhostLayout.LayoutMarker)) ? directory
            : Directory.Exists(directory) ? throw NoBinhost()
            : throw new BuilditException(ExitCode.Missing, $"there is no directory '{Workspace.Display(directory)}'", $"'buildit binhost init {Word}' makes it; so does the first push");
    }

    /// <summary>What to tell when the place does not work.</summary>
    public BuilditException Failed(PlaceException e) => new(ExitCode.FetchFailed, $"the binhost '{Name}' ({Redaction.Of(Location)}) failed: {e.Message}", inner: e);

    private BuilditException NoBinhost() => new(ExitCode.Missing, $"'{Name}' is no binhost: it has no {BinhostLayout.LayoutMarker}", $"to make one there: buildit binhost init {Word}");

    private PlaceFactory Places()
    {
        var apt = new Lazy<DistributionMirrors>(() => DistributionMirrors.Of(Workspace));
        return new(new() { Proxy = address => apt.Value.ProxyOf(address) }, Session.Patience, Settings.RegistryLogins(), Settings.Buckets(), TimeProvider.System) { Mask = ProcessMask.Inherited };
    }
}
