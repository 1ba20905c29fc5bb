using System.Collections.Immutable;
using Buildit.Cli.Locks;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Locks;
using Buildit.Store.Fetching;

namespace Buildit.Cli.Targets;

/// <summary>A package that a target asks for.</summary>
/// <param name="Package">The package.</param>
/// <param name="From">The words in which it does, for messages.</param>
/// <param name="Span">The container's step that does; null for a package that is the target itself.</param>
internal sealed record RequestedPackage(Package Package, string From, SourceSpan? Span)
{
    /// <summary>The package, and that it is asked for.</summary>
    public (Package Package, NeedReason Reason) Asked => (Package, new(ReasonKind.Asked, "", Span is { } span ? [span.ToString()] : []));
}

/// <summary>A target's files as a graph with keys. Nothing is fetched, built or written to make it.</summary>
internal sealed record TargetGraph
{
    /// <summary>What to do about something that no lock has.</summary>
    public const string LockHint = "run 'buildit lock' with this target, or build it";

    /// <summary>What was asked for.</summary>
    public required Target Target { get; init; }

    /// <summary>The container; null for a package.</summary>
    public required Container? Container { get; init; }

    /// <summary>What is asked for by itself: the packages of a container's steps in order, or the one package.</summary>
    public required ImmutableArray<RequestedPackage> Packages { get; init; }

    /// <summary>The target's lock, and what was asked of it.</summary>
    public required TargetLock Lock { get; init; }

    /// <summary>Names of packages that stay out of what the others need at run time; none for a package.</summary>
    public IReadOnlySet<string> Excluded => Container?.Excluded.Keys.ToImmutableHashSet(StringComparer.Ordinal) ?? [];

    /// <summary>What no lock has. While there is anything, the keys of packages mean nothing.</summary>
    public IEnumerable<WantedPin> Missing => Lock.Pins.Wanted.Where(w => w.Pin is null);

    /// <summary>Name and version of the whole, for people.</summary>
    public string DisplayName => Container?.DisplayName ?? Packages[0].Package.DisplayName;

    /// <summary>Reads a target. Mistakes of recipes, and what is missing from locks, go to the bag, and the packages that have them are left out; a container that cannot be read at all throws.</summary>
    public static TargetGraph Read(Session session, Target target, DiagnosticBag bag)
    {
        var graph = ReadUnlocked(session, target, bag);
        graph.ReportMissing(bag, LockHint);
        return graph;
    }

    /// <summary>Reads a target for somebody who takes care of <see cref="Missing"/> before anything of the graph is used.</summary>
    public static TargetGraph ReadUnlocked(Session session, Target target, DiagnosticBag bag) =>
        target is Target.ContainerDirectory directory ? OfContainer(session, directory, bag) : OfPackage(session, target, bag);

    /// <summary>Reads a target; throws if there is any mistake.</summary>
    public static TargetGraph Read(Session session, Target target)
    {
        var bag = new DiagnosticBag();
        var graph = Read(session, target, bag);
        bag.ThrowIfErrors();
        return graph;
    }

    /// <summary>Puts everything that no lock has into the bag.</summary>
    public void ReportMissing(DiagnosticBag bag, string hint = "run 'buildit lock' with this target, or build it")
    {
        foreach (var wanted in Missing)
        {
            bag.Add(LookupPolicy.NotLocked($"'{Redaction.Of(wanted.Lookup.ToString())}'", wanted.Span, Lock.DisplayPath, hint));
        }
    }

    private static TargetGraph OfPackage(Session session, Target target, DiagnosticBag bag)
    {
        var locked = TargetLock.Open(session.Workspace, target);
        var package = new GraphReader(session, locked.Pins, Platform.LinuxAmd64).Read(bag, graph => target is Target.RecipeDirectory
            ? graph.FromDirectory(target.Path, null)
            : graph.Named(new(target.Written, new(new("command line", target.Written), 1, 1, target.Written.Length))));
        return new() { Target = target, Container = null, Lock = locked, Packages = package is null ? [] : [new(package, $"package '{target.Written}'", null)] };
    }

    private static TargetGraph OfContainer(Session session, Target.ContainerDirectory target, DiagnosticBag bag)
    {
        var container = Parse(session, target.Path, bag);
        var locked = TargetLock.Open(session.Workspace, target);
        var packages = new GraphReader(session, locked.Pins, container.Platform).Read(bag, graph => container.Steps.Select(step => Of(step, container, graph)).OfType<RequestedPackage>().ToImmutableArray());
        return new() { Target = target, Container = container, Lock = locked, Packages = packages };
    }

    private static RequestedPackage? Of(Step step, Container container, GraphBuilder graph)
    {
        var (package, from) = step switch
        {
            Step.EmbeddedPackage e => (graph.FromDirectory(Path.GetFullPath(Path.Combine(container.Directory, e.Path.Value)), e.Path.Span), $"package from '{e.Path.Value}'"),
            Step.NamedPackage n => (graph.Named(n.Name), $"package '{n.Name.Value}'"),
            _ => (null, ""),
        };
        return package is null ? null : new(package, from, step.Span);
    }

    private static Container Parse(Session session, string directory, DiagnosticBag bag)
    {
        var path = Path.Combine(directory, "container.yaml");
        var container = ContainerParser.Parse(SourceText.FromBytes(session.Workspace.Display(path), File.ReadAllBytes(path)), directory, bag);
        bag.ThrowIfErrors();
        return container!.Platform == Platform.LinuxAmd64 ? container : throw new BuilditException(
            ExitCode.Unresolvable, $"images for {container.Platform} cannot be built by this version", $"it builds for {Platform.LinuxAmd64}", new SourceSpan(container.Text, 1, 1));
    }
}
