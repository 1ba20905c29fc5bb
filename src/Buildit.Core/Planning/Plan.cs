using System.Collections.Immutable;
using Buildit.Core.Keys;
using Buildit.Core.Records;

namespace Buildit.Core.Planning;

/// <summary>The steps that a build would take.</summary>
/// <param name="Steps">In an order in which they can be taken: distribution packages first, then each package after what it is made from. Whatever is independent of each other is done at once.</param>
public sealed record Plan(ImmutableArray<PlanStep> Steps)
{
    /// <summary>Whether everything is there.</summary>
    public bool IsDone => Steps.All(s => s is PlanStep.Reuse);

    /// <summary>Whether nothing is made: all outputs are known before anything is done.</summary>
    public bool IsKnown => Steps.All(s => s is PlanStep.Reuse or PlanStep.Download or PlanStep.CutOff or PlanStep.Fetch);

    /// <summary>The records of the packages whose outputs are known.</summary>
    public IReadOnlyDictionary<RecipeKey, Record> Records =>
        Steps.Select(s => (s.Package.Key, Record: s switch { PlanStep.Reuse r => r.Record, PlanStep.Download d => d.Record, PlanStep.CutOff c => c.Same, _ => null })).Where(s => s.Record is not null).ToDictionary(s => s.Key, s => s.Record!);

    /// <summary>What it all adds up to.</summary>
    public PlanTotals Totals => new(
        Steps.OfType<PlanStep.Reuse>().Count(),
        Steps.OfType<PlanStep.Download>().Count(),
        Steps.OfType<PlanStep.CutOff>().Count(),
        Steps.OfType<PlanStep.Import>().Count(),
        Steps.OfType<PlanStep.Make>().Count(),
        Steps.OfType<PlanStep.Build>().Count(),
        Steps.OfType<PlanStep.Build>().Count(b => b.MayBeCutOff),
        Steps.OfType<PlanStep.Import>().Count(i => i.IsFetched),
        Steps.OfType<PlanStep.Import>().Where(i => i.IsFetched).Sum(i => i.Pin.Size),
        Steps.OfType<PlanStep.Fetch>().Count());
}

/// <summary>Counts of a plan's steps.</summary>
/// <param name="Reused">Packages that are there.</param>
/// <param name="Downloaded">Packages that binhosts have.</param>
/// <param name="CutOff">Packages that were made before from the same inputs.</param>
/// <param name="Imported">Distribution packages to import.</param>
/// <param name="Made">Groups to put together.</param>
/// <param name="Built">Packages to build.</param>
/// <param name="MayBeCutOff">How many of these may turn out to have been made before.</param>
/// <param name="FetchedDebs">.debs to fetch.</param>
/// <param name="FetchedDebBytes">Their size.</param>
/// <param name="FetchedFiles">Sources and patches to fetch; nobody knows how large they are.</param>
public sealed record PlanTotals(int Reused, int Downloaded, int CutOff, int Imported, int Made, int Built, int MayBeCutOff, int FetchedDebs, long FetchedDebBytes, int FetchedFiles);
