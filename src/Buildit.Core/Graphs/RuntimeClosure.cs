using System.Collections.Immutable;
using Buildit.Core.Records;

namespace Buildit.Core.Graphs;

/// <summary>Packages and all that they need at run time, as far as records say it.</summary>
/// <param name="Packages">Sorted by name; those that others stand for are left out.</param>
/// <param name="Missing">Packages without a record, sorted by name: what these need is not known.</param>
public sealed record RuntimeClosure(ImmutableArray<Realised> Packages, ImmutableArray<Package> Missing)
{
    /// <summary>Names of packages that are left out, with what only they need, though others need them.</summary>
    public IReadOnlySet<string> Excluded { get; init; } = ImmutableHashSet<string>.Empty;

    /// <summary>Follows the records of these packages. Two different packages of one name are an error.</summary>
    public static RuntimeClosure Of(IEnumerable<Package> packages, Func<Package, Record?> find) => Of(packages, ImmutableHashSet<string>.Empty, find);

    /// <summary>The same without some packages.</summary>
    public static RuntimeClosure Of(IEnumerable<Package> packages, IReadOnlySet<string> excluded, Func<Package, Record?> find)
    {
        var met = new SortedDictionary<string, (Package Package, Record? Record)>(StringComparer.Ordinal);
        var waiting = new Stack<Package>(packages);
        while (waiting.TryPop(out var package))
        {
            if (met.TryGetValue(package.Name, out var other))
            {
                _ = other.Package.Key == package.Key ? package : throw Closure.Clash(other.Package, package);
                continue;
            }

            var record = find(package);
            met.Add(package.Name, (package, record));
            foreach (var need in record is null ? [] : RuntimeNeeds.Of(package, record).Where(n => !excluded.Contains(n.Name)))
            {
                waiting.Push(need);
            }
        }

        var replaced = met.Values.SelectMany(m => m.Package.Replaces).ToHashSet(StringComparer.Ordinal);
        return new(
            [.. met.Values.Where(m => m.Record is not null && !replaced.Contains(m.Package.Name)).Select(m => new Realised(m.Package, m.Record!))],
            [.. met.Values.Where(m => m.Record is null).Select(m => m.Package)])
        {
            Excluded = excluded,
        };
    }
}
