using System.Collections.Immutable;
using Buildit.Build.Verification;
using Buildit.Core;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Testing;
using Record = Buildit.Core.Records.Record;

namespace Buildit.Build.Tests.Verification;

/// <summary>Records of several places. The contract of a place: nothing counts that is not about the key.</summary>
public sealed class ComparisonTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private int _comparisons;
    private readonly Package _package = Samples.Built(Samples.Recipe());

    [Fact]
    public async Task Places_that_say_the_same_are_identical() => Assert.Equal("Identical: Identical, Identical", await CompareAsync(With("a"), With("a")));

    [Fact]
    public async Task A_place_that_says_something_else_differs_by_output()
    {
        var comparison = await Comparison.OfAsync(_package, [Place("one", Bytes(With("a"))), Place("two", Bytes(With("b"))), Place("three", Bytes(With("a", "dev")))], CancellationToken.None);
        Assert.Equal(Agreement.Differs, comparison.Agreement);
        Assert.Equal(["", "runtime", "dev"], comparison.Answers.Select(a => string.Join(",", a.Differences.Select(d => d.Output))));
    }

    [Fact]
    public async Task A_place_without_record_is_inconclusive_and_so_is_a_single_record()
    {
        Assert.Equal("Inconclusive: Identical, Inconclusive", await CompareAsync(With("a"), null));
        Assert.Equal("Identical: Inconclusive, Identical, Identical", await CompareAsync(null, With("a"), With("a")));
        Assert.Equal("Inconclusive: Inconclusive, Inconclusive", await CompareAsync(null, null));
    }

    [Fact]
    public async Task A_record_of_another_key_does_not_count()
    {
        var comparison = await Comparison.OfAsync(_package, [Place("one", Bytes(With("a"))), Place("two", Bytes(With("a") with { RecipeKey = new(Digest.Of("other")) }))], CancellationToken.None);
        Assert.Equal(Agreement.Inconclusive, comparison.Answers[1].Agreement);
        Assert.StartsWith("the record there is about another key", comparison.Answers[1].Trouble, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("\0\0\0\0")]
    public async Task What_is_no_record_does_not_count(string text)
    {
        var comparison = await Comparison.OfAsync(_package, [Place("one", System.Text.Encoding.UTF8.GetBytes(text))], CancellationToken.None);
        Assert.Equal("what is there is no record", comparison.Answers[0].Trouble);
    }

    public void Dispose() => _directory.Dispose();

    private async Task<string> CompareAsync(params Record?[] records)
    {
        _comparisons++;
        ImmutableArray<IRecordOrigin> places = [.. records.Select((r, i) => Place($"place{_comparisons}.{i}", r is null ? null : Bytes(r)))];
        var comparison = await Comparison.OfAsync(_package, places, CancellationToken.None);
        return $"{comparison.Agreement}: {string.Join(", ", comparison.Answers.Select(a => a.Agreement))}";
    }

    private RecordDirectory Place(string name, byte[]? record)
    {
        var directory = Path.Combine(_directory, name);
        var key = _package.Key.ToString();
        Directory.CreateDirectory(Path.Combine(directory, "records", key[..2]));
        if (record is not null)
        {
            File.WriteAllBytes(Path.Combine(directory, "records", key[..2], key), record);
        }

        Assert.True(RecordDirectory.IsAt(directory));
        return new RecordDirectory(name, directory);
    }

    private static byte[] Bytes(Record record) => RecordFormat.Write(record);

    private Record With(string content, params string[] more) => new()
    {
        Package = _package.Name,
        Version = _package.Version,
        Platform = Platform.LinuxAmd64,
        RecipeKey = _package.Key,
        BuildKey = new(Digest.Of("build")),
        Outputs = more.Append("runtime").ToImmutableSortedDictionary(o => o, _ => Digest.Of(content), StringComparer.Ordinal),
        RuntimeNeeds = [],
        Sonames = [],
        Materials = [],
        Preimage = Digest.Of("preimage"),
        SourceDate = 0,
    };
}
