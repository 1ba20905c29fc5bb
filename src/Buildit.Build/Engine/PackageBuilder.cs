using System.Collections.Immutable;
using Buildit.Build.Actions;
using Buildit.Build.Sandboxing;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Records;
using Buildit.Core.Trees;
using Buildit.Store;
using Buildit.Store.Locking;
using Buildit.Store.Trees;

namespace Buildit.Build.Engine;

/// <summary>All files that a build starts from, fetched and verified.</summary>
public sealed record BuildInputs(ImmutableArray<PreparedSource> Sources, ImmutableArray<string> Patches)
{
    /// <summary>The source date: the newest modification time in the sources.</summary>
    public long NewestMtime => Sources.Select(s => s.NewestMtime).Append(0).Max();
}

/// <summary>Gives packages and what they need at run time, realised.</summary>
public delegate Task<ImmutableArray<Realised>> RealisedClosure(IEnumerable<Package> packages);

/// <summary>Builds one package whose dependencies are there: root, action, sandbox, outputs, record.</summary>
public sealed class PackageBuilder(
    ContentStore store, RecordKeeper records, Substitution binhosts, IPackageSources sources, ActionRunner runner, RootComposer roots, EngineOptions options, TimeProvider time, Action<BuildEvent> report) : IDisposable
{
    private readonly RuntimeInspection _inspection = new(store, records, report);
    private readonly SemaphoreSlim _builds = new(Math.Max(1, options.ParallelBuilds));

    /// <summary>Fetches what a recipe is built from.</summary>
    public async Task<BuildInputs> FetchAsync(ResolvedRecipe recipe, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var fetched = Task.WhenAll(recipe.Sources.Select(s => StoppingAsync(sources.SourceAsync(s, stop.Token), stop)));
        var patches = Task.WhenAll(recipe.Patches.Select(p => StoppingAsync(sources.PatchAsync(p, stop.Token), stop)));
        await Failures.WhenAllAsync(fetched, patches);
        return new([.. await fetched], [.. await patches]);
    }

    /// <summary>A file that cannot be had stops the download of the others, unless the options say to keep going.</summary>
    private async Task<T> StoppingAsync<T>(Task<T> work, CancellationTokenSource stop)
    {
        try
        {
            return await work;
        }
        catch when (!options.KeepGoing)
        {
            await stop.CancelAsync();
            throw;
        }
    }

    /// <summary>Finds the outputs of an action that was done before, here or elsewhere, on the same inputs; null if there are none. The inputs need not be there.</summary>
    /// <param name="package">What is wanted.</param>
    /// <param name="dependencies">What its root would be made of.</param>
    /// <param name="testDependencies">All that the root of its test may be made of; none if it has no test.</param>
    /// <param name="need">What is needed of it.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<Realised?> FindAsync(Package.Built package, ImmutableArray<Realised> dependencies, ImmutableArray<Realised> testDependencies, Need need, CancellationToken cancel)
    {
        var (buildKey, root) = BuildKeyOf(package, dependencies, testDependencies);
        bool Fits(Record record) => BuildKeys.Fits(record, package, root);
        var same = records.Find(buildKey, need) is { } known && Fits(known) ? known : await binhosts.FindAsync(package, buildKey, Fits, need, cancel);
        return same is null ? null : await CutOffAsync(package, same, cancel);
    }

    /// <summary>Builds, unless another process has done the same meanwhile.</summary>
    /// <param name="package">What to build.</param>
    /// <param name="dependencies">What its root is made of.</param>
    /// <param name="testDependencies">All that the root of its test may be made of; none if it has no test.</param>
    /// <param name="runtimeClosure">Gives what packages need at run time.</param>
    /// <param name="inputs">Its sources and patches.</param>
    /// <param name="cancel">Ends the build.</param>
    public async Task<Realised> BuildAsync(
        Package.Built package, ImmutableArray<Realised> dependencies, ImmutableArray<Realised> testDependencies, RealisedClosure runtimeClosure, BuildInputs inputs, CancellationToken cancel)
    {
        ImmutableArray<RootPart> parts = [.. dependencies.SelectMany(d => d.Parts(store, "runtime", "dev"))];
        var (buildKey, root) = BuildKeyOf(package, dependencies, testDependencies);
        using var turn = await _builds.EnterAsync(cancel);
        using var held = await FileLock.AcquireAsync(
            Path.Combine(store.Paths.Locks, buildKey.ToString()), $"building {package.DisplayName}", time, holder => report(new BuildEvent.Waiting(package.DisplayName, holder)), cancel);
        if (!options.Rebuild && await FindFinishedAsync(package, buildKey, root, cancel) is { } finished)
        {
            return finished;
        }

        var work = new BuildWork(options.KeepFailed ? store.NewKeptPath("build") : store.NewWorkPath("build"));
        try
        {
            var realised = await BuildAsync(package, buildKey, parts, runtimeClosure, inputs, work, cancel);
            work.Delete();
            return realised;
        }
        catch (BuilditException e) when (options.KeepFailed)
        {
            throw BuildFailure.Kept(e, work.Directory);
        }
        catch
        {
            work.Delete();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _builds.Dispose();

    /// <summary>What another process has built while this one waited for its turn: the same package, or the same under another recipe key.</summary>
    private async Task<Realised?> FindFinishedAsync(Package.Built package, BuildKey buildKey, Record[] root, CancellationToken cancel)
    {
        if (records.Find(package, Need.All) is { } finished)
        {
            report(new BuildEvent.Reused(package));
            return new(package, finished);
        }

        return records.Find(buildKey, Need.All) is { } same && BuildKeys.Fits(same, package, root) ? await CutOffAsync(package, same, cancel) : null;
    }

    private async Task<Realised> CutOffAsync(Package.Built package, Record same, CancellationToken cancel)
    {
        report(new BuildEvent.CutOff(package));
        return await records.KeepAgainAsync(package, same, cancel);
    }

    private static (BuildKey Key, Record[] Root) BuildKeyOf(Package.Built package, ImmutableArray<Realised> dependencies, ImmutableArray<Realised> testDependencies)
    {
        Record[] root = [.. dependencies.Select(d => d.Record)];
        return (BuildKeys.Of(package, root, testDependencies.Select(d => d.Record)), root);
    }

    private async Task<Realised> BuildAsync(
        Package.Built package, BuildKey buildKey, ImmutableArray<RootPart> parts, RealisedClosure runtimeClosure, BuildInputs inputs, BuildWork work, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        var task = new BuildTask(package, parts, inputs);
        var log = Path.Combine(store.Paths.Logs, package.Key + ".log");
        report(new BuildEvent.Building(package, log));
        var outputs = await new OutputBuilder(store, runner, roots).BuildAsync(task, work, new() { Jobs = options.Jobs }, log, cancel);
        var (needs, sonames) = await Task.Run(() => _inspection.Inspect(package, outputs.GetValueOrDefault("runtime"), parts), cancel);
        if (package.Recipe.Test is not null)
        {
            await TestAsync(package, outputs, needs, runtimeClosure, log, cancel);
        }

        var realised = await records.KeepAsync(package, buildKey, outputs, needs, sonames, Materials(package, inputs, parts), task.SourceDate, cancel);
        report(new BuildEvent.Built(package, time.GetElapsedTime(started), log));
        return realised;
    }

    private async Task TestAsync(
        Package.Built package, ImmutableSortedDictionary<string, StoredTree> outputs, ImmutableArray<string> needs, RealisedClosure runtimeClosure, string log, CancellationToken cancel)
    {
        var closure = Closure.Of([.. package.Tools, .. package.Libs, .. package.Runtime]);
        var realised = await runtimeClosure(closure.Where(p => needs.Contains(p.Name)).Concat(package.TestTools));
        ImmutableArray<RootPart> all =
        [
            .. realised.Where(r => r.Package.Name != package.Name && !package.Replaces.Contains(r.Package.Name)).SelectMany(r => r.Parts(store, "runtime")),
            .. outputs.Where(o => o.Key == "runtime").Select(o => new RootPart(package.Name, o.Key, o.Value)),
        ];
        var root = await roots.ComposeOnceAsync(all, cancel);
        try
        {
            await runner.TestAsync(package, all, root, log, cancel);
        }
        finally
        {
            WorkDirectory.TryDelete(root);
        }
    }

    private static ImmutableArray<Material> Materials(Package.Built package, BuildInputs inputs, ImmutableArray<RootPart> parts) =>
    [
        .. package.Recipe.Sources.Zip(inputs.Sources, (s, i) => new Material(s.FileName, i.Uri, i.Digest)),
        .. package.Recipe.Patches.Select(p => new Material(p.FileName, p.Origin.IsRemote ? PublicUri.Of(p.Origin.Location) : null, p.Digest)),
        .. package.Recipe.HelperFiles.Select(f => new Material("files/" + f.Path, null, f.Digest)),
        .. package.Recipe.Files.Select(f => new Material(f.Path, null, f.Digest)),
        .. parts.Select(p => new Material(p.Package + "/" + p.Output, null, p.Tree.DiffId)),
    ];
}
