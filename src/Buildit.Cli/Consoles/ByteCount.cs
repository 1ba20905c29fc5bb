using System.Globalization;

namespace Buildit.Cli.Consoles;

/// <summary>Numbers of bytes for people.</summary>
internal static class ByteCount
{
    /// <summary>With three digits or so: <c>812 bytes</c>, <c>65.1 kB</c>, <c>1.2 GB</c>; a kB is 1000 bytes.</summary>
    public static string Show(long bytes) => bytes switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
        < 999_950 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
        < 999_950_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
    };
}
