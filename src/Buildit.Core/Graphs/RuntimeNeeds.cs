using Buildit.Core.Records;

namespace Buildit.Core.Graphs;

/// <summary>What a package needs at run time, as nodes of the graph.</summary>
public static class RuntimeNeeds
{
    /// <summary>The needs of a realised package: what its record names, looked up in all that it was built with.</summary>
    public static IEnumerable<Package> Of(Package package, Record record) => package is Package.Built built ? Named(built, record) : package.Companions;

    private static IEnumerable<Package> Named(Package.Built built, Record record)
    {
        if (record.RuntimeNeeds.IsEmpty)
        {
            return [];
        }

        var closure = Closure.Of([.. built.Tools, .. built.Libs, .. built.Runtime]);
        var byName = closure.ToDictionary(p => p.Name, StringComparer.Ordinal);
        return record.RuntimeNeeds.Select(n =>
            byName.GetValueOrDefault(n)
            ?? closure.FirstOrDefault(p => p.Replaces.Contains(n))
            ?? throw new System.Diagnostics.UnreachableException($"the record of '{built.DisplayName}' names '{n}', which it was not built with"));
    }
}
