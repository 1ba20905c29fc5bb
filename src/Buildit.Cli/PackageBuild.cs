using Buildit.Build.Engine;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Cli;

/// <summary>Builds one package and prints the digests of its outputs.</summary>
internal sealed class PackageBuild(Session session, Terminal terminal, Progress progress)
{
    public async Task RunAsync(string target, string path, CancellationToken cancel)
    {
        var bag = new DiagnosticBag();
        var graph = new GraphBuilder(session.Files, session.Workspace.Distribution?.Packages, Platform.LinuxAmd64, bag);
        var package = Directory.Exists(path) ? graph.FromDirectory(path, null) : graph.Named(new(target, new(new("command line", target), 1, 1, target.Length)));
        bag.ThrowIfErrors();
        terminal.Line($"Building {package!.DisplayName}");
        var realised = await PackageSteps.RealiseAsync(session, terminal, progress, package, $"package '{target}'", cancel);
        foreach (var (output, diffId) in realised.Record.Outputs)
        {
            terminal.Data($"{package.DisplayName} {output} {diffId}");
        }
    }
}

/// <summary>The steps of the console that every package goes through.</summary>
internal static class PackageSteps
{
    /// <summary>Says what happens to a package, and makes it happen.</summary>
    public static async Task<Realised> RealiseAsync(Session session, Terminal terminal, Progress progress, Package package, string from, CancellationToken cancel)
    {
        terminal.Line($"Processing {from} for {Platform.LinuxAmd64}.");
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
