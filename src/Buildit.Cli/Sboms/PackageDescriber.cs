using System.Collections.Immutable;
using Buildit.Core.Debian;
using Buildit.Core.Graphs;
using Buildit.Core.Licenses;
using Buildit.Core.Recipes;
using Buildit.Core.Records;
using Buildit.Core.Sboms;

namespace Buildit.Cli.Sboms;

/// <summary>What is known of a package without looking into its files: a function of its recipe or pin alone.</summary>
/// <param name="distribution">Where imported packages come from; null where there are none.</param>
internal sealed class PackageDescriber(Distribution? distribution)
{
    /// <summary>The package, without files, texts and what only those tell.</summary>
    public SbomPackage Describe(Package package) => package switch
    {
        Package.Imported imported => Imported(imported),
        Package.Built built => Built(built),
        _ => new() { Name = package.Name, Version = package.Version, Key = package.Key, Purl = SbomNames.OfBuilt(ShortName(package), package.Version, null) },
    };

    private SbomPackage Imported(Package.Imported package)
    {
        var pin = package.Pin;
        var archive = distribution?.Mirrors.FirstOrDefault(m => m.StartsWith("http", StringComparison.Ordinal))?.TrimEnd('/');
        return new()
        {
            Name = package.Name,
            Version = package.Version,
            Key = package.Key,
            Purl = SbomNames.OfDebian(pin.Name, pin.Version, pin.Architecture, distribution?.Suite ?? "", SbomNames.DebianSource(pin.Path, pin.Name)),
            Supplier = "Organization: Debian",
            Download = new(Path.GetFileName(pin.Path), archive is null ? null : PublicUri.Of($"{archive}/{pin.Path}"), pin.Sha256),
        };
    }

    private static SbomPackage Built(Package.Built package)
    {
        var recipe = package.Recipe;
        ImmutableArray<SbomSource> sources = [.. recipe.Sources.Select(s => new SbomSource(s.FileName, UriOf(s), s.Digest))];
        var cpe = recipe.Cpe?.Split(':') is [var vendor, var product] ? (vendor, product) : (ShortName(package), ShortName(package));
        return new()
        {
            Name = package.Name,
            Version = package.Version,
            Key = package.Key,
            Purl = SbomNames.OfBuilt(ShortName(package), package.Version, sources.FirstOrDefault()),
            Cpe = SbomNames.Cpe(cpe.Item1, cpe.Item2, package.Version),
            Summary = recipe.Summary,
            Homepage = recipe.Homepage,
            License = recipe.License is { } license ? LicenseExpression.Parse(license, out _) : null,
            Sources = sources,
            Patches = [.. recipe.Patches.Select(p => new SbomPatch(p.FileName, p.Origin.IsRemote ? PublicUri.Of(p.Origin.Location) : null, p.Digest, p.Origin.Description))],
        };
    }

    private static string? UriOf(ResolvedSource source) => source.Origin switch
    {
        Source.Remote remote => PublicUri.Of(remote.Url),
        Source.Git git when source.Commit is { } commit => PublicUri.OfGit(git.Origin.Url, commit),
        _ => null,
    };

    private static string ShortName(Package package) => package.Name[(package.Name.LastIndexOf('/') + 1)..];
}
