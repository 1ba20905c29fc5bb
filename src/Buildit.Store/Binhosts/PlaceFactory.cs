using Buildit.Store.Binhosts.Files;
using Buildit.Store.Binhosts.S3;
using Buildit.Store.Fetching;
using Buildit.Store.Registries;

namespace Buildit.Store.Binhosts;

/// <summary>Makes places out of what people write: an absolute directory, or a URL. A new kind of place is a line in each switch.</summary>
/// <param name="options">Proxy and patience when writing.</param>
/// <param name="limits">Patience when reading.</param>
/// <param name="logins">Who asks registries.</param>
/// <param name="buckets">Who keeps buckets, and who asks them.</param>
/// <param name="time">Measures patience.</param>
public sealed class PlaceFactory(FetchOptions options, PlaceLimits limits, RegistryLogins logins, S3Settings buckets, TimeProvider time)
{
    // Patience is the guard's; whoever waits for the network must not have more of it.
    private readonly FetchOptions _reading = options with { ConnectTimeout = limits.Patience, StallTimeout = limits.Patience, Retries = 0 };

    /// <summary>The umask of whoever writes into a directory of this machine.</summary>
    public UnixFileMode Mask { get; init; } = LocalFiles.UsualMask;

    /// <summary>Whether a location is in this machine, so that it can be used without a network.</summary>
    public static bool IsLocal(string location) => !location.Contains("://", StringComparison.Ordinal) || location.StartsWith("file://", StringComparison.Ordinal);

    /// <summary>Why a location cannot be read from; null if it can.</summary>
    public static string? CannotRead(string location) => SchemeOf(location) switch
    {
        "file" or "http" or "https" => null,
        "ssh" => SshPlace.Objection(location),
        "oci" or "oci+http" => RegistryPlace.Objection(location),
        "s3" => S3Place.Objection(location),
        var other => $"nothing can be had from '{other}:' addresses",
    };

    /// <summary>Why a location cannot be written to; null if it can.</summary>
    public static string? CannotWrite(string location) => SchemeOf(location) is "http" or "https"
        ? "a web server can be read from only: name another way to the same place as 'upload'"
        : CannotRead(location);

    /// <summary>The place to read from. The location must be one that can be read.</summary>
    public IPlace Read(string location) => SchemeOf(location) switch
    {
        "file" => Directory(location),
        "ssh" => SshPlace.At(location, limits.Patience, limits.Patience, limits.Patience, time),
        "oci" or "oci+http" => RegistryPlace.At(location, logins, _reading, time),
        "s3" => S3Place.At(location, buckets, _reading, time),
        _ => new HttpPlace(new(location), _reading, time),
    };

    /// <summary>The place to write to. The location must be one that can be written.</summary>
    public IWritablePlace Write(string location) => SchemeOf(location) switch
    {
        "ssh" => SshPlace.At(location, limits.Patience, options.PatientConnectTimeout, options.StallTimeout, time),
        "oci" or "oci+http" => RegistryPlace.At(location, logins, options, time),
        "s3" => S3Place.At(location, buckets, options, time),
        _ => Directory(location),
    };

    private DirectoryPlace Directory(string location) => new(location.StartsWith("file://", StringComparison.Ordinal) ? new Uri(location).LocalPath : location, time, Mask);

    private static string SchemeOf(string location) => IsLocal(location) ? "file" : location[..location.IndexOf("://", StringComparison.Ordinal)];
}
