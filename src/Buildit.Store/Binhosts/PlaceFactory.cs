using Buildit.Store.Fetching;

namespace Buildit.Store.Binhosts;

/// <summary>Makes places out of what people write: an absolute directory, or a URL. A new kind of place is a line in each switch.</summary>
public sealed class PlaceFactory(FetchOptions options, PlaceLimits limits, TimeProvider time)
{
    // Patience is the guard's; whoever waits for the network must not have more of it.
    private readonly FetchOptions _options = options with { ConnectTimeout = limits.Patience, StallTimeout = limits.Patience, Retries = 0 };

    /// <summary>Whether a location is in this machine, so that it can be used without a network.</summary>
    public static bool IsLocal(string location) => !location.Contains("://", StringComparison.Ordinal) || location.StartsWith("file://", StringComparison.Ordinal);

    /// <summary>Why a location cannot be read from; null if it can.</summary>
    public static string? CannotRead(string location) => IsLocal(location) || Scheme(location) is "http" or "https" ? null : NotYet(location);

    /// <summary>Why a location cannot be written to; null if it can.</summary>
    public static string? CannotWrite(string location) => IsLocal(location) ? null
        : Scheme(location) is "http" or "https" ? "a web server can be read from only: name another way to the same place as 'upload'"
        : NotYet(location);

    /// <summary>The place to read from. The location must be one that can be read.</summary>
    public IPlace Read(string location) => IsLocal(location) ? Directory(location) : new HttpPlace(new(location), _options, time);

    /// <summary>The place to write to. The location must be one that can be written.</summary>
    public IWritablePlace Write(string location) => Directory(location);

    private DirectoryPlace Directory(string location) => new(location.StartsWith("file://", StringComparison.Ordinal) ? new Uri(location).LocalPath : location, time);

    private static string Scheme(string location) => location[..location.IndexOf("://", StringComparison.Ordinal)];

    private static string NotYet(string location) => $"binhosts at '{Scheme(location)}:' addresses are not in this version: it knows directories, http and https";
}
