using System.Collections.Immutable;
using System.Globalization;
using Buildit.Build.Engine;
using Buildit.Cli.Commands;
using Buildit.Cli.Consoles;
using Buildit.Cli.Explaining;
using Buildit.Cli.Locks;
using Buildit.Cli.Targets;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Records;

namespace Buildit.Cli.Building;

/// <summary>Builds one package, or takes it from a binhost, and prints the digests of its outputs.</summary>
internal sealed class PackageBuild(Session session, Terminal terminal, Progress progress, BuildRequest request)
{
    public async Task RunAsync(Target target, CancellationToken cancel)
    {
        var bag = new DiagnosticBag();
        var graph = TargetGraph.ReadUnlocked(session, target, bag);
        graph = await new GraphPinning(session, request.Lookups, terminal).PinAsync(graph, bag, cancel);
        var requested = graph.Packages[0];
        var pushes = request.Pushes(session.Workspace);
        terminal.Line($"Building {requested.Package.DisplayName}");
        var realised = await PackageSteps.RealiseAsync(session, terminal, progress, requested, Need.Run, cancel);
        var failed = await new Push(session, terminal, request.PushChoices, "zstd").PackagesAsync(pushes, [requested.Package], ImmutableHashSet<string>.Empty, cancel);
        foreach (var (output, diffId) in realised.Record.Outputs)
        {
            terminal.Data($"{requested.Package.DisplayName} {output} {diffId}");
        }

        failed.ThrowIfAsked();
    }
}

/// <summary>The steps of the console that every package goes through.</summary>
internal static class PackageSteps
{
    /// <summary>Says what happens to a package, and makes it happen.</summary>
    public static async Task<Realised> RealiseAsync(Session session, Terminal terminal, Progress progress, RequestedPackage requested, Need need, CancellationToken cancel)
    {
        var package = requested.Package;
        terminal.Line($"Processing {requested.From} for {Platform.LinuxAmd64}.");
        terminal.Line($"    HASH: {package.Key.Uuid}");
        if (await session.Engine.FindAsync(package, need, cancel) is { } found)
        {
            await MembersAsync(session, package, need, cancel);
            terminal.Ended(progress.Binhosts.SourceOf(package) is { Length: > 0 } binhost ? $"    Found HASH in '{binhost}'." : "    Found HASH in the local store.");
            return found;
        }

        var isThere = session.Engine.IsThere(package, need);
        terminal.Line(isThere ? "    Found HASH in the local store, but a rebuild is wanted..." : "    Can't find HASH in any known location...");
        if (!isThere && DeepStack.Run(() => session.Explainer.Explain(package)) is { Causes: [var cause, .. var others] })
        {
            terminal.Line($"    because: {ExplainText.LineOfPackage(cause)}{(others.IsEmpty ? "" : string.Create(CultureInfo.InvariantCulture, $", and {others.Length} more"))}");
        }

        var realised = await session.Engine.RealiseAsync(package, need, cancel);
        await MembersAsync(session, package, need, cancel);
        progress.Report();
        terminal.Ended(package is Package.Imported ? "    Importing from the distribution..." : "    Defaulting to local build...");
        return realised;
    }

    /// <summary>Who asks for a group to work with asks for its members: by itself it is only a few links.</summary>
    private static async Task MembersAsync(Session session, Package package, Need need, CancellationToken cancel)
    {
        if (package is Package.Group && need == Need.Run)
        {
            await session.Engine.RuntimeClosureAsync([package], need, cancel);
        }
    }
}
