using System.Collections.Immutable;

namespace Buildit.Core.Graphs;

/// <summary>What is remembered of a workspace's packages, by the name under which they are asked for. It only saves time: without it, all files are read.</summary>
public sealed class GraphMemory
{
    private readonly Dictionary<string, RememberedPackage> _packages;

    /// <summary>Takes packages by name.</summary>
    public GraphMemory(IEnumerable<KeyValuePair<string, RememberedPackage>> packages) => _packages = new(packages, StringComparer.Ordinal);

    /// <summary>Nothing is remembered.</summary>
    public static GraphMemory Empty { get; } = new([]);

    /// <summary>All of it, in no order.</summary>
    public IReadOnlyDictionary<string, RememberedPackage> Packages => _packages;

    /// <summary>What is remembered under a name, or null.</summary>
    public RememberedPackage? Find(string name) => _packages.GetValueOrDefault(name);

    /// <summary>This and what was learned since, which wins.</summary>
    public GraphMemory With(IReadOnlyDictionary<string, RememberedPackage> learned) => new(_packages.Where(p => !learned.ContainsKey(p.Key)).Concat(learned));
}
