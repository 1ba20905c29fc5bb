using Buildit.Build.Engine;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Records;

namespace Buildit.Build.Tests.Engine;

public class BuildEngineTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_failure_stops_the_builds_that_run_beside_it()
    {
        using var bench = new EngineBench();
        var (slowRuns, wasStopped) = (new TaskCompletionSource(), new TaskCompletionSource());
        bench.Does["lib/slow"] = (_, cancel) => Forever(slowRuns, wasStopped, cancel);
        bench.Does["lib/bad"] = (_, _) => FailAfter(slowRuns.Task);
        var top = bench.Package("app/top", bench.Package("lib/slow"), bench.Package("lib/bad"));

        var error = await Assert.ThrowsAsync<BuilditException>(() => bench.Engine.RealiseAsync(top, None));
        Assert.StartsWith("'lib/bad-1.0' failed in phase 'install' with exit code 7", Assert.Single(error.Diagnostics).Message, StringComparison.Ordinal);
        await wasStopped.Task;
        Assert.DoesNotContain("app/top", bench.Started);
        Assert.Empty(Directory.EnumerateFileSystemEntries(bench.Store.Scratch));
    }

    [Fact]
    public async Task What_was_stopped_fails_with_what_stopped_it()
    {
        using var bench = new EngineBench();
        var (slowRuns, wasStopped) = (new TaskCompletionSource(), new TaskCompletionSource());
        bench.Does["lib/slow"] = (_, cancel) => Forever(slowRuns, wasStopped, cancel);
        bench.Does["lib/bad"] = (_, _) => FailAfter(slowRuns.Task);
        var other = bench.Engine.RealiseAsync(bench.Package("app/other", bench.Package("lib/slow")), None);
        var error = await Assert.ThrowsAsync<BuilditException>(() => bench.Engine.RealiseAsync(bench.Package("lib/bad"), None));
        Assert.Same(error, await Assert.ThrowsAsync<BuilditException>(() => other));
        Assert.Same(error, await Assert.ThrowsAsync<BuilditException>(() => bench.Engine.RealiseAsync(bench.Package("lib/late"), None)));
    }

    [Fact]
    public async Task A_source_that_cannot_be_had_does_not_wait_for_the_builds_of_dependencies()
    {
        using var bench = new EngineBench();
        var wasStopped = new TaskCompletionSource();
        bench.Does["lib/slow"] = (_, cancel) => Forever(new(), wasStopped, cancel);
        var top = Samples.Built(Samples.Recipe("app/top") with { Sources = [Samples.Source("", "top.tar.gz")] }, [bench.Shell], [bench.Package("lib/slow")]);
        var error = await Assert.ThrowsAsync<BuilditException>(() => bench.Engine.RealiseAsync(top, None));
        Assert.Equal((ExitCode.FetchFailed, "no 'top.tar.gz' anywhere"), (error.Code, error.Message));
    }

    [Fact]
    public async Task Keeping_going_builds_all_that_does_not_depend_on_the_failure_and_tells_it_once()
    {
        using var bench = new EngineBench(new() { KeepGoing = true });
        var badFailed = new TaskCompletionSource();
        var bad = bench.Package("lib/bad");
        bench.Does["lib/bad"] = (_, _) => throw new InvalidOperationException();
        bench.Does["lib/slow"] = (_, _) => badFailed.Task;
        var slow = bench.Package("lib/slow");
        Package[] tops = [bench.Package("app/one", bad, slow), bench.Package("app/two", bad), bench.Package("app/good", slow), bad];
        var all = bench.Engine.RealiseAllAsync(tops, Need.Build, None);
        var cause = await Assert.ThrowsAsync<BuilditException>(() => bench.Engine.RealiseAsync(bad, None));
        badFailed.SetResult();

        var error = await Assert.ThrowsAsync<BuilditException>(() => all);
        Assert.Same(cause.Diagnostics[0], Assert.Single(error.Diagnostics));
        Assert.True(bench.Engine.IsThere(tops[2]));
        Assert.True(bench.Engine.IsThere(slow));
        Assert.Equal(["app/good", "lib/bad", "lib/slow"], bench.Started.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Keeping_going_tells_every_root_cause_and_the_smallest_exit_code_wins()
    {
        using var bench = new EngineBench(new() { KeepGoing = true });
        bench.Does["lib/bad"] = (_, _) => throw new InvalidOperationException();
        var missing = Samples.Built(Samples.Recipe("lib/missing") with { Sources = [Samples.Source("", "a.tar"), Samples.Source("b", "b.tar")] }, [bench.Shell]);
        var both = bench.Package("app/both", bench.Package("lib/bad"), missing);
        var error = await Assert.ThrowsAsync<BuilditException>(() => bench.Engine.RealiseAllAsync([both, missing, bench.Package("app/bad", bench.Package("lib/bad"))], Need.Build, None));
        Assert.Equal(ExitCode.Failed, error.Code);
        Assert.Equal(["'lib/bad-1.0' failed", "no 'a.tar' anywhere", "no 'b.tar' anywhere"], error.Diagnostics.Select(d => d.Message.Split(" in phase")[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Stopping_by_hand_is_no_failure()
    {
        using var bench = new EngineBench();
        using var stop = new CancellationTokenSource();
        var (runs, stopped) = (new TaskCompletionSource(), new TaskCompletionSource());
        bench.Does["lib/slow"] = (_, cancel) => Forever(runs, stopped, cancel);
        var all = bench.Engine.RealiseAsync(bench.Package("app/top", bench.Package("lib/slow")), stop.Token);
        await runs.Task;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => all);
        await stopped.Task;
    }

    [Fact]
    public async Task A_package_is_built_once_however_many_ask_and_found_afterwards()
    {
        using var bench = new EngineBench();
        var package = bench.Package("app/top", bench.Package("lib/one"));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => bench.Engine.RealiseAsync(package, None))));
        Assert.Equal(["app/top", "lib/one"], bench.Started.Order(StringComparer.Ordinal));
        Assert.True(bench.Engine.IsThere(package));
        Assert.Empty(Directory.EnumerateFileSystemEntries(bench.Store.Scratch));
    }

    [Fact]
    public async Task A_tree_that_is_damaged_in_the_store_is_called_so_with_what_mends_it()
    {
        using var bench = new EngineBench();
        var lib = bench.Package("lib/x");
        var made = await bench.Engine.RealiseAsync(lib, None);
        var manifest = bench.Store.Paths.TreeManifest(made.Record.Outputs["runtime"]);
        File.Delete(manifest);
        await File.WriteAllTextAsync(manifest, "damaged", None);
        var failure = await Assert.ThrowsAsync<BuilditException>(() => bench.Engine.RealiseAsync(bench.Package("app/top", lib), None));
        Assert.Equal(("the output 'runtime' of 'lib/x-1.0' is damaged in the store", ExitCode.StoreFailed), (failure.Diagnostics.Single().Message, failure.Code));
        Assert.Contains("'buildit store verify'", failure.Diagnostics.Single().Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_process_built_meanwhile_is_reused()
    {
        using var bench = new EngineBench();
        using var other = bench.Again();
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        bench.Does["app/top"] = (_, _) =>
        {
            begun.SetResult();
            return go.Task;
        };
        var package = bench.Package("app/top");
        var building = bench.Engine.RealiseAsync(package, None);
        await begun.Task;
        var waiting = other.Engine.RealiseAsync(package, None);
        SpinWait.SpinUntil(() => waiting.IsCompleted || other.Events.OfType<BuildEvent.Waiting>().Any());
        go.SetResult();
        Assert.Equal((await building).Record.Outputs, (await waiting).Record.Outputs);
        Assert.Empty(other.Started);
        Assert.Empty(other.Events.OfType<BuildEvent.CutOff>());
        Assert.Single(other.Events.OfType<BuildEvent.Reused>(), r => r.Package == package);
    }

    [Fact]
    public async Task A_dependency_that_gives_the_same_outputs_cuts_off_what_depends_on_it()
    {
        using var bench = new EngineBench();
        var (one, two) = (bench.Package("lib/x"), Samples.Built(Samples.Recipe("lib/x") with { Environment = Samples.Map(("A", "B")) }, [bench.Shell]));
        var first = await bench.Engine.RealiseAsync(bench.Package("app/top", one), None);
        var second = await bench.Engine.RealiseAsync(bench.Package("app/top", two), None);
        Assert.Equal(["app/top", "lib/x", "lib/x"], bench.Started.Order(StringComparer.Ordinal));
        Assert.Single(bench.Events.OfType<BuildEvent.CutOff>());
        Assert.NotEqual(first.Record.RecipeKey, second.Record.RecipeKey);
        Assert.Equal((first.Record.BuildKey, first.Record.Outputs["runtime"]), (second.Record.BuildKey, second.Record.Outputs["runtime"]));
    }

    [Fact]
    public async Task A_package_is_tested_again_with_other_tools_though_it_would_be_built_the_same()
    {
        using var bench = new EngineBench();
        var recipe = Samples.Recipe("app/top") with { Test = "top" };
        await bench.Engine.RealiseAsync(Samples.Built(recipe, [bench.Shell], testTools: [bench.Shell]), None);
        await bench.Engine.RealiseAsync(Samples.Built(recipe, [bench.Shell], testTools: [bench.Shell, bench.Package("app/tool")]), None);
        Assert.Equal(2, bench.Started.Count(s => s == "app/top"));
        Assert.Empty(bench.Events.OfType<BuildEvent.CutOff>());
    }

    [Fact]
    public async Task What_was_cut_off_by_its_record_is_made_when_its_files_are_needed()
    {
        using var bench = new EngineBench();
        var first = await bench.Engine.RealiseAsync(bench.Package("lib/x"), None);
        Directory.Delete(bench.Store.Paths.Tree(first.Record.Outputs["runtime"]), recursive: true);
        // The same action under another recipe key: what it replaces is no part of a build.
        var lib = Samples.Built(Samples.Recipe("lib/x"), [bench.Shell], replaces: ["lib/y"]);
        using var again = bench.Again();
        Assert.Equal(first.Record.Outputs, (await again.Engine.RealiseAsync(lib, Need.Record, None)).Record.Outputs);
        await again.Engine.RealiseAsync(lib, Need.Build, None);
        Assert.Equal(["lib/x"], again.Started);
        Assert.True(again.Engine.IsThere(lib));
    }

    [Fact]
    public async Task What_is_needed_at_run_time_is_in_the_record_though_the_files_are_the_same()
    {
        using var bench = new EngineBench();
        var data = bench.Package("lib/data");
        var without = Samples.Built(Samples.Recipe("app/top"), [bench.Shell]);
        var with = Samples.Built(Samples.Recipe("app/top"), [bench.Shell], runtime: [data]);
        await bench.Engine.RealiseAsync(without, None);
        Assert.Equal(["app/top", "lib/data"], (await bench.Engine.RuntimeClosureAsync([with], Need.Run, None)).Select(r => r.Package.Name));
        Assert.Equal(["app/top"], (await bench.Engine.RuntimeClosureAsync([without], Need.Run, None)).Select(r => r.Package.Name));
    }

    [Fact]
    public async Task Two_versions_of_one_package_do_not_meet_in_an_image()
    {
        using var bench = new EngineBench();
        var (one, two) = (bench.Package("lib/x"), Samples.Built(Samples.Recipe("lib/x") with { Version = "2.0" }, [bench.Shell]));
        var a = Samples.Built(Samples.Recipe("app/a"), [bench.Shell], runtime: [one]);
        var b = Samples.Built(Samples.Recipe("app/b"), [bench.Shell], runtime: [two]);
        var error = await Assert.ThrowsAsync<BuilditException>(() => bench.Engine.RuntimeClosureAsync([a, b], Need.Run, None));
        Assert.Equal(ExitCode.Unresolvable, error.Code);
        Assert.Contains("'lib/x-1.0'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'lib/x-2.0'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_changed_since_its_key_was_made_is_refused()
    {
        using var bench = new EngineBench();
        using var directory = new Buildit.Testing.TemporaryDirectory();
        var patch = Samples.Patch("a.patch") with { LocalPath = directory.Write("a.patch", "edited meanwhile") };
        var error = await Assert.ThrowsAsync<BuilditException>(() => bench.Engine.RealiseAsync(Samples.Built(Samples.Recipe() with { Patches = [patch] }, [bench.Shell]), None));
        Assert.Contains("changed while it was used", error.Message, StringComparison.Ordinal);
        Assert.Empty(bench.Started);
    }

    private static async Task Forever(TaskCompletionSource runs, TaskCompletionSource wasStopped, CancellationToken cancel)
    {
        runs.TrySetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, cancel);
        }
        finally
        {
            wasStopped.TrySetResult();
        }
    }

    private static async Task FailAfter(Task before)
    {
        await before;
        throw new InvalidOperationException();
    }
}
