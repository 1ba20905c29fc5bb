using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Locks;
using Buildit.Core.Recipes;

namespace Buildit.Core.Graphs;

/// <summary>Finds recipes and merges a derived one with its base: versions, patches, flags, needs and phases.</summary>
/// <param name="workspace">The files.</param>
/// <param name="reader">Reads recipes.</param>
/// <param name="lookups">Answers what recipes look up by name or URL.</param>
/// <param name="bag">Gets the mistakes.</param>
internal sealed class RecipeMerger(IWorkspace workspace, RecipeReader reader, ILookups lookups, DiagnosticBag bag)
{
    private readonly List<string> _bases = [];

    /// <summary>The recipe of this name in the recipe trees, or null and a diagnostic.</summary>
    public Recipe? Find(PackageAtom atom, SourceSpan span)
    {
        foreach (var tree in workspace.RecipeTrees)
        {
            var directory = workspace.Combine(tree, atom.Key);
            if (workspace.ReadText(reader.PathIn(directory)) is not null)
            {
                return reader.Read(directory, bag);
            }
        }

        bag.Add(new($"there is no package '{atom.Key}'", span, Suggestion.Hint(atom.Key, workspace.RecipeNames) ?? "recipe trees: " + string.Join(", ", workspace.RecipeTrees)) { Code = ExitCode.Unresolvable });
        return null;
    }

    /// <summary>The recipe in a directory, or null and a diagnostic.</summary>
    public Recipe? Find(string directory, SourceSpan? span)
    {
        if (workspace.ReadText(reader.PathIn(directory)) is not null)
        {
            return reader.Read(directory, bag);
        }

        bag.Error(span, $"there is no pkg.yaml in '{directory}'");
        return null;
    }

