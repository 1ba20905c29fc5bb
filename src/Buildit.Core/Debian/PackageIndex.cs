using System.Collections.Immutable;
using System.Globalization;

namespace Buildit.Core.Debian;

/// <summary>A package as a Packages index lists it. Relationship fields are kept as text: of 64,000 packages few are ever looked at.</summary>
public sealed record IndexedPackage(string Name, string Version, string Architecture, string Path, long Size, Digest Sha256)
{
    /// <summary>Depends and Pre-Depends, joined: both must be there before anything of the package runs.</summary>
    public string Depends { get; init; } = "";

    /// <summary>Virtual packages that it stands for.</summary>
    public string Provides { get; init; } = "";

    /// <summary>Conflicts and Breaks, joined: neither may be beside it.</summary>
    public string Conflicts { get; init; } = "";
}

/// <summary>A package that stands for a virtual one; <paramref name="Version"/> is null if it does not say as which version.</summary>
public sealed record Provider(IndexedPackage Package, string? Version)
{
    /// <summary>A package by one of the relations of its Provides, in which only "=" can be used.</summary>
    public static Provider Of(IndexedPackage package, Relation provided) =>
        new(package, provided.Operator == VersionOperator.Equal ? provided.Version : null);
}

/// <summary>The packages of one suite for one architecture: one version per name, the newest that was added.</summary>
public sealed class PackageIndex
{
    private static readonly string[] Fields =
        ["Package", "Version", "Architecture", "Filename", "Size", "SHA256", "Depends", "Pre-Depends", "Provides", "Conflicts", "Breaks"];

    private readonly Dictionary<string, IndexedPackage> _byName;
    private readonly Dictionary<string, ImmutableArray<Provider>> _providers = new(StringComparer.Ordinal);

    private PackageIndex(string architecture, Dictionary<string, IndexedPackage> byName)
    {
        Architecture = architecture;
        _byName = byName;
        foreach (var package in byName.Values.Where(p => p.Provides.Length > 0).OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            foreach (var relation in Dependency.ParseList(package.Provides, architecture).SelectMany(d => d.Alternatives))
            {
                _providers[relation.Name] = ProvidersOf(relation.Name).Add(Provider.Of(package, relation));
            }
        }
    }

    /// <summary>For example <c>amd64</c>.</summary>
    public string Architecture { get; }

    /// <summary>Names of all packages, in no order.</summary>
    public IReadOnlyCollection<string> Names => _byName.Keys;

    /// <summary>Reads Packages files (one for each component); packages of other architectures are left out. Throws <see cref="FormatException"/>.</summary>
    public static PackageIndex Read(IEnumerable<TextReader> files, string architecture)
    {
        var byName = new Dictionary<string, IndexedPackage>(1 << 16, StringComparer.Ordinal);
        foreach (var file in files)
        {
            var reader = new ControlReader(file, Fields);
            while (reader.Read() is { } stanza)
            {
                Add(byName, ToPackage(stanza), architecture);
            }
        }

        return new(architecture, byName);
    }

    /// <summary>The package of this name, or null.</summary>
    public IndexedPackage? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The packages that stand for a virtual one, by name.</summary>
    public ImmutableArray<Provider> ProvidersOf(string name) => _providers.TryGetValue(name, out var found) ? found : [];

    private static void Add(Dictionary<string, IndexedPackage> byName, IndexedPackage package, string architecture)
    {
        var fits = package.Architecture == architecture || package.Architecture == "all";
        if (fits && (!byName.TryGetValue(package.Name, out var known) || DebianVersion.Compare(known.Version, package.Version) < 0))
        {
            byName[package.Name] = package;
        }
    }

    private static IndexedPackage ToPackage(Stanza stanza)
    {
        string Need(string field) => stanza[field] ?? throw new FormatException(FormattableString.Invariant($"the stanza at line {stanza.Line} has no '{field}'"));
        string Join(string first, string second) => (stanza[first], stanza[second]) switch
        {
            (null, null) => "",
            (var a, null) => a,
            (null, var b) => b,
            var (a, b) => $"{a}, {b}",
        };
        return new(Need("Package"), Need("Version"), Need("Architecture"), Need("Filename"), long.Parse(Need("Size"), NumberStyles.None, CultureInfo.InvariantCulture), Digest.Parse(Need("SHA256")))
        {
            Depends = Join("Pre-Depends", "Depends"),
            Provides = stanza["Provides"] ?? "",
            Conflicts = Join("Conflicts", "Breaks"),
        };
    }
}
