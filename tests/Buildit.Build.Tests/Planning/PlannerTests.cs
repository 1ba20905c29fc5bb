using Buildit.Build.Engine;
using Buildit.Build.Planning;
using Buildit.Build.Tests.Engine;
using Buildit.Core.Graphs;
using Buildit.Core.Planning;
using Buildit.Core.Records;

namespace Buildit.Build.Tests.Planning;

/// <summary>A plan, and what the engine does afterwards.</summary>
public sealed class PlannerTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>Graphs with tools, libraries, runtime needs, tests and replacements, of which a part was built before: as many as find every difference that was put in on purpose.</summary>
    [Fact]
    public async Task The_engine_does_what_the_plan_says()
    {
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        for (var seed = 0; seed < 20; seed++)
        {
            using var bench = new EngineBench();
            // Not both at once: what only might be built might need files that are gone.
            var isDamaged = seed % 2 == 0;
            var (choice, packages) = (new Random(-seed), RandomGraph(bench, seed, isChanged: _ => false));
            foreach (var before in packages.Where(_ => choice.Next(3) == 0))
            {
                await bench.Engine.RealiseAsync(before, None);
            }

            // Outputs that are gone, while their records are there: as of what came from elsewhere in part.
            foreach (var tree in new DirectoryInfo(bench.Store.Paths.Trees).EnumerateDirectories().OrderBy(d => d.Name, StringComparer.Ordinal).Where(_ => isDamaged && choice.Next(4) == 0))
            {
                tree.Delete(recursive: true);
            }

            using var again = bench.Again();
            var wanted = RandomGraph(again, seed, isChanged: i => !isDamaged && choice.Next(4) == 0)[^1];
            var plan = PlanOf(again, wanted);
            await again.Engine.RuntimeClosureAsync([wanted], Need.Run, None);
            // What may be cut off is, or is not.
            var done = Done(again).ToHashSet(StringComparer.Ordinal);
            // The engine does not tell of groups that it makes.
            done.Remove("Reuse toolchain/sh");
            // What was known by its record was reused or cut off for that, though it had to be made in the end.
            done.RemoveWhere(d => d.StartsWith("CutOff ", StringComparison.Ordinal) && done.Contains("Build " + d[7..]));
            done.RemoveWhere(d => d.StartsWith("Reuse ", StringComparison.Ordinal) && (done.Contains("Build " + d[6..]) || done.Contains("CutOff " + d[6..])));
            var said = plan.Steps.Where(s => s.Package is not Package.Group).Select(s => s is PlanStep.Build { MayBeCutOff: true } && done.Contains("CutOff " + s.Package.Name) ? "CutOff " + s.Package.Name : Show(s));
            Assert.Equal($"seed {seed}: {string.Join(", ", done.Order(StringComparer.Ordinal))}", $"seed {seed}: {string.Join(", ", said.Order(StringComparer.Ordinal))}");
            kinds.UnionWith(plan.Steps.Select(s => s is PlanStep.Build { MayBeCutOff: true } ? "Build?" : s.GetType().Name));
        }

        Assert.Equal(["Build", "Build?", "CutOff", "Make", "Reuse"], kinds);
    }

    [Fact]
    public async Task What_depends_on_a_package_that_is_built_may_be_cut_off_only_if_it_was_made_before()
    {
        using var bench = new EngineBench();
        await bench.Engine.RealiseAsync(bench.Package("app/old", bench.Package("lib/x")), None);
        var changed = Samples.Built(Samples.Recipe("lib/x") with { Environment = Samples.Map(("A", "B")) }, [bench.Shell]);
        var plan = PlanOf(bench, bench.Package("app/old", changed), bench.Package("app/new", changed));
        Assert.Equal(
            [("lib/x", false), ("app/old", true), ("app/new", false)],
            plan.Steps.OfType<PlanStep.Build>().Select(b => (b.Package.Name, b.MayBeCutOff)));
    }

    [Fact]
    public async Task A_package_whose_dependencies_are_there_is_known_to_be_cut_off()
    {
        using var bench = new EngineBench();
        var changed = Samples.Built(Samples.Recipe("lib/x") with { Environment = Samples.Map(("A", "B")) }, [bench.Shell]);
        await bench.Engine.RealiseAsync(bench.Package("app/top", bench.Package("lib/x")), None);
        await bench.Engine.RealiseAsync(changed, None);
        var plan = PlanOf(bench, bench.Package("app/upper", bench.Package("app/top", changed)));
        Assert.Equal(["Reuse toolchain/sh", "Reuse lib/x", "CutOff app/top", "Build app/upper"], plan.Steps.Select(Show));
    }

    [Fact]
    public async Task A_rebuild_builds_what_is_there()
    {
        using var bench = new EngineBench();
        var top = bench.Package("app/top", bench.Package("lib/x"));
        await bench.Engine.RealiseAsync(top, None);
        Assert.True(PlanOf(bench, top).IsDone);
        var request = new PlanRequest { Packages = [top], Rebuild = true };
        var plan = Planner.Make(request, request.Graph, new StoreAvailability(bench.Store, bench.Records, request.Graph));
        Assert.Equal(["Reuse toolchain/sh", "Build lib/x", "Build app/top"], plan.Steps.Select(Show));
    }

    [Fact]
    public void Sources_and_remote_patches_are_fetched_once_and_nothing_that_is_there()
    {
        using var bench = new EngineBench();
        var one = Samples.Built(Samples.Recipe("app/one") with { Sources = [Samples.Source("", "a.tar"), Samples.Source("b", "b.tar")], Patches = [Samples.Patch("local.patch")] }, [bench.Shell]);
        var two = Samples.Built(Samples.Recipe("app/two") with { Sources = [Samples.Source("", "a.tar")] }, [bench.Shell]);
        Directory.CreateDirectory(bench.Store.Paths.Blobs);
        File.WriteAllText(bench.Store.Paths.Blob(Core.Digest.Of("b.tar")), "b.tar");
        Assert.Equal(["app/one a.tar"], PlanOf(bench, one, two).Steps.OfType<PlanStep.Fetch>().Select(f => $"{f.Package.Name} {f.File.Name}"));
    }

    [Fact]
    public void A_graph_of_ten_thousand_packages_one_above_the_other_is_planned()
    {
        using var bench = new EngineBench();
        var top = bench.Package("lib/p0");
        for (var i = 1; i < 10_000; i++)
        {
            top = bench.Package(FormattableString.Invariant($"lib/p{i}"), top);
        }

        var plan = PlanOf(bench, top);
        Assert.Equal(10_000, plan.Totals.Built);
        Assert.Equal(("lib/p0", "lib/p9999"), (plan.Steps.OfType<PlanStep.Build>().First().Package.Name, plan.Steps[^1].Package.Name));
    }

    private static Plan PlanOf(EngineBench bench, params Package[] packages)
    {
        var request = new PlanRequest { Packages = [.. packages], Need = Need.Run, WithRuntime = true };
        return Planner.Make(request, request.Graph, new StoreAvailability(bench.Store, bench.Records, request.Graph));
    }

    /// <summary>Each package depends on a few of those before it. One that is changed gives the same files under another key.</summary>
    private static List<Package> RandomGraph(EngineBench bench, int seed, Func<int, bool> isChanged)
    {
        var random = new Random(seed);
        var packages = new List<Package> { bench.Shell };
        for (var i = 0; i < 14; i++)
        {
            var recipe = Samples.Recipe(Name(i)) with { Test = random.Next(2) == 0 ? "true" : null, Environment = isChanged(i) ? Samples.Map(("CHANGED", "1")) : Samples.Map() };
            var (tools, libs, runtime) = (Some(2), Some(2), Some(1));
            packages.Add(Samples.Built(recipe, [bench.Shell, .. tools], libs, runtime, testTools: recipe.Test is null ? [] : [bench.Shell], replaces: i > 4 && random.Next(3) == 0 ? [Name(random.Next(i))] : []));
        }

        return packages;

        string Name(int i) => FormattableString.Invariant($"lib/p{i}");

        Package[] Some(int most) => [.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => packages[random.Next(packages.Count)]).Distinct()];
    }

    private static IEnumerable<string> Done(EngineBench bench) => bench.Events.Select(e => e switch
    {
        BuildEvent.Reused r => $"Reuse {r.Package.Name}",
        BuildEvent.CutOff c => $"CutOff {c.Package.Name}",
        BuildEvent.Built b => $"Build {b.Package.Name}",
        _ => null,
    }).OfType<string>();

    private static string Show(PlanStep step) => $"{step.GetType().Name} {step.Package.Name}";
}
