using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Images.Instances;

namespace Buildit.Cli.Instances;

/// <summary>Reads the values of options of 'buildit run', which are written as other tools write them.</summary>
internal static partial class RunWords
{
    /// <summary><c>[ADDRESS:]PORT:PORT[/tcp]</c>; without an address, this machine alone can connect.</summary>
    public static (IPEndPoint Place, int Port) Port(string written)
    {
        if (written.EndsWith("/udp", StringComparison.Ordinal))
        {
            throw Wrong($"'{written}': only connections of TCP can be passed on");
        }

        return PortForm().Match(written) is { Success: true } m
            && Address(m.Groups["address"] is { Success: true } a ? a.Value : "127.0.0.1") is { } address
            && Number(m.Groups["host"].Value, 0) is { } host && Number(m.Groups["inside"].Value, 1) is { } inside
            ? (new(address, host), inside)
            : throw Wrong($"'{written}' are not two ports", "write the port of this machine, a colon, and the port inside: -p 8080:80, or -p 0.0.0.0:8080:80 for everybody who can reach this machine");

        // A number alone would be taken for an address, too: 80 for 0.0.0.80.
        static IPAddress? Address(string text) => (text.Contains(':', StringComparison.Ordinal) || text.Count(c => c == '.') == 3) && IPAddress.TryParse(text, out var address) ? address : null;

        static int? Number(string text, int least) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n >= least && n <= 65535 ? n : null;
    }

    /// <summary><c>HOST:INSIDE[:ro]</c>.</summary>
    public static HostMount Mount(string written, string start)
    {
        var parts = written.Split(':');
        if (parts is not ([{ Length: > 0 }, ['/', _, ..]] or [{ Length: > 0 }, ['/', _, ..], "ro" or "rw"]))
        {
            throw Wrong($"'{written}' does not name a directory and where it is seen", "write a path of this machine, a colon, and an absolute path inside: -v ./certs:/etc/tls:ro");
        }

        var host = Path.GetFullPath(parts[0], start);
        return Path.Exists(host)
            ? new(host.TrimEnd('/') is "" ? "/" : host.TrimEnd('/'), parts[1].TrimEnd('/'), parts is [_, _, "ro"])
            : throw Wrong($"there is no '{parts[0]}' on this machine", "what is seen inside must be there: make it first");
    }

    /// <summary><c>NAME=VALUE</c>, or <c>NAME</c> for the value that it has here.</summary>
    public static KeyValuePair<string, string> Variable(string written) => written.IndexOf('=', StringComparison.Ordinal) switch
    {
        > 0 and var at => new(written[..at], written[(at + 1)..]),
        0 => throw Wrong($"'{written}' has no name", "write NAME=VALUE"),
        _ => Environment.GetEnvironmentVariable(written) is { } value ? new(written, value) : throw Wrong($"there is no variable '{written}' here whose value could be taken", "write NAME=VALUE"),
    };

    /// <summary>Bytes: <c>512m</c>.</summary>
    public static long? Memory(string? written) => written is null ? null
        : MemoryForm().Match(written) is { Success: true } m && long.TryParse(m.Groups[1].ValueSpan, out var n) && n > 0 && n < long.MaxValue >> 30
        ? n << (m.Groups[2].Value.ToLowerInvariant() switch { "k" => 10, "m" => 20, "g" => 30, _ => 0 })
        : throw Wrong($"'{written}' is not an amount of memory", "write a number of bytes, or with k, m or g after it: 512m");

    /// <summary>Thousandths of a processor: <c>1.5</c>.</summary>
    public static int? Cpus(string? written) => written is null ? null
        : decimal.TryParse(written, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var n) && n >= 0.01m && n <= 10_000
        ? (int)(n * 1000)
        : throw Wrong($"'{written}' is not a number of processors", "write a number of at least 0.01: 1.5");

    private static BuilditException Wrong(string message, string? hint = null) => new(ExitCode.InvalidInput, message, hint);

    [GeneratedRegex(@"^(\[?(?<address>[0-9a-fA-F.:]+)\]?:)?(?<host>[0-9]+):(?<inside>[0-9]+)(/tcp)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex PortForm();

    [GeneratedRegex(@"^([0-9]+)([kKmMgG]?)[bB]?\z")]
    private static partial Regex MemoryForm();
}
