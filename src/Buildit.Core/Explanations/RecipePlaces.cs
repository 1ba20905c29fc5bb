using System.Collections.Immutable;
using Buildit.Core.Differences;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Yaml;

namespace Buildit.Core.Explanations;

/// <summary>The place that declares an input, and the use flag that it is part of, if any.</summary>
internal sealed record Declared(Place Place, string? Flag = null);

/// <summary>Finds where the files of a recipe declare an input. What a derived recipe says wins over its base, as in a build. Files are read once.</summary>
internal sealed class RecipePlaces
{
    private readonly Dictionary<SourceText, YamlNode?> _roots = [];

    /// <summary>The place; of what is gone, the key that it stood below. Null if no file says it.</summary>
    public Declared? Find(Package package, InputChange change)
    {
        var recipes = package.Declaration.Recipes.Reverse().Select(Root).ToArray();
        var style = package.Declaration.Style is { } text ? Root(text) : null;
        return Find(package, change, recipes, style) ?? First(recipes, r => Above(r, change.Kind));
    }

    private static Declared? Find(Package package, InputChange change, YamlNode?[] recipes, YamlNode? style) =>
        change.Kind switch
        {
            "phase" => First(recipes, r => Text(YamlPath.Entry(r, "build", change.Name), change)) ?? Text(YamlPath.Entry(style, "phases", change.Name), change),
            "test" => First(recipes, r => Text(YamlPath.Entry(r, "test"), change)),
            "configure" => First(recipes, r => Configure(r, Value(change))),
            "use" or "flag" => First(recipes, r => Choice(r, change.Name) ?? Key(r, "use", change.Name)),
            "environment" => First(recipes, r => Key(r, "environment", change.Name)),
            "link" => First(recipes, r => Key(r, "links", change.Name)),
            "file" => First(recipes, r => Key(r, "files", change.Name)),
            "include-output" => First(recipes, r => Key(r, "outputs", change.Name, "include")),
            "exclude" => First(recipes, r => Key(r, "outputs", "exclude")),
            "keep-symbols" => First(recipes, r => Key(r, "outputs", "keep-symbols")),
            "dlopen" => First(recipes, r => Key(r, "outputs", "runtime", "dlopen")),
            "permission" => First(recipes, r => Recipes.OutputRules.Names.Select(o => Key(r, "outputs", o, "permissions", change.Name)).FirstOrDefault(k => k is not null)),
            "date" => First(recipes, r => Key(r, "date")),
            "replaces" => First(recipes, r => Wrapped(YamlPath.Item(YamlPath.Entry(r, "replaces")?.Value, v => v == change.Name))),
            "version" => First(recipes, r => Key(r, "versions", change.New?.Value ?? "") ?? Key(r, "base")),
            "source" => Source(package, change, recipes),
            "patch" => Patch(package, change),
            "helper" => Helper(package, change),
            _ when change.IsDependency => First([.. recipes, style], r => Need(r, change)),
            _ => null,
        };

    private static Declared? Above(YamlNode? root, string kind) => kind switch
    {
        "phase" => Key(root, "build"),
        "configure" or "environment" or "replaces" or "test" or "date" => Key(root, kind),
        "link" => Key(root, "links"),
        "file" => Key(root, "files"),
        "use" or "flag" => Key(root, "use"),
        "patch" => Key(root, "patches") ?? Key(root, "versions"),
        "source" => Key(root, "versions"),
        "include-output" or "exclude" or "permission" or "keep-symbols" or "dlopen" => Key(root, "outputs"),
        "tool" => Key(root, "needs", "tools") ?? Key(root, "needs"),
        "lib" => Key(root, "needs", "libs") ?? Key(root, "needs"),
        "runtime" or "companion" => Key(root, "needs", "runtime") ?? Key(root, "needs"),
        "member" => Key(root, "needs"),
        _ => null,
    };

    private static string Value(InputChange change) => (change.New ?? change.Old)!.Value;

    private static Declared? First(IEnumerable<YamlNode?> roots, Func<YamlNode?, Declared?> find) => roots.Select(find).FirstOrDefault(d => d is not null);

    private static Declared? Wrapped(SourceSpan? span, string? flag = null) => span is { } s ? new(Place.Of(s), flag) : null;