    /// <summary>Merges a recipe with its bases. <paramref name="name"/> is its name with category, where it is known from its place.</summary>
    public MergedRecipe? Merge(Recipe recipe, string? name, Spanned<string>? version) => recipe switch
    {
        Recipe.Full full => MergeFull(full, name ?? full.Name.Value, version),
        Recipe.Derived derived => MergeDerived(derived, name, version),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Looks at the files that a merged recipe names and gives it as a build is told it.</summary>
    public ResolvedRecipe? Resolve(MergedRecipe merged, Platform platform)
    {
        var files = new RecipeFiles(workspace, lookups, bag);
        var errors = bag.Items.Count;
        var recipe = merged.Recipe;
        var resolved = new ResolvedRecipe
        {
            Declaration = merged.Declaration,
            Name = merged.Name,
            Version = merged.Version!.Version.Value,
            Platform = platform,
            Sources = files.Sources(merged.Version.Sources, recipe.Directory),
            Patches = files.Patches(merged.Patches),
            HelperFiles = files.Helpers(merged.HelperDirectories),
            Phases = merged.Phases,
            Configure = merged.Configure,
            Environment = recipe.Environment,
            Enabled = [.. merged.Flags.Where(f => f.Value).Select(f => f.Key)],
            Flags = [.. merged.Flags.Keys],
            Outputs = recipe.Outputs,
            Test = recipe.Test,
            Links = merged.Links,
            Files = files.Placed(recipe.Files, recipe.Directory),
            Date = recipe.Date,
            Timeout = recipe.Timeout,
            Summary = recipe.Summary,
            License = recipe.License,
            Homepage = recipe.Homepage,
            Cpe = recipe.Cpe,
        };
        return bag.Items.Count == errors ? resolved : null;
    }

    /// <summary>The files that a group places.</summary>
    public ImmutableArray<ResolvedFile> PlacedFiles(MergedRecipe merged) =>
        merged.Recipe.IsGroup ? new RecipeFiles(workspace, lookups, bag).Placed(merged.Recipe.Files, merged.Recipe.Directory) : [];

    private MergedRecipe? MergeFull(Recipe.Full recipe, string name, Spanned<string>? wanted)
    {
        Declare(recipe.Versions.SelectMany(v => v.Sources).Select(Lookup.Of));
        Declare(recipe.Versions.SelectMany(v => v.Patches).Select(Lookup.Of));
        var version = recipe.Versions.FirstOrDefault(v => wanted is null || v.Version.Value == wanted.Value.Value);
        if (version is null && (wanted is not null || !recipe.IsGroup))
        {
            NoVersion(recipe, name, wanted);
            return null;
        }

        return StyleOf(recipe) is not { } style ? null : WithFlags(
            new()
            {
                Name = name,
                Declaration = new([recipe.Text], style.Text),
                Recipe = recipe,
                Version = version,
                Patches = PatchesFor(version, version?.Patches ?? [], recipe.Directory),
                Flags = recipe.Use.ToImmutableSortedDictionary(f => f.Name.Value, f => f.Default, StringComparer.Ordinal),
                OwnNeeds = recipe.Needs.Plus(style.Needs),
                Links = recipe.Links,
                HelperDirectories = [recipe.Directory],
                Phases = style.Phases.SetItems(recipe.Phases),
            },
            [],
            []);
    }

    private void NoVersion(Recipe.Full recipe, string name, Spanned<string>? wanted)
    {
        if (wanted is { } w)
        {
            var known = recipe.Versions.Select(v => v.Version.Value).ToArray();
            bag.Add(new($"'{name}' has no version '{w.Value}'", w.Span, $"it has {string.Join(", ", known)}") { Code = ExitCode.Unresolvable });
        }
        else
        {
            bag.Error(recipe.Name.Span, $"'{name}' has phases but no 'versions'");
        }
    }

    private MergedRecipe? MergeDerived(Recipe.Derived derived, string? name, Spanned<string>? wanted)
    {
        if (PackageAtom.Parse(derived.Base, bag) is not { } atom)
        {
            return null;
        }

        if (_bases.Contains(derived.Directory))
        {
            bag.Error(derived.Base.Span, $"'{derived.Base.Value}' is derived from itself", "a chain of 'base' must end at a recipe that has none");
            return null;
        }

        Declare(derived.Patches.Select(Lookup.Of));
        _bases.Add(derived.Directory);
        var found = Find(atom, derived.Base.Span);
        var merged = found is null ? null : Merge(found, atom.Key, atom.Version is { } version ? new(version, derived.Base.Span) : null);
        _bases.Remove(derived.Directory);
        if (merged is not null && wanted is { } w && merged.Version?.Version.Value != w.Value)
        {
            bag.Add(new($"'{name}' has no version '{w.Value}'", w.Span, $"it is derived from '{derived.Base.Value}' and has only version {merged.Version?.Version.Value}") { Code = ExitCode.Unresolvable });
            return null;
        }

        return merged is null ? null : WithFlags(
            merged with
            {
                Declaration = merged.Declaration.Plus(derived.Text),
                Patches = [.. merged.Patches, .. PatchesFor(merged.Version, derived.Patches, derived.Directory)],
                OwnNeeds = merged.OwnNeeds.Plus(derived.Needs),
                DerivedConfigure = [.. merged.DerivedConfigure, .. derived.Configure],
                Links = merged.Links.SetItems(derived.Links),
                HelperDirectories = [.. merged.HelperDirectories, derived.Directory],
            },
            derived.With,
            derived.Without);
    }

    private void Declare(IEnumerable<Lookup?> declared)
    {
        foreach (var lookup in declared.OfType<Lookup>())
        {
            lookups.Declare(lookup);
        }
    }

    /// <summary>The patches that apply to a version, each with the directory that it is found from.</summary>
    private static ImmutableArray<(Patch Patch, string Directory)> PatchesFor(RecipeVersion? version, ImmutableArray<Patch> patches, string directory) =>
        version is null ? [] : [.. patches.Where(p => VersionTerms.Match(p.Versions, version.Version.Value)).Select(p => (p, directory))];

    private MergedRecipe? WithFlags(MergedRecipe merged, ImmutableArray<Spanned<string>> with, ImmutableArray<Spanned<string>> without)
    {
        var errors = bag.Items.Count;
        var flags = merged.Flags;
        foreach (var (flag, on) in with.Select(f => (f, true)).Concat(without.Select(f => (f, false))))
        {
            if (!flags.ContainsKey(flag.Value))
            {
                var known = flags.IsEmpty ? "it has no flags" : "its flags: " + string.Join(", ", flags.Keys);
                bag.Error(flag.Span, $"'{merged.Name}' has no use flag '{flag.Value}'", Suggestion.Hint(flag.Value, flags.Keys) is { } near ? near + " " + known : known);
            }

            flags = flags.SetItem(flag.Value, on);
        }

        CheckRequirements(merged, flags, with);
        return bag.Items.Count == errors ? merged with { Flags = flags } : null;
    }

    private void CheckRequirements(MergedRecipe merged, ImmutableSortedDictionary<string, bool> flags, ImmutableArray<Spanned<string>> with)
    {
        foreach (var flag in merged.Recipe.Use.Where(f => flags.GetValueOrDefault(f.Name.Value)))
        {
            foreach (var required in flag.Requires.Where(r => !flags.GetValueOrDefault(r.Value)))
            {
                var span = with.FirstOrDefault(w => w.Value == flag.Name.Value) is { Value: not null } written ? written.Span : flag.Name.Span;
                bag.Error(span, $"use flag '{flag.Name.Value}' of '{merged.Name}' requires '{required.Value}', which is off", $"add '{required.Value}' to 'with', or '{flag.Name.Value}' to 'without'");
            }
        }
    }

    /// <summary>What a recipe's style fills in; an empty style if it has none; null and a diagnostic if it names an unknown one.</summary>
    private Style? StyleOf(Recipe.Full recipe)
    {
        if (recipe.Style is not { } style)
        {
            return new("", ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal), Needs.None);
        }

        foreach (var tree in workspace.RecipeTrees)
        {
            if (workspace.ReadText(workspace.Combine(tree, "styles/" + style.Value + ".yaml")) is { } text)
            {
                return StyleParser.Parse(text, style.Value, bag);
            }
        }

        bag.Error(style.Span, $"there is no style '{style.Value}'", "a style is a file styles/NAME.yaml of a recipe tree");
        return null;
    }
}
