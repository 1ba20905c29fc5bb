using System.Collections.Immutable;

namespace Buildit.Core.Keys;

/// <summary>How the entries of a preimage make up inputs. What is not listed here is one entry with one value; so are tags of other format versions.</summary>
internal static class InputKind
{
    // First tag of an input -> further tags that belong to it.
    private static readonly ImmutableDictionary<string, ImmutableArray<string>> Compound = new Dictionary<string, ImmutableArray<string>>
    {
        ["source"] = ["source-digest", "source-unpack", "source-file", "source-strip"],
        ["patch"] = ["patch-strip"],
        ["helper"] = ["helper-digest", "helper-executable"],
        ["file"] = ["file-digest", "file-executable"],
        ["phase-name"] = ["phase"],
        ["environment-name"] = ["environment"],
        ["link-name"] = ["link"],
        ["include-output"] = ["include-count", "include"],
        ["permission"] = ["mode", "uid", "gid", "capabilities"],
        ["closure"] = ["closure-deb", "link-count", "link-name", "link"],
    }.ToImmutableDictionary(StringComparer.Ordinal);

    // First tags whose value is the input's name.
    private static readonly ImmutableHashSet<string> Named =
        ImmutableHashSet.Create(StringComparer.Ordinal, "helper", "file", "phase-name", "environment-name", "link-name", "include-output", "permission", "closure", "use", "flag", "replaces", "declared");

    /// <summary>Roles of dependencies; their values are <c>NAME=KEY</c>. (Those of an image's parts are <c>PACKAGE OUTPUT DIFFID</c>, and of its files for scanners <c>PACKAGE DIGEST</c>.)</summary>
    internal static ImmutableArray<string> Dependencies { get; } = ["tool", "lib", "runtime", "test-tool", "member", "companion"];

    /// <summary>How many entries from here on make up one input.</summary>
    internal static int Length(ImmutableArray<CanonicalEntry> entries, int at)
    {
        var length = 1;
        if (Compound.TryGetValue(entries[at].Tag, out var tags))
        {
            while (at + length < entries.Length && tags.Contains(entries[at + length].Tag))
            {
                length++;
            }
        }

        return length;
    }

    /// <summary>The input that these entries are; null for the length of a list.</summary>
    internal static Input? Make(ReadOnlySpan<CanonicalEntry> entries)
    {
        var (tag, value) = (entries[0].Tag, entries[0].Value);
        if (tag.EndsWith("-count", StringComparison.Ordinal))
        {
            return null;
        }

        if (value.LastIndexOf(Dependencies.Contains(tag) ? '=' : tag is "part" or "sbom" ? ' ' : '\0') is var split and > 0)
        {
            return new(tag, value[..split], [new(tag, value[(split + 1)..])]);
        }

        var kind = tag.EndsWith("-name", StringComparison.Ordinal) ? tag[..^"-name".Length] : tag;
        return Named.Contains(tag) ? new(kind, value, Values(entries[1..])) : new(kind, "", Values(entries));
    }

    /// <summary>Values by tag: of maps in an input by tag and name, of lists in it as lines.</summary>
    private static ImmutableArray<CanonicalEntry> Values(ReadOnlySpan<CanonicalEntry> entries)
    {
        var values = new List<CanonicalEntry>();
        var name = "";
        foreach (var entry in entries)
        {
            if (entry.Tag.EndsWith("-name", StringComparison.Ordinal))
            {
                name = " " + entry.Value;
            }
            else if (values.FindIndex(v => v.Tag == entry.Tag + name) is var same and >= 0)
            {
                values[same] = new(entry.Tag, values[same].Value + "\n" + entry.Value);
            }
            else if (!entry.Tag.EndsWith("-count", StringComparison.Ordinal))
            {
                values.Add(new(entry.Tag + name, entry.Value));
            }
        }

        return [.. values];
    }
}
