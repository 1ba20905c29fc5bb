using System.Collections.Immutable;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Records;

namespace Buildit.Core.Planning;

/// <summary>Makes a plan out of a graph and what is there. It decides as the engine does, and does nothing.</summary>
public sealed class Planner
{
    private readonly PlanRequest _request;
    private readonly IAvailability _there;
    private readonly Companionship _companionship;
    private readonly Demand _demand;
    private readonly ImmutableArray<Package> _order;
    private readonly Dictionary<RecipeKey, Record> _known = [];
    private readonly HashSet<RecipeKey> _undecided = [];

    private Planner(PlanRequest request, PackageGraph graph, IAvailability there)
    {
        (_request, _there, _companionship) = (request, there, new(graph));
        _demand = new(graph, new(graph, _companionship), Find);
        _order = [.. graph.Packages.OfType<Package.Imported>().OrderBy(p => p.Name, StringComparer.Ordinal), .. graph.Packages.Where(p => p is not Package.Imported)];
    }

    /// <summary>The plan for a request. <paramref name="graph"/> is the request's.</summary>
    public static Plan Make(PlanRequest request, PackageGraph graph, IAvailability there)
    {
        var planner = new Planner(request, graph, there);
        planner.Ask();
        var steps = planner.Steps();
        // What is really built needs the files of what it is built with, and a sandbox; that may be more to make.
        while (planner.AskFor(steps))
        {
            steps = planner.Steps();
        }

        return new(steps);
    }

    private void Ask()
    {
        foreach (var package in _request.Packages)
        {
            if (_request.WithRuntime)
            {
                _demand.AddAtRunTime(package, _request.Need, _request.Excluded);
            }
            else
            {
                _demand.AddPackage(package, _request.Need);
            }
        }

        _demand.AddRoot(_request.Tools, Need.Run);
        _demand.Follow();
    }

    /// <summary>Says whether these steps ask for more, so that others are to be made. What is built is built, however much of it is needed.</summary>
    private bool AskFor(ImmutableArray<PlanStep> steps)
    {
        var built = new HashSet<RecipeKey>();
        foreach (var build in steps.OfType<PlanStep.Build>())
        {
            built.Add(build.Built.Key);
            _demand.AddInputs(build.Built, Need.Build, Need.Run);
        }

        _demand.AddRoot(built.Count == 0 ? [] : _request.BuildTools, Need.Run);
        return _demand.Follow().Any(p => !built.Contains(p.Key));
    }

    private Record? Find(Package package, Need need) => _request.Rebuild && package is Package.Built ? null : _there.Find(package, need);

    private ImmutableArray<PlanStep> Steps()
    {
        _known.Clear();
        _undecided.Clear();
        var fetched = new HashSet<Digest>(_order.Length);
        var steps = ImmutableArray.CreateBuilder<PlanStep>(2 * _order.Length);
        foreach (var package in _order)
        {
            if (_demand.Of(package) is { } need)
            {
                steps.AddRange(StepsFor(package, need, fetched));
            }
        }

        return steps.ToImmutable();
    }

    private PlanStep[] StepsFor(Package package, Need need, HashSet<Digest> fetched)
    {
        if (Find(package, need) is { } record)
        {
            _known[package.Key] = record;
            return [_there.IsElsewhere(package, need) ? new PlanStep.Download(package, record) : new PlanStep.Reuse(package, record)];
        }

        var (isDecided, same) = package switch
        {
            Package.Built built when !_request.Rebuild => Decide(built, need),
            Package.Imported imported => (true, _there.FindImport(imported)),
            _ => (true, null),
        };
        // Its outputs may be known though they have to be made again.
        if ((same ?? Find(package, Need.Record)) is { } known)
        {
            _known[package.Key] = known;
        }
        else
        {
            _companionship.AddAbove(package, _undecided);
        }

        var fetches = package is Package.Built from ? Fetches(from, fetched) : [];
        return (package, same) switch
        {
            (_, not null) => [.. fetches, new PlanStep.CutOff(package, same)],
            (Package.Imported imported, _) => [new PlanStep.Import(imported, _there.SizeOf(imported.Pin.Sha256) != imported.Pin.Size)],
            (Package.Group group, _) => [new PlanStep.Make(group)],
            (Package.Built other, _) => [.. fetches, new PlanStep.Build(other, !isDecided && _there.WasMade(other))],
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>Whether it is known already which action would build a package, since all that it is built and tested with is known; and if so, a record of that action.</summary>
    private (bool IsDecided, Record? Same) Decide(Package.Built package, Need need)
    {
        if (package.Tools.Concat(package.Libs).Any(p => _undecided.Contains(p.Key)))
        {
            return (false, null);
        }

        Record[] root = [.. Closure.Of([.. package.Tools, .. package.Libs]).Select(p => _known[p.Key])];
        var test = RuntimeClosure.Of(package.TestTools.IsEmpty ? [] : [.. package.Libs, .. package.Runtime, .. package.TestTools], p => _known.GetValueOrDefault(p.Key));
        if (!test.Missing.IsEmpty)
        {
            return (false, null);
        }

        return (true, _there.Find(package, BuildKeys.Of(package, root, test.Packages.Select(t => t.Record)), r => BuildKeys.Fits(r, package, root), need));
    }

    private IEnumerable<PlanStep> Fetches(Package.Built package, HashSet<Digest> fetched) =>
        package.RemoteFiles.Where(f => f.Digest.IsEmpty || (_there.SizeOf(f.Digest) is null && fetched.Add(f.Digest))).Select(f => new PlanStep.Fetch(package, f));
}
