using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Build.Engine;

/// <summary>What the engine tells while it works. Cli decides what a person sees of it.</summary>
public abstract record BuildEvent
{
    private BuildEvent()
    {
    }

    /// <summary>A package was found by its key; nothing was done for it.</summary>
    public sealed record Reused(Package Package) : BuildEvent;

    /// <summary>A package, or what was missing of it, was taken from a binhost; null = whichever had what a record of the store names.</summary>
    public sealed record Pulled(Package Package, string? Binhost) : BuildEvent;

    /// <summary>A package's inputs gave a build key that was built before: the outputs are taken from there.</summary>
    public sealed record CutOff(Package Package) : BuildEvent;

    /// <summary>A file is being fetched.</summary>
    public sealed record Fetching(string Name, long Bytes, long? Total) : BuildEvent;

    /// <summary>A file was fetched and verified.</summary>
    public sealed record Fetched(string Name, long Bytes) : BuildEvent;

    /// <summary>A distribution package was imported.</summary>
    public sealed record Imported(Package Package) : BuildEvent;

    /// <summary>A build starts; its log grows in this file.</summary>
    public sealed record Building(Package Package, string Log) : BuildEvent;

    /// <summary>A build starts whose outputs are only compared; <paramref name="Conditions"/> says under which.</summary>
    public sealed record Rebuilding(Package Package, string Conditions, string Log) : BuildEvent;

    /// <summary>A build entered a phase.</summary>
    public sealed record InPhase(Package Package, string Phase) : BuildEvent;

    /// <summary>A build ended well.</summary>
    public sealed record Built(Package Package, TimeSpan Elapsed, string Log) : BuildEvent;

    /// <summary>A package could not be made: one of the root causes of what a run could not do.</summary>
    public sealed record Failed(Package Package, BuilditException Failure) : BuildEvent;

    /// <summary>A package was not made because of others that failed.</summary>
    public sealed record Skipped(Package Package, ImmutableArray<Package> Because) : BuildEvent;

    /// <summary>Another process holds what is needed.</summary>
    public sealed record Waiting(string What, string Holder) : BuildEvent;

    /// <summary>Something that a person should know, though the build goes on.</summary>
    public sealed record Warned(Diagnostic Diagnostic) : BuildEvent;
}
