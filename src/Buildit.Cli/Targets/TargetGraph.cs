using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

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
    /// <summary>What was asked for.</summary>
    public required Target Target { get; init; }

    /// <summary>The container; null for a package.</summary>
    public required Container? Container { get; init; }

    /// <summary>What is asked for by itself: the packages of a container's steps in order, or the one package.</summary>
    public required ImmutableArray<RequestedPackage> Packages { get; init; }

    /// <summary>Name and version of the whole, for people.</summary>
    public string DisplayName => Container?.DisplayName ?? Packages[0].Package.DisplayName;

    /// <summary>Reads a target. Mistakes of recipes go to the bag, and the packages that have them are left out; a container that cannot be read at all throws.</summary>
    public static TargetGraph Read(Session session, Target target, DiagnosticBag bag) =>
        DeepStack.Run(() => target is Target.ContainerDirectory directory ? OfContainer(session, directory, bag) : OfPackage(session, target, bag));

    /// <summary>Reads a target; throws if there is any mistake.</summary>
    public static TargetGraph Read(Session session, Target target)
    {
        var bag = new DiagnosticBag();
        var graph = Read(session, target, bag);
        bag.ThrowIfErrors();
        return graph;
    }

    private static TargetGraph OfPackage(Session session, Target target, DiagnosticBag bag)
    {
        var graph = new GraphBuilder(session.Files, session.Workspace.Distribution?.Packages, Platform.LinuxAmd64, bag);
        var package = target is Target.RecipeDirectory
            ? graph.FromDirectory(target.Path, null)
            : graph.Named(new(target.Written, new(new("command line", target.Written), 1, 1, target.Written.Length)));
        return new() { Target = target, Container = null, Packages = package is null ? [] : [new(package, $"package '{target.Written}'", null)] };
    }

    private static TargetGraph OfContainer(Session session, Target.ContainerDirectory target, DiagnosticBag bag)
    {
        var container = Parse(session, target.Path, bag);
        var graph = new GraphBuilder(session.Files, session.Workspace.Distribution?.Packages, container.Platform, bag);
        var packages = container.Steps.Select(step => step switch
        {
            Step.EmbeddedPackage e => (Package: graph.FromDirectory(Path.GetFullPath(Path.Combine(container.Directory, e.Path.Value)), e.Path.Span), From: $"package from '{e.Path.Value}'", step.Span),
            Step.NamedPackage n => (Package: graph.Named(n.Name), From: $"package '{n.Name.Value}'", step.Span),
            _ => (Package: null, From: "", step.Span),
        }).ToArray();
        return new() { Target = target, Container = container, Packages = [.. packages.Where(p => p.Package is not null).Select(p => new RequestedPackage(p.Package!, p.From, p.Span))] };
    }

    private static Container Parse(Session session, string directory, DiagnosticBag bag)
    {
        var path = Path.Combine(directory, "container.yaml");
        var container = ContainerParser.Parse(new(session.Workspace.Display(path), File.ReadAllText(path)), directory, bag);
        bag.ThrowIfErrors();
        return container!.Platform == Platform.LinuxAmd64 ? container : throw new BuilditException(
            ExitCode.Unresolvable, $"images for {container.Platform} cannot be built by this version", $"it builds for {Platform.LinuxAmd64}", new SourceSpan(container.Text, 1, 1));
    }
}
