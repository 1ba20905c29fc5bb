using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Records;

namespace Buildit.Build.Engine;

/// <summary>
/// Makes packages real: from the store by recipe key, else by build key, else by doing the work. Each package once in a process, however many ask for it;
/// nothing is started that nobody needs, so a package that is there costs nothing of what it was built from.
/// </summary>
public sealed class BuildEngine(RecordKeeper records, PackageBuilder builder, DebianImport debian, GroupMaker groups, EngineOptions options, Action<BuildEvent> report) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<Realised>>> _running = new(StringComparer.Ordinal);
    private readonly RootCauses _causes = new(report);
    private readonly CancellationTokenSource _stop = new();
    private ExceptionDispatchInfo? _failure;

    /// <summary>The outputs of a package. Dependencies that fail make this fail with the same exception; so does, unless the options say to keep going, whatever else fails first.</summary>
    public Task<Realised> RealiseAsync(Package package, CancellationToken cancel) =>
        _running.GetOrAdd(package.Key.ToString(), _ => new(() => Task.Run(() => RunAsync(package, cancel), CancellationToken.None))).Value;

    /// <summary>All of these; the first failure stops the others unless the options say to keep going.</summary>
    public async Task<ImmutableArray<Realised>> RealiseAllAsync(IEnumerable<Package> packages, CancellationToken cancel)
    {
        var tasks = packages.Select(p => RealiseAsync(p, cancel)).ToArray();
        await Failures.WhenAllAsync(tasks);
        return [.. await Task.WhenAll(tasks)];
    }

    /// <summary>These packages and what they need at run time, realised, sorted by name; packages that others stand for are left out.</summary>
    public async Task<ImmutableArray<Realised>> RuntimeClosureAsync(IEnumerable<Package> packages, CancellationToken cancel)
    {
        var found = new SortedDictionary<string, Realised>(StringComparer.Ordinal);
        for (var wave = packages.ToImmutableArray(); !wave.IsEmpty;)
        {
            var realised = await RealiseAllAsync(wave, cancel);
            foreach (var r in realised)
            {
                if (!found.TryAdd(r.Package.Name, r) && found[r.Package.Name].Package is var other && other.Key != r.Package.Key)
                {
                    throw Closure.Clash(other, r.Package);
                }
            }

            wave = [.. realised.SelectMany(r => RuntimeNeeds.Of(r.Package, r.Record)).Where(p => found.GetValueOrDefault(p.Name)?.Package.Key != p.Key).DistinctBy(p => p.Key)];
        }

        var replaced = found.Values.SelectMany(r => r.Package.Replaces).ToHashSet(StringComparer.Ordinal);
        return [.. found.Values.Where(r => !replaced.Contains(r.Package.Name))];
    }

    /// <summary>Whether a package is in the store with everything that its record names.</summary>
    public bool IsThere(Package package) => records.Find(package) is not null;

    /// <summary>Whether a package is built though it is there.</summary>
    public bool IsRebuilt(Package package) => options.Rebuild && package is Package.Built;

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task<Realised> RunAsync(Package package, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stop.Token);
        try
        {
            return await StoppingAsync(ComputeAsync(package, either.Token), either.Token);
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

    private async Task<Realised> ComputeAsync(Package package, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (!IsRebuilt(package) && records.Find(package) is { } known)
        {
            report(new BuildEvent.Reused(package));
            return new(package, known);
        }

        records.RequireWritable();
        return package switch
        {
            Package.Imported imported => await debian.ImportAsync(imported, cancel),
            Package.Group group => await groups.MakeAsync(group, cancel),
            Package.Built built => await BuildAsync(built, cancel),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private async Task<Realised> BuildAsync(Package.Built package, CancellationToken cancel)
    {
        // Two versions of one package are an error before anything is built, not after.
        _ = Closure.Of([.. package.Tools, .. package.Libs, .. package.Runtime]);
        var inputs = StoppingAsync(builder.FetchAsync(package.Recipe, cancel), cancel);
        var root = RealiseAllAsync(Closure.Of([.. package.Tools, .. package.Libs]), cancel);
        // All that the test's root may hold, so that nothing is built while this build holds its turn.
        var test = RuntimeClosureAsync(package.Recipe.Test is null ? [] : [.. package.Libs, .. package.Runtime, .. package.TestTools], cancel);
        // A missing source should not hide behind a minute of building dependencies, nor the other way round.
        await Failures.WhenAllAsync(inputs, root, test);
        return await builder.BuildAsync(package, await root, await test, needed => RuntimeClosureAsync(needed, cancel), await inputs, cancel);
    }
}
