using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Recipes;

namespace Buildit.Build.Tests;

/// <summary>Recipes and packages made by hand.</summary>
internal static class Samples
{
    public static ResolvedRecipe Recipe(string name = "app/demo") => new()
    {
        Declaration = new([new("pkg.yaml", "name: demo\n")], null),
        Name = name,
        Version = "1.0",
        Platform = Platform.LinuxAmd64,
        Sources = [],
        Patches = [],
        HelperFiles = [],
        Phases = Map(("install", "make install\n")),
        Configure = [],
        Environment = Map(),
        Enabled = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal),
        Flags = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal),
        Outputs = OutputRules.Default,
        Test = null,
        Links = Map(),
        Files = [],
        Date = 1714521600,
        Timeout = TimeSpan.FromMinutes(30),
    };

    public static Package.Built Built(ResolvedRecipe recipe, Package[]? tools = null, Package[]? libs = null, Package[]? runtime = null, Package[]? testTools = null, string[]? replaces = null)
    {
        var key = RecipeKeys.OfRecipe(recipe, tools ?? [], libs ?? [], runtime ?? [], testTools ?? [], [.. replaces ?? []]);
        return new()
        {
            Name = recipe.Name,
            Version = recipe.Version,
            Key = new(key.Digest),
            PreimageLater = () => key.Preimage,
            CompanionsLater = () => [.. libs ?? [], .. runtime ?? []],
            Replaces = [.. replaces ?? []],
            RecipeLater = () => recipe,
            RemoteFiles = RemoteFile.AllOf(recipe),
            Tools = [.. tools ?? []],
            Libs = [.. libs ?? []],
            Runtime = [.. runtime ?? []],
            TestTools = [.. testTools ?? []],
        };
    }

    public static Package.Group Group(string name, params ResolvedFile[] files)
    {
        var key = RecipeKeys.OfGroup(name, [], Map(), files, []);
        return new() { Name = name, Version = "", Key = new(key.Digest), PreimageLater = () => key.Preimage, CompanionsLater = () => [], ContentLater = () => new(Map(), [.. files], Declaration.None) };
    }

    public static ResolvedPatch Patch(string name) => new(name, Digest.Of(name), 1, "/nowhere/" + name, new("patches/" + name, Span));

    public static ResolvedSource Source(string name, string file) =>
        new(name, Digest.Of(file), new Source.Remote("https://example.org/" + file) { Span = Span, Sha256 = Digest.Of(file) }, file, "/nowhere");

    public static ImmutableSortedDictionary<string, string> Map(params (string Key, string Value)[] entries) =>
        entries.ToImmutableSortedDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal);

    private static SourceSpan Span => new(new("pkg.yaml", "x"), 1, 1);
}
