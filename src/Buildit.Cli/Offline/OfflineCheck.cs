using Buildit.Cli.Planning;
using Buildit.Cli.Targets;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Planning;
using Buildit.Core.Recipes;

namespace Buildit.Cli.Offline;

/// <summary>Finds out what a build of a target would have to fetch, before any of it is done. Only files of this machine are looked at.</summary>
internal sealed class OfflineCheck(Session session, PlanOptions options)
{
    /// <summary>What is missing. Nothing if the target cannot even be read: whoever builds it is told why.</summary>
    public async Task<Shortage> FindAsync(Target target, CancellationToken cancel)
    {
        using var shared = new SharedPlaces(session, offline: true, static _ => { });
        if (PlanOf(target, shared) is not { } plan)
        {
            return Shortage.Nothing;
        }

        var files = new List<MissingFile>();
        foreach (var step in plan.Plan.Steps)
        {
            if (MissingFile.Of(step, session) is { } file && !await IsHereAsync(step, file, shared, cancel))
            {
                files.Add(file);
            }
        }

        return files.Count == 0 ? Shortage.Nothing : new([.. files], [.. Elsewhere(plan.Plan)]);
    }

    private TargetPlan? PlanOf(Target target, SharedPlaces shared)
    {
        try
        {
            return new TargetPlanner(session, options, shared).Make(target);
        }
        catch (BuilditException)
        {
            return null;
        }
    }

    private async Task<bool> IsHereAsync(PlanStep step, MissingFile file, SharedPlaces shared, CancellationToken cancel)
    {
        var source = step is PlanStep.Fetch fetch ? fetch.Built.Recipe.Sources.FirstOrDefault(s => s.Digest == file.Digest) : null;
        return source?.Origin is Source.Git git
            ? await session.Git.HasAsync(git.Origin, new(source.Digest, source.Commit), cancel) || await shared.HasFileAsync(source.Digest, cancel)
            : file.Addresses.All(a => a.StartsWith("file:", StringComparison.Ordinal)) || (!file.Digest.IsEmpty && await shared.HasFileAsync(file.Digest, cancel));
    }

    /// <summary>The binhosts that cannot be asked, and what each of them had when it was asked last.</summary>
    private IEnumerable<UnaskedBinhost> Elsewhere(Plan plan)
    {
        var local = session.Workspace.Binhosts.Readable(offline: true).ToHashSet();
        using var remote = session.Open(session.Workspace.Binhosts.Readable(offline: false).Where(b => !local.Contains(b)), static _ => { });
        Package[] made = [.. plan.Steps.Where(s => s is PlanStep.Build or PlanStep.Import).Select(s => s.Package)];
        return [.. remote.All.Select(b => (Binhost: b, Had: b.HadRecords(made.Select(p => p.Key.Digest))))
            .Select(b => new UnaskedBinhost(b.Binhost.Name, b.Binhost.Place.Address, [.. made.Where(p => b.Had.Contains(p.Key.Digest)).Select(p => p.DisplayName)]))];
    }
}
