using System.Collections.Immutable;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Keys;
using Buildit.Core.Locks;
using Buildit.Core.Recipes;

namespace Buildit.Core.Graphs;

/// <summary>
/// Turns names into packages: finds recipes, merges derived ones with their bases, fixes versions and flags, and computes recipe keys from the leaves up.
/// Mistakes are collected; a package that cannot be made is null, and the caller asks the bag before it goes on.
/// </summary>
public sealed class GraphBuilder
{
    // What a recipe's `test:` runs with: a shell and the commonest commands, and nothing that a library could hide behind.
    private static readonly ImmutableArray<string> TestTools = ["debian/dash", "debian/coreutils"];

    private readonly RecordingWorkspace _workspace;
    private readonly DistributionPackages? _distribution;
    private readonly Platform _platform;
    private readonly DiagnosticBag _bag;
    private readonly RememberedFiles _remembered;
    private readonly RecipeMerger _merger;
    private readonly Dictionary<string, Package?> _packages;
    private readonly Dictionary<string, RememberedPackage> _learned = new(StringComparer.Ordinal);
    private readonly List<string> _path = [];
    private readonly HashSet<string> _onPath = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Makes packages of one workspace for one platform.</summary>
    /// <param name="workspace">The files.</param>
    /// <param name="distribution">The distribution packages, if a tree declares a distribution.</param>
    /// <param name="pins">Answers what recipes look up by name or URL. What it lacks leaves a package with a key that means nothing.</param>
    /// <param name="platform">What is built for.</param>
    /// <param name="bag">Gets the mistakes.</param>
    /// <param name="memory">
    /// What is remembered of these packages from earlier. It leads to the same graph as without it, but mistakes may lack their places: whoever finds any
    /// in the bag makes the graph again without memory.
    /// </param>
    public GraphBuilder(IWorkspace workspace, DistributionPackages? distribution, Pins pins, Platform platform, DiagnosticBag bag, GraphMemory? memory = null)
    {
        memory ??= GraphMemory.Empty;
        (_workspace, _distribution, _platform, _bag, _remembered) = (new(workspace, pins), distribution, platform, bag, new(memory, workspace));
        _packages = new(memory.Packages.Count, StringComparer.Ordinal);
        _merger = new(_workspace, new(workspace, name => memory.Find(name) is null), _workspace, bag);
    }

    /// <summary>What was found out by reading files, and is not in the memory that was given.</summary>
    public IReadOnlyDictionary<string, RememberedPackage> Learned => _learned;

    /// <summary>A package of the recipe trees or the distribution, by atom.</summary>
    public Package? Named(Spanned<string> atom)
    {
        if (PackageAtom.Parse(atom, _bag) is not { } parsed)
        {
            return null;
        }

        return Once(atom.Value, atom.Span, () => parsed.IsDebian ? Imported(parsed.Name, atom.Span) : FromTree(atom, parsed));
    }

    /// <summary>The package of a recipe in this directory (an embedded package, or a target given as a path).</summary>
    public Package? FromDirectory(string directory, SourceSpan? span) =>
        Once("./" + directory, span, () => _merger.Find(directory, span) is { } recipe ? Of(recipe, NameInTree(directory), null) : null);

    /// <summary>A recipe in a tree has its category in its name, whichever way it was asked for.</summary>
    private string? NameInTree(string directory) => _workspace.RecipeTrees
        .Where(t => directory.StartsWith(t + "/", StringComparison.Ordinal))
        .Select(t => directory[(t.Length + 1)..].TrimEnd('/'))
        .FirstOrDefault(name => name.Count(c => c == '/') == 1);

    private Package? FromTree(Spanned<string> atom, PackageAtom parsed) =>
        _merger.Find(parsed, atom.Span) is { } recipe ? Of(recipe, parsed.Key, parsed.Version is { } version ? new(version, atom.Span) : null) : null;

    private Package? Of(Recipe recipe, string? name, Spanned<string>? version)
    {
        if (recipe is Recipe.Derived derived && PackageAtom.TryParse(derived.Base.Value, out var atom, out _) && atom.IsDebian)
        {
            return Adapted(derived, atom.Name);
        }

        return _merger.Merge(recipe, name, version) is { } merged ? Build(merged) : null;
    }

    /// <summary>A distribution package with further links and runtime needs. It is imported as it is, so there is nothing to patch or configure.</summary>
    private Package.Imported? Adapted(Recipe.Derived derived, string name)
    {
        if (!derived.Patches.IsEmpty || !derived.With.IsEmpty || !derived.Without.IsEmpty || !derived.Configure.IsEmpty || !derived.Needs.Tools.IsEmpty || !derived.Needs.Libs.IsEmpty)
        {
            _bag.Error(derived.Base.Span, $"'debian/{name}' is imported as it is: there is no source to patch or configure", "only 'links' and 'needs: {runtime: ...}' can be added to it; derive from a recipe that builds it from source for more");
            return null;
        }

        return All(derived.Needs.Runtime) is { IsWhole: true } needs && Imported(name, derived.Base.Span) is Package.Imported package ? _distribution!.Adapt(package, derived.Links, needs.Packages, new([derived.Text], null)) : null;
    }

    /// <summary>Each name once; a name that is met again on the way down is a cycle.</summary>
    private Package? Once(string name, SourceSpan? span, Func<Package?> make)
    {
        if (_packages.TryGetValue(name, out var known))
        {
            return known;
        }

        if (!_onPath.Add(name))
        {
            var cycle = _path.Skip(_path.IndexOf(name)).Append(name);
            _bag.Error(span, "dependency cycle: " + string.Join(" -> ", cycle), "one of these packages must do without the next one");
            return null;
        }

        if (_path.Count == 0)
        {
            _remembered.LookAhead(name);
        }

        _path.Add(name);
        var package = Recall(name, make) ?? Learn(name, make);
        _path.RemoveAt(_path.Count - 1);
        _onPath.Remove(name);
        return _packages[name] = package;
    }