    private static Declared? Key(YamlNode? root, params ReadOnlySpan<string> keys) => Wrapped(YamlPath.Entry(root, keys)?.Key.Span);

    /// <summary>The first line that differs; the key, if there is nothing to compare with.</summary>
    private static Declared? Text(YamlEntry? entry, InputChange change) => entry switch
    {
        null => null,
        { Value: YamlScalar scalar } when change is { Old: { } old, New: not null } => new(Place.Of(YamlPath.FirstDifference(scalar, old.Value))),
        _ => new(Place.Of(entry.Key.Span)),
    };

    private static Declared? Choice(YamlNode? root, string flag) =>
        Wrapped(YamlPath.Item(YamlPath.Entry(root, "use", "with")?.Value, v => v == flag) ?? YamlPath.Item(YamlPath.Entry(root, "use", "without")?.Value, v => v == flag));

    private static Declared? Configure(YamlNode? root, string argument) =>
        Wrapped(YamlPath.Item(YamlPath.Entry(root, "configure")?.Value, v => v == argument))
        ?? InFlags(root, flag => YamlPath.Item(YamlPath.Entry(flag, "configure")?.Value, v => v == argument) ?? YamlPath.Item(YamlPath.Entry(flag, "configure-off")?.Value, v => v == argument));

    private static Declared? InFlags(YamlNode? root, Func<YamlNode, SourceSpan?> find) =>
        YamlPath.Entry(root, "use")?.Value is YamlMap flags ? flags.Entries.Select(f => Wrapped(find(f.Value), f.Key.Value)).FirstOrDefault(d => d is not null) : null;

    private static Declared? Need(YamlNode? root, InputChange change)
    {
        // A need may name a version, and a group has members in all roles.
        string[] roles = change.Kind switch { "tool" => ["tools"], "lib" => ["libs"], "runtime" => ["runtime"], _ => ["tools", "libs", "runtime"] };
        return Wrapped(In(root, "needs")) ?? InFlags(root, flag => In(flag, "needs") ?? In(flag, "needs-off"));

        SourceSpan? In(YamlNode? node, string needs) =>
            roles.Select(role => YamlPath.Item(YamlPath.Entry(node, needs, role)?.Value, v => v == change.Name || v.StartsWith(change.Name + "-", StringComparison.Ordinal))).FirstOrDefault(s => s is not null);
    }

    private static Declared? Source(Package package, InputChange change, YamlNode?[] recipes)
    {
        if (change.New is null || package is not Package.Built { Recipe: var recipe } || recipe.Sources.ElementAtOrDefault(change.Position - 1) is not { } source)
        {
            return null;
        }

        var map = recipes.Select(r => YamlPath.Entry(r, "versions", recipe.Version, "sources")?.Value as YamlList).FirstOrDefault(l => l is not null)?.Items.ElementAtOrDefault(change.Position - 1);
        var key = change.Old is { } old && old["source-digest"] != change.New["source-digest"] ? YamlPath.Entry(map, "sha256")?.Key.Span : null;
        return new(Place.Of(key ?? source.Origin.Span));
    }

    private static Declared? Patch(Package package, InputChange change) =>
        change.New is not null && package is Package.Built { Recipe: var recipe } && recipe.Patches.ElementAtOrDefault(change.Position - 1) is { } patch ? new(Place.Of(patch.Origin.Span)) : null;

    /// <summary>A helper file is declared by being there, beside one of the recipes; of one that is gone, the directory is known.</summary>
    private static Declared? Helper(Package package, InputChange change)
    {
        var local = (package as Package.Built)?.Recipe.HelperFiles.FirstOrDefault(f => f.Path == change.Name)?.LocalPath;
        var directories = package.Declaration.Recipes.Select(r => r.Path[..(r.Path.LastIndexOf('/') + 1)] + "files");
        return local is null
            ? new(new(directories.Last(), null))
            : directories.Select(d => $"{d}/{change.Name}").Where(f => local.EndsWith(f, StringComparison.Ordinal)).Select(f => new Declared(new(f, null))).LastOrDefault();
    }

    private YamlNode? Root(SourceText text)
    {
        if (!_roots.TryGetValue(text, out var root))
        {
            _roots[text] = root = YamlReader.Read(text, new());
        }

        return root;
    }
}
