using Buildit.Core.Explanations;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Record = Buildit.Core.Records.Record;

namespace Buildit.Core.Tests.Explanations;

/// <summary>Packages as if they had been built one after the other.</summary>
internal sealed class MemoryHistory : IHistory
{
    private readonly List<Package> _packages = [];

    /// <summary>Remembers a package and all that its key names.</summary>
    public MemoryHistory Built(Package package)
    {
        var (found, waiting) = (new List<Package>(), new Stack<Package>([package]));
        while (waiting.TryPop(out var next))
        {
            if (found.All(p => p.Key != next.Key))
            {
                found.Add(next);
                next.Dependencies.Concat(next.Companions).ToList().ForEach(waiting.Push);
            }
        }

        _packages.RemoveAll(p => found.Any(f => f.Key == p.Key));
        _packages.AddRange(found);
        return this;
    }

    /// <summary>How many preimages were asked for by their keys.</summary>
    public int Preimages { get; private set; }

    /// <summary>Remembers a package alone.</summary>
    public void Remember(Package package) => _packages.Add(package);

    /// <summary>Forgets packages of this name.</summary>
    public MemoryHistory Forget(string package)
    {
        _packages.RemoveAll(p => p.Name == package);
        return this;
    }

    public IReadOnlyList<PastRecord> Of(string package) => [.. _packages.Where(p => p.Name == package).Reverse().Select(p => new PastRecord(RecordOf(p), p.Preimage))];

    public string? Preimage(Digest recipeKey)
    {
        Preimages++;
        return _packages.FirstOrDefault(p => p.Key.Digest == recipeKey)?.Preimage;
    }

    private static Record RecordOf(Package package) => new()
    {
        Package = package.Name,
        Version = package.Version,
        Platform = Platform.LinuxAmd64,
        RecipeKey = package.Key,
        BuildKey = new(package.Key.Digest),
        Outputs = System.Collections.Immutable.ImmutableSortedDictionary<string, Digest>.Empty,
        RuntimeNeeds = [],
        Sonames = [],
        Materials = package switch
        {
            Package.Imported imported => [new(imported.Pin.Name + ".deb", null, imported.Pin.Sha256)],
            Package.Built built => [.. built.Recipe.Sources.Select(s => new Material(s.FileName, s.Commit is null ? null : "git+https://somebody@example.org/x.git@" + s.Commit, s.Digest)), .. built.Recipe.Patches.Select(p => new Material(p.FileName, null, p.Digest))],
            _ => [],
        },
        Preimage = package.Key.Digest,
        SourceDate = 0,
    };
}
