using System.Collections.Immutable;
using System.Globalization;
using Buildit.Build.Actions;
using Buildit.Build.Engine;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Core.Verification;
using Buildit.Store;
using Buildit.Store.Trees;

namespace Buildit.Build.Verification;

/// <summary>Makes packages once more from scratch, with what they need from the store, and lets the store's own records be.</summary>
public sealed class Remaker(ContentStore store, BuildEngine engine, PackageBuilder builder, OutputBuilder outputs, DebianImport debian, GroupMaker groups, EngineOptions options, Action<BuildEvent> report)
{
    /// <summary>Fetches and realises all that a build starts from.</summary>
    public async Task<BuildTask> PrepareAsync(Package.Built package, CancellationToken cancel)
    {
        var inputs = builder.FetchAsync(package.Recipe, cancel);
        var dependencies = engine.RealiseAllAsync(Closure.Of([.. package.Tools, .. package.Libs]), Need.Build, cancel);
        await Failures.WhenAllAsync(inputs, dependencies);
        return new(package, [.. (await dependencies).SelectMany(d => d.Parts(store, "runtime", "dev"))], await inputs);
    }

    /// <summary>Builds a package. That it fails is a result like any other.</summary>
    public async Task<Attempt> BuildAsync(BuildTask task, BuildConditions conditions, ImmutableArray<Variation> varied, CancellationToken cancel)
    {
        var top = NewPlace();
        var work = new BuildWork(conditions.IsDeep ? Path.Combine(top, "another", "place", "further", "down") : top);
        var log = Path.Combine(store.Paths.Logs, task.Package.Key + ".verify.log");
        report(new BuildEvent.Rebuilding(task.Package, Variation.Names(varied), log));
        var attempt = new Attempt(top, FactsOf(conditions, top));
        try
        {
            return attempt with { Outputs = await outputs.BuildAsync(task, work, conditions, log, cancel) };
        }
        catch (BuilditException e) when (e.Code == ExitCode.Failed)
        {
            return attempt with { Failure = e };
        }
        catch
        {
            attempt.Delete();
            throw;
        }
    }

    /// <summary>Imports a distribution package again, or makes a group again.</summary>
    public async Task<Attempt> RemakeAsync(Package package, CancellationToken cancel)
    {
        var place = NewPlace();
        Directory.CreateDirectory(place);
        var attempt = new Attempt(place, FactsOf(new() { Jobs = 1 }, place));
        try
        {
            return attempt with { Outputs = await OutputsOf(package, place, cancel) };
        }
        catch
        {
            attempt.Delete();
            throw;
        }
    }

    private Task<ImmutableSortedDictionary<string, StoredTree>> OutputsOf(Package package, string place, CancellationToken cancel) => package switch
    {
        Package.Imported imported => debian.UnpackAsync(imported, place, cancel),
        Package.Group group => Task.FromResult(groups.Make(group, place)),
        _ => throw new ArgumentException($"'{package.DisplayName}' is built", nameof(package)),
    };

    private string NewPlace() => options.KeepFailed ? store.NewKeptPath("verify") : store.NewWorkPath("verify");

    private BuildFacts FactsOf(BuildConditions c, string directory) => new(
        c.HostName,
        BuildConditions.UsualHostName,
        // Below the store, whose own path may be written in several ways.
        Path.GetRelativePath(store.Paths.Root, directory),
        c.Preloads.Any(p => Path.GetFileNameWithoutExtension(p) == "kernel") ? Variation.OtherKernel : KernelRelease,
        c.User == BuildConditions.UsualUser ? ["buildit", Number(c.User)] : ["nobody", Number(c.User)]);

    private static string KernelRelease { get; } = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    private static string Number(int id) => id.ToString(CultureInfo.InvariantCulture);
}
