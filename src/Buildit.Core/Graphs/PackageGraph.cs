using System.Collections.Immutable;
using Buildit.Core.Keys;

namespace Buildit.Core.Graphs;

/// <summary>What a package has another one for.</summary>
public enum Role
{
    /// <summary>Run during its build.</summary>
    Tool,

    /// <summary>Linked against.</summary>
    Lib,

    /// <summary>Needed at run time though no file says so.</summary>
    Runtime,

    /// <summary>What its test runs with.</summary>
    Test,

    /// <summary>A member of a group.</summary>
    Member,

    /// <summary>A distribution package's dependency.</summary>
    Depends,
}

/// <summary>A package that another one names, and what for.</summary>
public sealed record NamedDependency(Package Package, Role Role);

/// <summary>Some packages and everything that they name, directly or by way of others.</summary>
public sealed class PackageGraph
{
    private PackageGraph(ImmutableArray<Package> packages) => Packages = packages;

    /// <summary>
    /// Each package once, what it names before it (but for distribution packages that depend on each other in a circle). The order depends on nothing but names.
    /// </summary>
    public ImmutableArray<Package> Packages { get; }

    /// <summary>Goes down from these packages.</summary>
    public static PackageGraph Of(IEnumerable<Package> roots)
    {
        var met = new HashSet<RecipeKey>();
        var finished = ImmutableArray.CreateBuilder<Package>();
        var path = new Stack<Visit>();
        foreach (var root in roots)
        {
            Enter(root);
            while (path.TryPeek(out var top))
            {
                if (top.Next < top.Below.Length)
                {
                    Enter(top.Below[top.Next++]);
                }
                else
                {
                    finished.Add(path.Pop().Package);
                }
            }
        }

        return new(finished.ToImmutable());

        void Enter(Package package)
        {
            if (met.Add(package.Key))
            {
                path.Push(new(package));
            }
        }
    }

    /// <summary>What a package names itself. One package may be there in several roles.</summary>
    public static IEnumerable<NamedDependency> DependenciesOf(Package package) => package switch
    {
        Package.Built b => [.. In(Role.Tool, b.Tools), .. In(Role.Lib, b.Libs), .. In(Role.Runtime, b.Runtime), .. In(Role.Test, b.TestTools)],
        Package.Group g => In(Role.Member, g.Companions),
        Package.Imported i => i.Companions.Select(c => new NamedDependency(c, c is Package.Imported on && i.Pin.Depends.Contains(on.Pin.Name) ? Role.Depends : Role.Runtime)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IEnumerable<NamedDependency> In(Role role, ImmutableArray<Package> packages) => packages.Select(p => new NamedDependency(p, role));

    /// <summary>A package on the way down, and how far what it names was followed.</summary>
    private sealed class Visit(Package package)
    {
        public Package Package => package;

        public ImmutableArray<Package> Below { get; } = package is Package.Built b ? [.. b.Tools, .. b.Libs, .. b.Runtime, .. b.TestTools] : package.Companions;

        public int Next { get; set; }
    }
}
