using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Git;
using Buildit.Core.Yaml;

namespace Buildit.Core.Recipes;

/// <summary>Reads <c>versions:</c> with their sources.</summary>
internal static class SourceReader
{
    private static readonly ImmutableArray<string> Kinds = ["url", "path", "git"];
    private static readonly ImmutableArray<string> Schemes = ["http://", "https://", "file:", "debian:"];

    internal static ImmutableArray<RecipeVersion> Versions(MapReader recipe)
    {
        var versions = ImmutableArray.CreateBuilder<RecipeVersion>();
        foreach (var entry in recipe.Entries("versions"))
        {
            PackageName.CheckVersion(entry.Key, recipe.Bag);
            if (recipe.Values.Open(entry.Value, entry.Key.Value, "a version") is { } map)
            {
                var sources = ImmutableArray.CreateRange(map.Items("sources").Select(item => Read(item, recipe.Values)).OfType<Source>());
                CheckNames(sources, map.Bag);
                versions.Add(new(entry.Key, sources, PatchReader.Read(map)));
                map.Finish();
            }
        }

        return versions.ToImmutable();
    }

    private static Source? Read(YamlNode node, ValueReader values)
    {
        if (values.Open(node, "sources", "a source") is not { } map)
        {
            return null;
        }

        var kinds = Kinds.Where(map.Has).ToArray();
        Source? source = kinds switch
        {
            ["url"] => map.SpannedText("url") is { } url ? Remote(url, map) : null,
            ["path"] => map.SpannedText("path") is { } path ? Local(path, map) : null,
            ["git"] => Git(map),
            _ => null,
        };
        if (kinds.Length != 1)
        {
            map.Bag.Error(map.Span, "a source needs one of 'url', 'path' or 'git'");
            return null;
        }

        var name = DirectoryName(map);
        if (source is not null || map.Has("git"))
        {
            map.Finish();
        }

        return source is null ? null : source with { Name = name };
    }

    private static Source.Remote Remote(Spanned<string> url, MapReader map)
    {
        var mirrors = map.SpannedTexts("mirrors");
        foreach (var address in mirrors.Prepend(url))
        {
            CheckUrl(address, map.Bag);
        }

        return new(url.Value) { Span = url.Span, Unpack = map.Bool("unpack", true), Strip = Strip(map), Sha256 = map.Sha256("sha256"), Mirrors = [.. mirrors.Select(m => m.Value)] };
    }

    private static Source.Local Local(Spanned<string> path, MapReader map)
    {
        if (path.Value.Contains("://", StringComparison.Ordinal))
        {
            map.Bag.Error(path.Span, $"'{path.Value}' is not a path", "write 'url' instead of 'path'");
        }

        return new(path.Value) { Span = path.Span, Unpack = map.Bool("unpack", true), Strip = Strip(map) };
    }

    private static Source.Git? Git(MapReader map)
    {
        var origin = GitReader.Read(map, fallback: null);
        var (submodules, lfs, sha256) = (map.Bool("submodules", false), map.Bool("lfs", true), map.Sha256("sha256"));
        if (origin is { Value.Revision: { Moves: true } revision } && sha256 is not null)
        {
            map.Bag.Error(map.KeySpan("sha256"), $"'sha256' beside a {revision}, which may move", "write the 'commit' that has this digest, or leave 'sha256' to buildit.lock");
        }

        return origin is not { } git ? null : new(git.Value with { Submodules = submodules, Lfs = lfs }) { Span = git.Span, Sha256 = sha256 };
    }

    private static int? Strip(MapReader map) => map.Number("strip", 0, 32);

    private static void CheckUrl(Spanned<string> url, DiagnosticBag bag)
    {
        if (!Schemes.Any(s => url.Value.StartsWith(s, StringComparison.Ordinal) && url.Value.Length > s.Length))
        {
            bag.Error(url.Span, $"'{url.Value}' is not a URL that sources can come from", "write https://, http://, file: or debian:SOURCE/FILE; a local file or directory goes under 'path'");
        }
        else if (url.Value.StartsWith("debian:", StringComparison.Ordinal) && url.Value["debian:".Length..].Split('/') is not [{ Length: > 0 }, { Length: > 0 }])
        {
            bag.Error(url.Span, $"'{url.Value}' does not name a file of the distribution's source pool", "write debian:SOURCE/FILE, for example debian:nginx/nginx_1.26.3.orig.tar.gz");
        }
    }

    private static string? DirectoryName(MapReader map)
    {
        if (map.SpannedText("name") is not { } name)
        {
            return null;
        }

        if (name.Value is "." or ".." || name.Value.Contains('/', StringComparison.Ordinal))
        {
            map.Bag.Error(name.Span, $"'{name.Value}' is not the name of a directory", "write one name without slashes");
        }

        if (name.Value is "src" or "home")
        {
            map.Bag.Error(name.Span, $"a source cannot be named '{name.Value}'", "/build/src is the main source's directory, /build/home is $HOME");
        }

        return name.Value;
    }

    // Two unnamed archives would be unpacked over each other.
    private static void CheckNames(ImmutableArray<Source> sources, DiagnosticBag bag)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in sources.Where(s => s.Unpack && !seen.Add(s.Name ?? "")))
        {
            bag.Error(
                source.Span,
                source.Name is null ? "a second source without 'name'" : $"a second source with the name '{source.Name}'",
                "give each further source a 'name' of its own: the directory that it is unpacked into");
        }
    }
}
