using System.Collections.Immutable;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Store.Trees;

namespace Buildit.Build.Verification;

/// <summary>How what one place says compares with the first place that says anything.</summary>
public enum Agreement
{
    /// <summary>The same outputs with the same digests.</summary>
    Identical,

    /// <summary>Other outputs.</summary>
    Differs,

    /// <summary>It has no record that counts.</summary>
    Inconclusive,
}

/// <summary>One place's answer for a package.</summary>
/// <param name="Origin">The place's name.</param>
/// <param name="Agreement">Against the first place with a record, which agrees with itself.</param>
/// <param name="Trouble">Why what it has does not count, if it has anything.</param>
/// <param name="Differences">The outputs that differ, with their files as far as both places have them unpacked.</param>
public sealed record OriginAnswer(string Origin, Agreement Agreement, string? Trouble, ImmutableArray<OutputDifference> Differences);

/// <summary>What all places say of a package.</summary>
public sealed record Comparison(Package Package, ImmutableArray<OriginAnswer> Answers)
{
    /// <summary>The worst: one that differs; else identical if at least two places have a record; else there is nothing to compare.</summary>
    public Agreement Agreement =>
        Answers.Any(a => a.Agreement == Agreement.Differs) ? Agreement.Differs
        : Answers.Count(a => a.Agreement == Agreement.Identical) > 1 ? Agreement.Identical
        : Agreement.Inconclusive;

    /// <summary>Asks all places for a package's record.</summary>
    public static async Task<Comparison> OfAsync(Package package, ImmutableArray<IRecordOrigin> origins, CancellationToken cancel)
    {
        var answers = ImmutableArray.CreateBuilder<OriginAnswer>();
        (IRecordOrigin Origin, Record Record)? first = null;
        foreach (var origin in origins)
        {
            var found = await origin.FindAsync(package.Key, cancel);
            if (found.Record is not { } record)
            {
                answers.Add(new(origin.Name, Agreement.Inconclusive, found.Trouble, []));
                continue;
            }

            first ??= (origin, record);
            var differences = Differences(first.Value.Origin, first.Value.Record, origin, record);
            answers.Add(new(origin.Name, differences.IsEmpty ? Agreement.Identical : Agreement.Differs, null, differences));
        }

        return new(package, answers.ToImmutable());
    }

    private static ImmutableArray<OutputDifference> Differences(IRecordOrigin origin, Record record, IRecordOrigin other, Record otherRecord) =>
    [
        .. record.Outputs.Keys.Union(otherRecord.Outputs.Keys).Order(StringComparer.Ordinal)
            .Select(o => (Name: o, Expected: Of(record, o), Actual: Of(otherRecord, o)))
            .Where(o => o.Expected != o.Actual)
            .Select(o => new OutputDifference(o.Name, o.Expected, o.Actual, Files(o.Name, o.Expected is { } e ? origin.FindTree(e) : null, o.Actual is { } a ? other.FindTree(a) : null))),
    ];

    private static Core.Digest? Of(Record record, string output) => record.Outputs.TryGetValue(output, out var digest) ? digest : null;

    private static ImmutableArray<FileDifference> Files(string output, StoredTree? expected, StoredTree? actual)
    {
        var none = ImmutableSortedDictionary.Create<string, StoredTree>(StringComparer.Ordinal);
        return expected is null || actual is null ? [] : OutputDifference.Between(none.Add(output, expected), none.Add(output, actual)).Single().Files;
    }
}
