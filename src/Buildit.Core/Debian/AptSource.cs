using System.Collections.Immutable;

namespace Buildit.Core.Debian;

/// <summary>One enabled binary source of an apt configuration: one URI with its suites.</summary>
/// <param name="Uri">As written: http, https, file, or <c>mirror+file:</c>.</param>
/// <param name="Suites">For example <c>bookworm</c>, <c>bookworm-updates</c>.</param>
/// <param name="Components">For example <c>main</c>; empty for an archive without suites.</param>
public sealed record AptSource(string Uri, ImmutableArray<string> Suites, ImmutableArray<string> Components);

/// <summary>Reads what apt's sources files say (sources.list(5)), tolerantly: what it does not understand it leaves out, as apt's own errors are apt's business.</summary>
public static class AptSourceParser
{
    /// <summary>The one-line form: <c>deb [option=value ...] URI SUITE COMPONENT...</c>.</summary>
    public static ImmutableArray<AptSource> ParseList(string text) =>
        [.. text.Split('\n').Select(ParseLine).OfType<AptSource>()];

    /// <summary>The deb822 form (<c>*.sources</c>).</summary>
    public static ImmutableArray<AptSource> ParseSources(string text)
    {
        var sources = ImmutableArray.CreateBuilder<AptSource>();
        var reader = new ControlReader(new StringReader(text));
        try
        {
            while (reader.Read() is { } stanza)
            {
                sources.AddRange(FromStanza(stanza));
            }
        }
        catch (FormatException)
        {
            // Stanzas before the broken one still count.
        }

        return sources.ToImmutable();
    }

    /// <summary>A mirror list (apt-transport-mirror(1)): one URI a line, with optional metadata after a tab; ordered by its priority.</summary>
    public static ImmutableArray<string> ParseMirrorList(string text) =>
    [
        .. text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t', ' ')).OrderBy(Priority).Select(words => words[0]),
    ];

    // Without a priority a mirror comes after those that have one.
    private static int Priority(string[] words) =>
        words.FirstOrDefault(w => w.StartsWith("priority:", StringComparison.Ordinal)) is { } word
        && int.TryParse(word.AsSpan(9), System.Globalization.CultureInfo.InvariantCulture, out var priority) ? priority : int.MaxValue;

    private static AptSource? ParseLine(string line)
    {
        var hash = line.IndexOf('#', StringComparison.Ordinal);
        var text = (hash < 0 ? line : line[..hash]).Trim();
        if (!text.StartsWith("deb ", StringComparison.Ordinal) && !text.StartsWith("deb\t", StringComparison.Ordinal))
        {
            return null;
        }

        text = text[3..].TrimStart();
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            text = end < 0 ? "" : text[(end + 1)..];
        }

        return Words(text) is [var uri, var suite, .. var components] ? new(uri, [suite], [.. components]) : null;
    }

    private static IEnumerable<AptSource> FromStanza(Stanza stanza)
    {
        var isOff = stanza["Enabled"] is { } enabled && enabled.ToUpperInvariant() is "NO" or "FALSE" or "OFF" or "WITHOUT" or "DISABLE" or "0";
        if (isOff || !Words(stanza["Types"]).Contains("deb", StringComparer.Ordinal))
        {
            return [];
        }

        ImmutableArray<string> suites = [.. Words(stanza["Suites"])];
        ImmutableArray<string> components = [.. Words(stanza["Components"])];
        return suites.IsEmpty ? [] : Words(stanza["URIs"]).Select(uri => new AptSource(uri, suites, components));
    }

    private static string[] Words(string? text) => text?.Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries) ?? [];
}
