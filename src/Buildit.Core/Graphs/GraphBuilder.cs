using System.Collections.Immutable;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Keys;
using Buildit.Core.Recipes;

namespace Buildit.Core.Graphs;

/// <summary>
/// Turns names into packages: finds recipes, merges derived ones with their bases, fixes versions and flags, and computes recipe keys from the leaves up.
/// Mistakes are collected; a package that cannot be made is null, and the caller asks the bag before it goes on.
/// </summary>
public sealed class GraphBuilder(IWorkspace workspace, DistributionPackages? distribution, Platform platform, DiagnosticBag bag)
{
    // What a recipe's `test:` runs with: a shell and the commonest commands, and nothing that a library could hide behind.
    private static readonly ImmutableArray<string> TestTools = ["debian/dash", "debian/coreutils"];

    private readonly Dictionary<string, Package?> _packages = new(StringComparer.Ordinal);
    private readonly List<string> _path = [];
    private readonly HashSet<string> _onPath = new(StringComparer.Ordinal);
    private readonly RecipeMerger _merger = new(workspace, bag);

    /// <summary>A package of the recipe trees or the distribution, by atom.</summary>
    public Package? Named(Spanned<string> atom)
    {
        if (PackageAtom.Parse(atom, bag) is not { } parsed)
        {
            return null;
        }

        return Once(atom.Value, atom.Span, () => parsed.IsDebian ? Imported(parsed.Name, atom.Span) : FromTree(atom, parsed));
    }

    /// <summary>The package of a recipe in this directory (an embedded package, or a target given as a path).</summary>
    public Package? FromDirectory(string directory, SourceSpan? span) =>
        Once("./" + directory, span, () => _merger.Find(directory, span) is { } recipe ? Of(recipe, NameInTree(directory), null) : null);

    /// <summary>A recipe in a tree has its category in its name, whichever way it was asked for.</summary>
    private string? NameInTree(string directory) => workspace.RecipeTrees
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
            bag.Error(derived.Base.Span, $"'debian/{name}' is imported as it is: there is no source to patch or configure", "only 'links' and 'needs: {runtime: ...}' can be added to it; derive from a recipe that builds it from source for more");
            return null;
        }

        return All(derived.Needs.Runtime) is { } needs && Imported(name, derived.Base.Span) is Package.Imported package ? distribution!.Adapt(package, derived.Links, needs) : null;
    }

    /// <summary>Each name once; a name that is met again on the way down is a cycle.</summary>
    private Package? Once(string name, SourceSpan? span, Func<Package?> make)
    {
        if (_onPath.Contains(name))
        {
            var cycle = _path.Skip(_path.IndexOf(name)).Append(name);
            bag.Error(span, "dependency cycle: " + string.Join(" -> ", cycle), "one of these packages must do without the next one");
            return null;
        }

        if (_packages.TryGetValue(name, out var known))
        {
            return known;
        }

        _path.Add(name);
        _onPath.Add(name);
        var package = make();
        _onPath.Remove(name);
        _path.RemoveAt(_path.Count - 1);
        return _packages[name] = package;
    }

    private Package? Imported(string name, SourceSpan span)
    {
        if (distribution is null)
        {
            bag.Error(span, $"'debian/{name}' is wanted, but no recipe tree declares a distribution", "add pkgs/debian/distribution.yaml (see docs/recipes.md)");
            return null;
        }

        return distribution.Get(name, span, bag);
    }

    private Package? Build(MergedRecipe merged)
    {
        var errors = bag.Items.Count;
        var tools = All(merged.Needs.Tools);
        var libs = All(merged.Needs.Libs);
        var runtime = All(merged.Needs.Runtime);
        var resolved = merged.Recipe.IsGroup ? null : _merger.Resolve(merged, platform);
        var placed = _merger.PlacedFiles(merged);
        var testTools = All(merged.Recipe.Test is null ? [] : [.. TestTools.Select(t => new Spanned<string>(t, new(merged.Text, 1, 1)))]);
        if (tools is null || libs is null || runtime is null || testTools is null || bag.Items.Skip(errors).Any(d => d.Severity == Severity.Error))
        {
            return null;
        }

        ImmutableArray<string> replaces = [.. merged.Recipe.Replaces.Select(r => r.Value)];
        return resolved is null ? Group(merged, [.. tools, .. libs, .. runtime], placed, replaces) : Built(merged, resolved, tools.Value, libs.Value, runtime.Value, testTools.Value, replaces);
    }

    private static Package.Group Group(MergedRecipe merged, ImmutableArray<Package> members, ImmutableArray<ResolvedFile> files, ImmutableArray<string> replaces)
    {
        var key = RecipeKeys.OfGroup(merged.Name, members, merged.Links, files, replaces);
        return new()
        {
            Name = merged.Name,
            Version = "",
            Key = new(key.Digest),
            Preimage = key.Preimage,
            CompanionsLater = () => members,
            Replaces = replaces,
            Links = merged.Links,
            Files = files,
        };
    }

    private static Package.Built Built(
        MergedRecipe merged, ResolvedRecipe recipe, ImmutableArray<Package> tools, ImmutableArray<Package> libs, ImmutableArray<Package> runtime, ImmutableArray<Package> testTools, ImmutableArray<string> replaces)
    {
        var key = RecipeKeys.OfRecipe(recipe, tools, libs, runtime, testTools, replaces);
        return new()
        {
            Name = recipe.Name,
            Version = recipe.Version,
            Key = new(key.Digest),
            Preimage = key.Preimage,
            CompanionsLater = () => [.. libs, .. runtime],
            Replaces = replaces,
            Text = merged.Text,
            Recipe = recipe,
            Tools = tools,
            Libs = libs,
            Runtime = runtime,
            TestTools = testTools,
        };
    }

    private ImmutableArray<Package>? All(ImmutableArray<Spanned<string>> names)
    {
        var packages = names.DistinctBy(n => n.Value).OrderBy(n => n.Value, StringComparer.Ordinal).Select(Named).ToArray();
        return packages.Any(p => p is null) ? null : [.. packages.OfType<Package>()];
    }
}
