using System.Collections.Immutable;
using Buildit.Build.Actions;
using Buildit.Core.Verification;
using Buildit.Store.Trees;

namespace Buildit.Build.Verification;

/// <summary>What came out, and the attempt that shows it.</summary>
internal sealed record Finding(Outcome Outcome, Attempt Attempt)
{
    public ImmutableArray<FoundCause> Causes { get; init; } = [];

    public string? Remark { get; init; }
}

/// <summary>
/// The verification of one package. First everything is varied at once: if that gives the same, one build has shown all. If not, a build under the usual conditions
/// tells whether the variations are to blame, which are then found by trying fewer of them, or whether no two builds agree.
/// </summary>
internal sealed class Verification(Func<BuildConditions, ImmutableArray<Variation>, Task<Attempt>> build, VerifyOptions options, ImmutableSortedDictionary<string, StoredTree> expected)
{
    private const int EnoughBuilds = 4;
    private static readonly ImmutableArray<CauseKind> Certain = [CauseKind.Date, CauseKind.HostPath, CauseKind.HostName, CauseKind.Kernel, CauseKind.User];
    private static readonly ImmutableArray<CauseKind> Orders = [CauseKind.DirectoryOrder, CauseKind.Jobs, CauseKind.EnvironmentOrder, CauseKind.Locale];
    private static readonly ImmutableDictionary<string, string> HashSeeds = ImmutableDictionary.CreateRange([KeyValuePair.Create("PERL_HASH_SEED", "0"), KeyValuePair.Create("PYTHONHASHSEED", "0")]);
    private readonly HashSet<Attempt> _attempts = new(ReferenceEqualityComparer.Instance);

    public int Builds { get; private set; }

    public ImmutableArray<Variation> Varied => options.Variations;

    public async Task<Finding> RunAsync()
    {
        var first = await TryAsync(Varied);
        if (first.Gives(expected))
        {
            return new(Outcome.Identical, first);
        }

        if (Varied.IsEmpty)
        {
            return Failing(first) ?? new(Outcome.Differs, first) { Causes = Guess(first) };
        }

        var plain = await TryAsync([]);
        return Failing(plain) ?? (plain.Gives(expected) ? await BlameAsync(first) : await UnsteadyAsync(plain));
    }

    public ImmutableArray<OutputDifference> DifferencesOf(Attempt attempt) => attempt.Outputs is { } outputs ? OutputDifference.Between(expected, outputs) : [];

    /// <summary>An attempt that stays on disk.</summary>
    public void Keep(Attempt attempt) => _attempts.Remove(attempt);

    /// <summary>Deletes what all other attempts left.</summary>
    public void Clear()
    {
        foreach (var attempt in _attempts)
        {
            attempt.Delete();
        }
    }

    private static Finding? Failing(Attempt attempt) => attempt.Failure is null ? null : new(Outcome.Fails, attempt);

    private Task<Attempt> TryAsync(ImmutableArray<Variation> varied) => TryAsync(Variation.Apply(options.Usual, varied, options.Libraries), varied);

    private async Task<Attempt> TryAsync(BuildConditions conditions, ImmutableArray<Variation> varied)
    {
        Builds++;
        var attempt = await build(conditions, varied);
        _attempts.Add(attempt);
        return attempt;
    }

    private async Task<bool> DiffersAsync(ImmutableArray<Variation> varied)
    {
        var attempt = await TryAsync(varied);
        var differs = !attempt.Gives(expected);
        _attempts.Remove(attempt);
        attempt.Delete();
        return differs;
    }

    /// <summary>The variations that make the difference: first those that the bytes speak for, then whatever is left.</summary>
    private async Task<Finding> BlameAsync(Attempt first)
    {
        var blamed = new List<ImmutableArray<Variation>>();
        var guess = Guess(first).SelectMany(c => c.Kind == CauseKind.Order ? Orders : [c.Kind]).ToHashSet();
        foreach (var suspect in Varied.Where(v => guess.Contains(v.Kind)))
        {
            if (await DiffersAsync([suspect]))
            {
                blamed.Add([suspect]);
            }
        }

        var rest = Varied.RemoveRange(blamed.SelectMany(b => b));
        if (!rest.IsEmpty && await DiffersAsync(rest))
        {
            blamed.AddRange(await Bisection.FindAsync(rest, DiffersAsync));
        }

        var outcome = first.Failure is null ? Outcome.Differs : Outcome.FailsVaried;
        return blamed.Count > 0
            ? new(outcome, first) { Causes = [.. blamed.Select(b => new FoundCause(b.Length == 1 ? b[0].Kind : CauseKind.Random, b))] }
            : new(outcome, first) { Causes = [new(CauseKind.Random, [])], Remark = "it differed once, and not again with the same variations" };
    }

    /// <summary>Not even a build under the usual conditions gives what the record says.</summary>
    private async Task<Finding> UnsteadyAsync(Attempt plain)
    {
        var finding = new Finding(Outcome.Differs, plain) { Causes = Guess(plain), Remark = "it differs even if nothing is varied" };
        if (finding.Causes.Any(c => Certain.Contains(c.Kind)))
        {
            return finding;
        }

        if ((await TryAsync([])).Gives(plain.Outputs))
        {
            return finding with { Remark = "two builds here agree with each other, and not with the record: it was made by another machine, or another version of buildit" };
        }

        finding = finding with { Remark = "no two builds agree, even if nothing is varied" };
        foreach (var (kind, words, conditions) in Held())
        {
            if (await IsSteadyAsync(conditions))
            {
                return finding with { Causes = [new(kind, [])], Remark = $"{finding.Remark}; they do {words}" };
            }
        }

        return finding;
    }

    /// <summary>What may be different in each build, held still.</summary>
    private IEnumerable<(CauseKind Kind, string Words, BuildConditions Conditions)> Held()
    {
        yield return (CauseKind.Jobs, "with one job", options.Usual with { Jobs = 1 });
        yield return (CauseKind.HashSeed, "with PERL_HASH_SEED=0 and PYTHONHASHSEED=0", options.Usual with { Environment = options.Usual.Environment.SetItems(HashSeeds) });
        if (options.Libraries is { } libraries)
        {
            yield return (CauseKind.Date, "with a clock that stands still", options.Usual with { Preloads = [libraries.PathOf("clock-held")] });
        }
    }

    /// <summary>Whether several builds agree: two may do so by luck, where a race has few ways to end.</summary>
    private async Task<bool> IsSteadyAsync(BuildConditions conditions)
    {
        var first = await TryAsync(conditions, []);
        for (var more = 1; more < EnoughBuilds; more++)
        {
            if (!(await TryAsync(conditions, [])).Gives(first.Outputs))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What the bytes speak for.</summary>
    private ImmutableArray<FoundCause> Guess(Attempt attempt)
    {
        var kinds = DifferencesOf(attempt).SelectMany(o => o.Files).SelectMany(f => KindsOf(f, attempt.Facts)).Distinct().Order().ToArray();
        // What is explained makes digests and identifiers of other places differ, which look random.
        return [.. (kinds.Length > 1 ? kinds.Where(k => k != CauseKind.Random) : kinds).Select(k => new FoundCause(k, []))];
    }

    private static IEnumerable<CauseKind> KindsOf(FileDifference file, BuildFacts facts) => file switch
    {
        { Contents.IsEmpty: false } => file.Contents.Select(c => c.Kind ?? (c.Snippet is { } s ? LikelyCause.Of(s, facts) : CauseKind.Random)),
        { Path.Words: ["mode"] } => [CauseKind.Umask],
        _ => [CauseKind.Random],
    };
}
