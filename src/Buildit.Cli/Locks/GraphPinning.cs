using Buildit.Cli.Consoles;
using Buildit.Cli.Targets;
using Buildit.Core.Diagnostics;

namespace Buildit.Cli.Locks;

/// <summary>Gives graphs in which everything is pinned: what no lock has is looked up once, and written into the target's lock.</summary>
internal sealed class GraphPinning(Session session, LookupPolicy policy, Terminal terminal)
{
    /// <summary>A target's graph with everything pinned. Throws if there is a mistake in its files as far as they were read, or if something is missing that may not be looked up.</summary>
    public async Task<TargetGraph> PinAsync(TargetGraph graph, DiagnosticBag bag, CancellationToken cancel)
    {
        policy.Check(graph, bag);
        if (!graph.Missing.Any())
        {
            return graph;
        }

        await CompleteAsync(graph, cancel);
        return TargetGraph.Read(session, graph.Target);
    }

    /// <summary>Adds what is missing to the target's lock, and drops what nothing needs any more.</summary>
    public async Task CompleteAsync(TargetGraph graph, CancellationToken cancel)
    {
        var missing = graph.Missing.Select(m => new Wanted(m.Lookup, m.Span)).ToArray();
        if (graph.Lock.Path is { } path)
        {
            await new PinKeeper(session.Store, session.Pins, terminal, session.Workspace.Settings).AddAsync(path, missing, graph.Lock.IsUnused, cancel);
        }
    }
}
