using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Cli.Building;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Licenses;
using Buildit.Core.Records;
using Buildit.Core.Sboms;
using Buildit.Images.Composition;

namespace Buildit.Cli.Sboms;

/// <summary>
/// Makes bills of materials from what the store has: recipes and pins, records, the files of outputs, license texts in sources. It is the same whenever and wherever it is made, so none is kept.
/// </summary>
internal sealed class SbomMaker(Session session)
{
    private readonly PackageDescriber _describer = new(session.Workspace.Distribution?.Distribution);
    private readonly SourceTexts _texts = new(session);

    /// <summary>All documents of an image, as they are attached to it in a registry: media type and bytes.</summary>
    public async Task<ImmutableArray<(string MediaType, byte[] Bytes)>> DocumentsAsync(Composition composition, CancellationToken cancel)
    {
        var sbom = await OfImageAsync(composition, cancel);
        return [.. SbomFormat.All.Select(f => (f.MediaType, f.Write(sbom)))];
    }

    /// <summary>Of a container's images: packages, with the files that are there of each, and the container's own.</summary>
    public async Task<Sbom> OfImageAsync(Composition composition, CancellationToken cancel)
    {
        var closure = await session.Engine.RealiseAllAsync(composition.Closure.Select(c => c.Package), Need.Describe, cancel);
        var root = await composition.ComposeAsync(session, new(), cancel);
        var files = root.Entries.ToLookup(e => e.Part?.Package);
        return new()
        {
            Kind = SbomKind.Image,
            Name = composition.Container.Name,
            Version = composition.Container.Version,
            Created = composition.SourceDate,
            Packages = [.. (await DescribeAsync(closure, composition.Container, cancel)).Select(p => p with { Files = FileSums.Of(files[p.Name], root.Find) })],
            OwnFiles = FileSums.Of(files[null], root.Find),
            Relations = RuntimeRelations(closure),
        };
    }

    /// <summary>Of a package: the files of all its outputs, what it was built with, and what it needs to run.</summary>
    public async Task<Sbom> OfPackageAsync(Package package, CancellationToken cancel)
    {
        var realised = await session.Engine.RealiseAsync(package, Need.All, cancel);
        var closure = await session.Engine.RuntimeClosureAsync([package], Need.Describe, cancel);
        var described = await DescribeAsync(closure, null, cancel);
        var own = described.First(p => p.Name == package.Name) with { Files = [.. realised.Parts(session.Store, [.. realised.Record.Outputs.Keys]).SelectMany(p => FileSums.Of(p.Tree))] };
        var built = package as Package.Built;
        var names = described.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var with = built is null ? [] : Closure.Of([.. built.Tools, .. built.Libs]);
        var libraries = built?.Libs.Select(l => l.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        return new()
        {
            Kind = SbomKind.Package,
            Name = package.Name,
            Version = package.Version,
            Created = realised.Record.SourceDate,
            Packages = [own, .. described.Where(p => p.Name != package.Name)],
            BuildPackages = [.. with.Where(p => !names.Contains(p.Name)).Select(_describer.Describe)],
            Relations = [.. RuntimeRelations(closure), .. with.Select(p => new SbomRelation(package.Name, p.Name, libraries.Contains(p.Name) ? SbomLink.BuildLibrary : SbomLink.BuildTool))],
        };
    }

    /// <summary>Packages with their licenses, and without their files.</summary>
    public async Task<ImmutableArray<SbomPackage>> LicensesAsync(IEnumerable<Package> packages, Container container, CancellationToken cancel)
    {
        var realised = await session.Engine.RealiseAllAsync(packages, Need.Describe, cancel);
        var found = new CopyrightFiles(session.Store, realised);
        return [.. realised.Select(r => Licensed(r.Package, found, container))];
    }

    private async Task<ImmutableArray<SbomPackage>> DescribeAsync(ImmutableArray<Realised> closure, Container? container, CancellationToken cancel)
    {
        var found = new CopyrightFiles(session.Store, closure);
        var described = ImmutableArray.CreateBuilder<SbomPackage>();
        foreach (var (package, _) in closure)
        {
            var licensed = Licensed(package, found, container);
            described.Add(package is Package.Built built ? licensed with { Texts = await _texts.OfAsync(built, cancel) } : licensed);
        }

        return described.ToImmutable();
    }

    private SbomPackage Licensed(Package package, CopyrightFiles found, Container? container)
    {
        var described = _describer.Describe(package) with { Concluded = ConcludedIn(container, package.Name) };
        return package is Package.Imported imported && found.Find(imported) is { } text
            ? described with { License = DebianCopyright.Read(text.Text), Texts = [text] }
            : described;
    }

    private static LicenseExpression? ConcludedIn(Container? container, string package) =>
        container?.Steps.OfType<Step.Licenses>().Select(s => s.Concluded.GetValueOrDefault(package)).Select(c => c.Value).LastOrDefault(c => c is not null);

    private static ImmutableArray<SbomRelation> RuntimeRelations(ImmutableArray<Realised> closure)
    {
        var names = closure.Select(c => c.Package.Name).ToHashSet(StringComparer.Ordinal);
        return [.. RuntimeGraph.Of(new(closure, []), [], []).Edges.Where(e => names.Contains(e.From) && names.Contains(e.To)).Select(e => new SbomRelation(e.From, e.To, SbomLink.Runtime))];
    }
}