    /// <summary>Makes a package from its files, and notes what it was made from.</summary>
    private Package? Learn(string name, Func<Package?> make)
    {
        _workspace.Begin();
        var package = make();
        if (_workspace.End() is { } inputs && package is not null && RememberedPackage.Of(package, inputs) is { } learned)
        {
            _learned[name] = learned;
        }

        return package;
    }

    /// <summary>A package as it is remembered, if nothing that it was made from has changed. What only its build needs is read when that comes.</summary>
    private Package? Recall(string name, Func<Package?> make)
    {
        if (_remembered.Find(name) is not { } known)
        {
            return null;
        }

        var roles = known.Roles.Select(names => new Role(names, [.. names.Select(n => _packages.TryGetValue(n, out var met) ? met : Named(new(n, new(new(name, n), 1, 1)))).OfType<Package>()])).ToArray();
        ImmutableArray<Package>[] packages = [.. roles.Select(r => r.Packages)];
        return roles.All(r => r.IsWhole) && RememberedPackage.DigestOf(packages) == known.DependencyKeys ? known.ToPackage([.. packages], () => Again(known, make)) : null;
    }

    /// <summary>Makes a remembered package from its files after all.</summary>
    private Package Again(RememberedPackage known, Func<Package?> make)
    {
        lock (_gate)
        {
            var mistakes = _bag.Items.Count;
            var package = make();
            return package?.Key == known.Key && _bag.Items.Count == mistakes
                ? package
                : throw new BuilditException(ExitCode.InvalidInput, $"the files of '{known.Name}' changed while they were used", "run the command again");
        }
    }

    private Package? Imported(string name, SourceSpan span)
    {
        if (_distribution is null)
        {
            _bag.Error(span, $"'debian/{name}' is wanted, but no recipe tree declares a distribution", "add pkgs/debian/distribution.yaml (see docs/recipes.md)");
            return null;
        }

        return _distribution.Get(name, span, _bag);
    }

    private Package? Build(MergedRecipe merged)
    {
        var errors = _bag.Items.Count;
        ImmutableArray<Role> roles =
        [
            All(merged.Needs.Tools),
            All(merged.Needs.Libs),
            All(merged.Needs.Runtime),
            All(merged.Recipe.Test is null ? [] : [.. TestTools.Select(t => new Spanned<string>(t, new(merged.Text, 1, 1)))]),
        ];
        var resolved = merged.Recipe.IsGroup ? null : _merger.Resolve(merged, _platform);
        var placed = _merger.PlacedFiles(merged);
        if (roles.Any(r => !r.IsWhole) || _bag.Items.Skip(errors).Any(d => d.Severity == Severity.Error))
        {
            return null;
        }

        ImmutableArray<string> replaces = [.. merged.Recipe.Replaces.Select(r => r.Value)];
        return resolved is null ? Group(merged, roles, placed, replaces) : Built(resolved, roles, replaces);
    }

    private static Package.Group Group(MergedRecipe merged, ImmutableArray<Role> roles, ImmutableArray<ResolvedFile> files, ImmutableArray<string> replaces)
    {
        ImmutableArray<Package> members = [.. roles.SelectMany(r => r.Packages)];
        var key = RecipeKeys.OfGroup(merged.Name, members, merged.Links, files, replaces);
        return new()
        {
            Name = merged.Name,
            Version = "",
            Key = new(key.Digest),
            PreimageLater = () => key.Preimage,
            CompanionsLater = () => members,
            Replaces = replaces,
            DependencyNames = [[.. roles.SelectMany(r => r.Names)]],
            ContentLater = () => new(merged.Links, files, merged.Declaration),
        };
    }

    private static Package.Built Built(ResolvedRecipe recipe, ImmutableArray<Role> roles, ImmutableArray<string> replaces)
    {
        var (tools, libs, runtime, testTools) = (roles[0].Packages, roles[1].Packages, roles[2].Packages, roles[3].Packages);
        var key = RecipeKeys.OfRecipe(recipe, tools, libs, runtime, testTools, replaces);
        return new()
        {
            Name = recipe.Name,
            Version = recipe.Version,
            Key = new(key.Digest),
            PreimageLater = () => key.Preimage,
            CompanionsLater = () => [.. libs, .. runtime],
            Replaces = replaces,
            DependencyNames = [.. roles.Select(r => r.Names)],
            RecipeLater = () => recipe,
            RemoteFiles = RemoteFile.AllOf(recipe),
            Tools = tools,
            Libs = libs,
            Runtime = runtime,
            TestTools = testTools,
        };
    }

    private Role All(ImmutableArray<Spanned<string>> names)
    {
        Spanned<string>[] sorted = [.. names.DistinctBy(n => n.Value).OrderBy(n => n.Value, StringComparer.Ordinal)];
        return new([.. sorted.Select(n => n.Value)], [.. sorted.Select(Named).OfType<Package>()]);
    }

    /// <summary>The dependencies of one role: the names that a recipe asks for, and the packages.</summary>
    private readonly record struct Role(ImmutableArray<string> Names, ImmutableArray<Package> Packages)
    {
        /// <summary>Whether there is a package for every name.</summary>
        public bool IsWhole => Names.Length == Packages.Length;
    }
}
