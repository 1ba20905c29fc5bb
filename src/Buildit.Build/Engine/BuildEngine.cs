using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Records;

namespace Buildit.Build.Engine;

/// <summary>
/// Makes packages real: by recipe key from the store or a binhost, else by build key from the store or a binhost, else by doing the work. Each package once in a process,
/// however many ask for it; nothing is started that nobody needs, so a package that is there costs nothing of what it was built from.
/// </summary>
public sealed class BuildEngine(
    RecordKeeper records, Substitution binhosts, PackageBuilder builder, DebianImport debian, GroupMaker groups, EngineOptions options, Action<BuildEvent> report) : IDisposable
{
    private readonly ConcurrentDictionary<(string Key, Need Need), Lazy<Task<Realised>>> _running = [];
    private readonly ConcurrentDictionary<string, Lazy<Task<Realised>>> _making = new(StringComparer.Ordinal);
    private readonly RootCauses _causes = new(report);
    private readonly CancellationTokenSource _stop = new();
    private ExceptionDispatchInfo? _failure;

    /// <summary>A package with all that can be built with it: see the other overload.</summary>
    public Task<Realised> RealiseAsync(Package package, CancellationToken cancel) => RealiseAsync(package, Need.Build, cancel);

    /// <summary>
    /// What is needed of a package. Dependencies that fail make this fail with the same exception; so does, unless the options say to keep going, whatever else fails first.
    /// </summary>
    public Task<Realised> RealiseAsync(Package package, Need need, CancellationToken cancel) =>
        _running.GetOrAdd((package.Key.ToString(), need), _ => new(() => Task.Run(() => RunAsync(package, need, cancel), CancellationToken.None))).Value;

    /// <summary>All of these; the first failure stops the others unless the options say to keep going.</summary>
    public async Task<ImmutableArray<Realised>> RealiseAllAsync(IEnumerable<Package> packages, Need need, CancellationToken cancel)
    {
        var tasks = packages.Select(p => RealiseAsync(p, need, cancel)).ToArray();
        await Failures.WhenAllAsync(tasks);
        return [.. await Task.WhenAll(tasks)];
    }

    /// <summary>These packages and what they need at run time, realised, sorted by name; packages that others stand for are left out.</summary>
    public Task<ImmutableArray<Realised>> RuntimeClosureAsync(IEnumerable<Package> packages, Need need, CancellationToken cancel) =>
        RuntimeClosureAsync(packages, ImmutableHashSet<string>.Empty, need, cancel);

    /// <summary>The same without packages of some names, and without what only those need.</summary>
    public async Task<ImmutableArray<Realised>> RuntimeClosureAsync(IEnumerable<Package> packages, IReadOnlySet<string> excluded, Need need, CancellationToken cancel)
    {
        var found = new SortedDictionary<string, Realised>(StringComparer.Ordinal);
        for (var wave = packages.ToImmutableArray(); !wave.IsEmpty;)
        {
            var realised = await RealiseAllAsync(wave, need, cancel);
            foreach (var r in realised)
            {
                if (!found.TryAdd(r.Package.Name, r) && found[r.Package.Name].Package is var other && other.Key != r.Package.Key)
                {
                    throw Closure.Clash(other, r.Package);
                }
            }

            wave = [.. realised.SelectMany(r => RuntimeNeeds.Of(r.Package, r.Record)).Where(p => !excluded.Contains(p.Name) && found.GetValueOrDefault(p.Name)?.Package.Key != p.Key).DistinctBy(p => p.Key)];
        }

        var replaced = found.Values.SelectMany(r => r.Package.Replaces).ToHashSet(StringComparer.Ordinal);
        return [.. found.Values.Where(r => !replaced.Contains(r.Package.Name))];
    }

    /// <summary>Whether the store has what is needed of a package.</summary>
    public bool IsThere(Package package, Need need = Need.Build) => records.Find(package, need) is not null;

    /// <summary>Says which packages will be asked for one after the other, so that binhosts are asked for all of them at once.</summary>
    public void Foresee(IEnumerable<Package> packages, Need need, CancellationToken cancel) => binhosts.Foresee(packages.Where(p => !IsRebuilt(p) && records.Find(p, need) is null), cancel);

    /// <summary>What is needed of a package, if the store or a binhost has it; null if it would have to be made.</summary>
    public async Task<Realised?> FindAsync(Package package, Need need, CancellationToken cancel) => IsRebuilt(package) ? null
        : records.Find(package, need) is { } known ? new(package, known)
        : await binhosts.FindAsync(package, need, cancel);

    /// <summary>Whether a package is built though it is there.</summary>
    public bool IsRebuilt(Package package) => options.Rebuild && package is Package.Built;

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task<Realised> RunAsync(Package package, Need need, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stop.Token);
        try
        {
            return await StoppingAsync(ComputeAsync(package, need, either.Token), either.Token);
        }
        catch (BuilditException e) when (options.KeepGoing)
        {
            _causes.Tell(package, e);
            throw;
        }
    }

    /// <summary>Lets a failure stop everything else at once, unless the options say to keep going; what was stopped fails with what stopped it.</summary>
    private async Task<T> StoppingAsync<T>(Task<T> work, CancellationToken cancel)
    {
        try
        {
            return await work;
        }
        catch (Exception e) when (!options.KeepGoing)
        {
            if (e is not OperationCanceledException && !cancel.IsCancellationRequested)
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
            }

            if (_failure is { } first)
            {
                await _stop.CancelAsync();
                first.Throw();
            }

            throw;
        }
    }

    private async Task<Realised> ComputeAsync(Package package, Need need, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (!IsRebuilt(package))
        {
            if (records.Find(package, need) is { } known)
            {
                report(new BuildEvent.Reused(package));
                return new(package, known);
            }

            if (await binhosts.FindAsync(package, need, cancel) is { } pulled)
            {
                return pulled;
            }
        }

        return await MakeOnceAsync(package, need, cancel);
    }

    /// <summary>Whatever is needed of a package, it is made once; unless it was cut off when only its record was needed, and now more is.</summary>
    private async Task<Realised> MakeOnceAsync(Package package, Need need, CancellationToken cancel)
    {
        while (true)
        {
            var making = _making.GetOrAdd(package.Key.ToString(), _ => new(() => MakeAsync(package, need, cancel)));
            var made = await making.Value;
            if (records.Has(made.Record, need))
            {
                return made;
            }

            _making.TryRemove(new(package.Key.ToString(), making));
        }
    }

    private async Task<Realised> MakeAsync(Package package, Need need, CancellationToken cancel)
    {
        records.RequireWritable();
        RequireBinhost(package);
        return package switch
        {
            Package.Imported imported => await debian.ImportAsync(imported, cancel),
            Package.Group group => await groups.MakeAsync(group, cancel),
            Package.Built built => await BuildAsync(built, need, cancel),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>Where binhosts are required: throws for what one of them has without a signature that counts, and for what would have to be built.</summary>
    private void RequireBinhost(Package package)
    {
        if (!options.RequireBinhost)
        {
            return;
        }

        if (binhosts.RefusalsOf(package) is { Count: > 0 } refusals)
        {
            throw new BuilditException(ExitCode.TrustRefused, [.. refusals.Select(r => r.Describe() with { Code = ExitCode.TrustRefused })]);
        }

        if (package is Package.Built)
        {
            throw new BuilditException(ExitCode.Missing, $"no binhost has '{package.DisplayName}', and it must not be built here", binhosts.HasFailed ? "one of them does not work, as said above: run the command again when it does" : "push it from a machine that has it, or build it here");
        }
    }

    private async Task<Realised> BuildAsync(Package.Built package, Need need, CancellationToken cancel)
    {
        // Two versions of one package are an error before anything is built, not after.
        _ = Closure.Of([.. package.Tools, .. package.Libs, .. package.Runtime]);
        var inputs = StoppingAsync(builder.FetchAsync(package.Recipe, cancel), cancel);
        // To know what the dependencies gave is enough for the build key; they are downloaded, if they are elsewhere, when something is really built with them.
        var root = RealiseAllAsync(BuiltWith(package), Need.Record, cancel);
        var test = RuntimeClosureAsync(TestedWith(package), Need.Record, cancel);
        // A missing source should not hide behind a minute of building dependencies, nor the other way round.
        await Failures.WhenAllAsync(inputs, root, test);
        if (!options.Rebuild && await builder.FindAsync(package, await root, await test, need, cancel) is { } same)
        {
            return same;
        }

        root = RealiseAllAsync(BuiltWith(package), Need.Build, cancel);
        test = RuntimeClosureAsync(TestedWith(package), Need.Run, cancel);
        await Failures.WhenAllAsync(root, test);
        return await builder.BuildAsync(package, await root, await test, needed => RuntimeClosureAsync(needed, Need.Run, cancel), await inputs, cancel);
    }

    private static ImmutableArray<Package> BuiltWith(Package.Built package) => Closure.Of([.. package.Tools, .. package.Libs]);

    /// <summary>All that the root of a package's test may hold, so that nothing is built while the build holds its turn.</summary>
    private static IEnumerable<Package> TestedWith(Package.Built package) => package.Recipe.Test is null ? [] : [.. package.Libs, .. package.Runtime, .. package.TestTools];
}
