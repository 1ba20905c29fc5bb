using System.Collections.Immutable;
using Buildit.Build.Actions;
using Buildit.Build.Engine;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Store;
using Buildit.Store.Trees;

namespace Buildit.Build.Verification;

/// <summary>How to verify.</summary>
public sealed record VerifyOptions
{
    /// <summary>Conditions as of any build.</summary>
    public required BuildConditions Usual { get; init; }

    /// <summary>What to vary; nothing: a build is only repeated.</summary>
    public ImmutableArray<Variation> Variations { get; init; } = [];

    /// <summary>What some variations take.</summary>
    public VariationLibraries? Libraries { get; init; }

    /// <summary>Keep what was made differently.</summary>
    public bool Keep { get; init; }
}

/// <summary>Makes packages again and compares with what their records say, output by output and file by file.</summary>
public sealed class Verifier(ContentStore store, BuildEngine engine, Remaker remaker, Diffoscope? diffoscope, VerifyOptions options)
{
    /// <summary>Verifies one package. What is not there yet is made first.</summary>
    public async Task<Verdict> VerifyAsync(Package package, CancellationToken cancel)
    {
        var known = await engine.RealiseAsync(package, Need.All, cancel);
        var expected = known.Record.Outputs.Keys.ToImmutableSortedDictionary(o => o, o => known.Parts(store, o).Single().Tree, StringComparer.Ordinal);
        var verification = package is Package.Built built
            ? new Verification(Builder(await remaker.PrepareAsync(built, cancel), cancel), options, expected)
            : new Verification((_, _) => remaker.RemakeAsync(package, cancel), options with { Variations = [] }, expected);
        try
        {
            return await VerdictOf(known, expected, await verification.RunAsync(), verification, cancel);
        }
        finally
        {
            verification.Clear();
        }
    }

    private Func<BuildConditions, ImmutableArray<Variation>, Task<Attempt>> Builder(BuildTask task, CancellationToken cancel) =>
        (conditions, varied) => remaker.BuildAsync(task, conditions, varied, cancel);

    private async Task<Verdict> VerdictOf(Realised known, ImmutableSortedDictionary<string, StoredTree> expected, Finding finding, Verification verification, CancellationToken cancel)
    {
        var verdict = new Verdict(known.Package, known.Record, finding.Outcome) { Builds = verification.Builds, Varied = verification.Varied, Causes = finding.Causes, Remark = finding.Remark };
        if (finding.Outcome == Outcome.Identical)
        {
            return verdict;
        }

        if (options.Keep)
        {
            verification.Keep(finding.Attempt);
        }

        return verdict with
        {
            Failure = finding.Attempt.Failure,
            Differences = verification.DifferencesOf(finding.Attempt),
            Reports = await ReportsAsync(expected, finding.Attempt, cancel),
            Kept = options.Keep ? finding.Attempt.Directory : null,
        };
    }

    private async Task<ImmutableSortedDictionary<string, string>> ReportsAsync(ImmutableSortedDictionary<string, StoredTree> expected, Attempt attempt, CancellationToken cancel)
    {
        var reports = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (output, tree) in attempt.Outputs ?? expected.Clear())
        {
            if (diffoscope is not null && expected.TryGetValue(output, out var before) && before.DiffId != tree.DiffId)
            {
                reports[output] = await diffoscope.CompareAsync(before.Directory, tree.Directory, cancel);
            }
        }

        return reports.ToImmutable();
    }
}
