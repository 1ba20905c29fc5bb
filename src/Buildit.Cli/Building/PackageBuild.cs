using Buildit.Build.Engine;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Targets;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Cli.Building;

/// <summary>Builds one package and prints the digests of its outputs.</summary>
internal sealed class PackageBuild(Session session, Terminal terminal, Progress progress, LookupPolicy lookups)
{
    public async Task RunAsync(Target target, CancellationToken cancel)
    {
        var bag = new DiagnosticBag();
        var graph = TargetGraph.ReadUnlocked(session, target, bag);
        graph = await new GraphPinning(session, lookups, terminal).PinAsync(graph, bag, cancel);
        var requested = graph.Packages[0];
        terminal.Line($"Building {requested.Package.DisplayName}");
        var realised = await PackageSteps.RealiseAsync(session, terminal, progress, requested, cancel);
        foreach (var (output, diffId) in realised.Record.Outputs)
        {
            terminal.Data($"{requested.Package.DisplayName} {output} {diffId}");
        }
    }
}

/// <summary>The steps of the console that every package goes through.</summary>
internal static class PackageSteps
{
    /// <summary>Says what happens to a package, and makes it happen.</summary>
    public static async Task<Realised> RealiseAsync(Session session, Terminal terminal, Progress progress, RequestedPackage requested, CancellationToken cancel)
    {
        var package = requested.Package;
        terminal.Line($"Processing {requested.From} for {Platform.LinuxAmd64}.");
        terminal.Line($"    HASH: {package.Key.Uuid}");
        var isThere = session.Engine.IsThere(package);
        if (isThere && !session.Engine.IsRebuilt(package))
        {
            terminal.Ended("    Found HASH in the local store.");
            return await session.Engine.RealiseAsync(package, cancel);
        }

        terminal.Line(isThere ? "    Found HASH in the local store, but a rebuild is wanted..." : "    Can't find HASH in any known location...");
        var realised = await session.Engine.RealiseAsync(package, cancel);
        progress.Report();
        terminal.Ended(package is Package.Imported ? "    Importing from the distribution..." : "    Defaulting to local build...");
        return realised;
    }
}
