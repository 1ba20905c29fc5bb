using System.Globalization;
using Buildit.Core.Diagnostics;

namespace Buildit.Images;

/// <summary>A port that an image's program listens on: <c>80</c> (TCP), <c>53/udp</c>.</summary>
public readonly record struct ExposedPort(int Number, string Protocol)
{
    private static readonly string[] Protocols = ["tcp", "udp", "sctp"];

    /// <summary>Reads one; null if it is not one.</summary>
    public static ExposedPort? TryParse(string text)
    {
        var (number, protocol) = text.Split('/') switch { [var n] => (n, "tcp"), [var n, var p] => (n, p), _ => ("", "") };
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 && Protocols.Contains(protocol)
            ? new(port, protocol)
            : null;
    }

    /// <summary>Reads all, each once, in order of number and protocol.</summary>
    public static IReadOnlyList<ExposedPort> ParseAll(IEnumerable<string> texts, SourceSpan span, DiagnosticBag bag)
    {
        var ports = new List<ExposedPort>();
        foreach (var text in texts)
        {
            if (TryParse(text) is { } port)
            {
                ports.Add(port);
            }
            else
            {
                bag.Error(span, $"'{text}' is not a port that can be exposed", "write `80` or `53/udp`");
            }
        }

        return [.. ports.Distinct().OrderBy(p => p.Number).ThenBy(p => p.Protocol, StringComparer.Ordinal)];
    }

    /// <summary><c>80/tcp</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Number}/{Protocol}");
}
