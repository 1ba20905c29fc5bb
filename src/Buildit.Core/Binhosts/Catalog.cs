using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Buildit.Core.Binhosts;

/// <summary>What a record is about, for whoever looks for it by its name. Nothing else depends on it.</summary>
/// <param name="Kind"><c>package</c>, or the type of an image: <c>aci</c>, <c>oci</c>.</param>
/// <param name="Name">Of the package or container.</param>
/// <param name="Version">Empty for a group.</param>
public sealed record CatalogSubject(string Kind, string Name, string Version);

/// <summary>A key that a record can be found by, and the key that the record has: they differ where <paramref name="Key"/> is a build key.</summary>
public readonly record struct CatalogRow(Digest Key, Digest Record)
{
    /// <summary>What it is about; null where that is not known, and for build keys.</summary>
    public CatalogSubject? Subject { get; init; }
}

/// <summary>A part of a catalog: all rows whose key begins with <paramref name="Prefix"/>, as the blob <paramref name="Blob"/>.</summary>
public sealed record CatalogShard(string Prefix, int Rows, Digest Blob);

/// <summary>
/// The list of all records of a binhost, so that a thousand keys that are not there cost one request. The rows are in shards, which are blobs and so
/// never change; the catalog itself names them and is the one small document that is asked for again. The same rows give the same bytes.
/// </summary>
public sealed record Catalog(ImmutableArray<CatalogShard> Shards)
{
    /// <summary>Rows of a shard at most. More are split by the next hexadecimal digit of their keys.</summary>
    public const int LargestShard = 4096;

    private const string Header = "buildit-catalog 1";
    private const string EmptyPrefix = "-";
    private const string Same = "-";

    /// <summary>No catalog at all: it has not even a shard.</summary>
    public static Catalog Empty { get; } = new([]);

    /// <summary>The shard that a key would be in; null if there is none.</summary>
    public CatalogShard? ShardOf(Digest key) => Shards.FirstOrDefault(s => key.Hex.StartsWith(s.Prefix, StringComparison.Ordinal));

    /// <summary>The catalog as text: a line <c>PREFIX ROWS DIGEST</c> for each shard, <c>-</c> for the empty prefix.</summary>
    public string Print()
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var shard in Shards)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(shard.Prefix.Length == 0 ? EmptyPrefix : shard.Prefix)} {shard.Rows} {shard.Blob.Hex}\n");
        }

        return text.ToString();
    }

    /// <summary>Reads what <see cref="Print"/> wrote; null for anything else.</summary>
    public static Catalog? Parse(ReadOnlySpan<byte> bytes)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        if (lines[0] != Header || lines[^1].Length > 0)
        {
            return null;
        }

        var shards = lines[1..^1].Select(ParseShard).ToArray();
        return shards.Contains(null) ? null : new([.. shards!]);
    }

    /// <summary>Sorts rows whose keys all begin with <paramref name="prefix"/> into shards. Of two rows with one key, the one with the smaller record counts.</summary>
    public static ImmutableArray<(string Prefix, ImmutableArray<CatalogRow> Rows)> Split(string prefix, IEnumerable<CatalogRow> rows)
    {
        var sorted = rows.OrderBy(r => r.Key).ThenBy(r => r.Record).ThenBy(r => r.Subject is null).ThenBy(r => Words(r.Subject), StringComparer.Ordinal).DistinctBy(r => r.Key).ToImmutableArray();
        // A shard for every digit, so that every key has one to be added to.
        return sorted.Length <= LargestShard
            ? [(prefix, sorted)]
            : [.. "0123456789abcdef".SelectMany(digit => Split(prefix + digit, sorted.Where(r => r.Key.Hex[prefix.Length] == digit)))];
    }

    /// <summary>A shard's rows as text: lines <c>KEY RECORD</c>, <c>KEY -</c> where both are the same, with <c> KIND NAME VERSION</c> behind it where that is known; sorted.</summary>
    public static byte[] PrintRows(ImmutableArray<CatalogRow> rows) =>
        Encoding.ASCII.GetBytes(string.Concat(rows.Select(r => $"{r.Key.Hex} {(r.Key == r.Record ? Same : r.Record.Hex)}{Words(r.Subject)}\n")));

    /// <summary>Reads what <see cref="PrintRows"/> wrote; null for anything else.</summary>
    public static ImmutableArray<CatalogRow>? ParseRows(ReadOnlySpan<byte> bytes)
    {
        var rows = ImmutableArray.CreateBuilder<CatalogRow>(bytes.Length / 66);
        if (bytes.IsEmpty)
        {
            return [];
        }

        foreach (var range in bytes.TrimEnd((byte)'\n').Split((byte)'\n'))
        {
            if (ParseRow(Encoding.ASCII.GetString(bytes[range])) is not { } row)
            {
                return null;
            }

            rows.Add(row);
        }

        return rows.ToImmutable();
    }

    private static CatalogRow? ParseRow(string line)
    {
        var words = line.Split(' ');
        Digest record = default;
        if (words.Length is not (2 or 5) || !Digest.TryParse(words[0], out var key) || (words[1] != Same && !Digest.TryParse(words[1], out record)))
        {
            return null;
        }

        return new(key, record.IsEmpty ? key : record) { Subject = words is [_, _, var kind, var name, var version] ? new(kind, Uri.UnescapeDataString(name), version == Same ? "" : Uri.UnescapeDataString(version)) : null };
    }

    private static string Words(CatalogSubject? subject) => subject is null ? "" : $" {subject.Kind} {Word(subject.Name)} {(subject.Version.Length == 0 ? Same : Word(subject.Version))}";

    // Nearly every name is a word as it is.
    private static string Word(string text) => text.All(c => c is > ' ' and < (char)127 and not '%') ? text : Uri.EscapeDataString(text);

    private static CatalogShard? ParseShard(string line) =>
        line.Split(' ') is [var prefix, var count, var hex] && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) && Digest.TryParse(hex, out var blob)
            ? new(prefix == EmptyPrefix ? "" : prefix, rows, blob)
            : null;
}
