using System.Collections.Concurrent;
using System.Collections.Immutable;
using Buildit.Core.Graphs;
using Buildit.Core.Records;

namespace Buildit.Build.Engine;

/// <summary>
/// Makes packages real: from the store by recipe key, else by build key, else by doing the work. Each package once in a process, however many ask for it;
/// nothing is started that nobody needs, so a package that is there costs nothing of what it was built from.
/// </summary>
public sealed class BuildEngine(RecordKeeper records, PackageBuilder builder, DebianImport debian, GroupMaker groups, EngineOptions options, Action<BuildEvent> report)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<Realised>>> _running = new(StringComparer.Ordinal);

    /// <summary>The outputs of a package. Dependencies that fail make this fail with the same exception.</summary>
    public Task<Realised> RealiseAsync(Package package, CancellationToken cancel) =>
        _running.GetOrAdd(package.Key.ToString(), _ => new(() => Task.Run(() => ComputeAsync(package, cancel), cancel))).Value;

    /// <summary>All of these; the first failure stops the others unless the options say to keep going.</summary>
    public async Task<ImmutableArray<Realised>> RealiseAllAsync(IEnumerable<Package> packages, CancellationToken cancel) =>
        [.. await Task.WhenAll(packages.Select(p => RealiseAsync(p, cancel)))];

    /// <summary>These packages and what they need at run time, realised, sorted by name; packages that others stand for are left out.</summary>
    public async Task<ImmutableArray<Realised>> RuntimeClosureAsync(IEnumerable<Package> packages, CancellationToken cancel)
    {
        var found = new SortedDictionary<string, Realised>(StringComparer.Ordinal);
        for (var wave = packages.ToImmutableArray(); !wave.IsEmpty;)
        {
            var realised = await RealiseAllAsync(wave, cancel);
            foreach (var r in realised)
            {
                found.TryAdd(r.Package.Name, r);
            }

            wave = [.. realised.SelectMany(RuntimeNeeds).Where(p => !found.ContainsKey(p.Name)).DistinctBy(p => p.Key)];
        }

        var replaced = found.Values.SelectMany(r => r.Package.Replaces).ToHashSet(StringComparer.Ordinal);
        return [.. found.Values.Where(r => !replaced.Contains(r.Package.Name))];
    }

    /// <summary>Whether a package is in the store with everything that its record names.</summary>
    public bool IsThere(Package package) => records.Find(package) is not null;

    private async Task<Realised> ComputeAsync(Package package, CancellationToken cancel)
    {
        if (!(options.Rebuild && package is Package.Built) && records.Find(package) is { } known)
        {
            report(new BuildEvent.Reused(package));
            return new(package, known);
        }

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
        var inputs = builder.FetchAsync(package.Recipe, cancel);
        var root = RealiseAllAsync(Closure.Of([.. package.Tools, .. package.Libs]), cancel);
        var test = RealiseAllAsync(package.Recipe.Test is null ? [] : Closure.Of(package.TestTools), cancel);
        // A missing source should not hide behind a minute of building dependencies, nor the other way round.
        await Task.WhenAll(inputs, root, test);
        return await builder.BuildAsync(package, await root, await test, await inputs, cancel);
    }

    /// <summary>What a realised package needs at run time, as nodes: names in its record are looked up in the closure that it was built in.</summary>
    private static IEnumerable<Package> RuntimeNeeds(Realised realised) => realised.Package switch
    {
        Package.Built built => Named(built, realised.Record),
        var other => other.Companions,
    };

    private static IEnumerable<Package> Named(Package.Built built, Record record)
    {
        var closure = Closure.Of([.. built.Tools, .. built.Libs, .. built.Runtime]).ToDictionary(p => p.Name, StringComparer.Ordinal);
        return record.RuntimeNeeds.Where(closure.ContainsKey).Select(n => closure[n]);
    }
}
