using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Core.Yaml;

namespace Buildit.Core.Recipes;

/// <summary>Reads <c>outputs:</c>: for each output <c>include</c> and <c>permissions</c>, for all <c>exclude</c> and <c>keep-symbols</c>.</summary>
internal static class OutputReader
{
    internal static OutputRules Read(MapReader recipe)
    {
        if (recipe.Open("outputs", "'outputs'") is not { } map)
        {
            return OutputRules.Default;
        }

        var include = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        var permissions = ImmutableSortedDictionary.CreateBuilder<string, Permission>(StringComparer.Ordinal);
        foreach (var name in OutputRules.Names)
        {
            if (map.Open(name, $"output '{name}'") is { } output)
            {
                include[name] = Globs(output, "include");
                ReadPermissions(output, permissions);
                output.Finish();
            }
        }

        var rules = new OutputRules(
            include.Where(i => i.Value.Length > 0).ToImmutableSortedDictionary(StringComparer.Ordinal),
            Globs(map, "exclude"),
            permissions.ToImmutable(),
            map.Bool("keep-symbols", false));
        map.Finish();
        return rules;
    }

    private static ImmutableArray<string> Globs(MapReader map, string key)
    {
        var globs = map.SpannedTexts(key);
        foreach (var glob in globs)
        {
            PathReader.CheckInstalled(glob, map.Bag);
        }

        return [.. globs.Select(g => g.Value)];
    }

    private static void ReadPermissions(MapReader output, ImmutableSortedDictionary<string, Permission>.Builder permissions)
    {
        foreach (var entry in output.Entries("permissions"))
        {
            PathReader.CheckInstalled(entry.Key, output.Bag);
            if (output.Values.Open(entry.Value, entry.Key.Value, "a permission") is not { } map)
            {
                continue;
            }

            var (uid, gid) = Owner(map);
            if (!permissions.TryAdd(entry.Key.Value, new(map.Mode("mode"), uid, gid) { Capabilities = Capabilities(map) }))
            {
                output.Bag.Error(entry.Key.Span, $"permissions of '{entry.Key.Value}' are there for another output, too", "keep one of the two");
            }

            map.Finish();
        }
    }

    // Names would have to be looked up on some machine; numbers mean the same on all.
    private static (int? Uid, int? Gid) Owner(MapReader map)
    {
        if (map.SpannedText("owner") is not { } owner)
        {
            return (null, null);
        }

        if (owner.Value.Split(':') is [var user, var group] && Id(user) is { } uid && Id(group) is { } gid)
        {
            return (uid, gid);
        }

        map.Bag.Error(owner.Span, $"'{owner.Value}' is not a numeric owner", "write \"UID:GID\" in numbers, for example \"101:101\"");
        return (null, null);
    }

    private static FileCapabilities? Capabilities(MapReader map)
    {
        if (map.SpannedText("capabilities") is not { } written)
        {
            return null;
        }

        var read = FileCapabilities.TryParse(written.Value);
        if (read is null)
        {
            var unknown = written.Value.Split('=')[0].Split(',').FirstOrDefault(n => !FileCapabilities.Names.Contains(n));
            map.Bag.Error(
                written.Span,
                $"'{written.Value}' is no set of capabilities",
                (unknown is null ? null : Suggestion.Hint(unknown, FileCapabilities.Names)) ?? "write names and flags (e, i, p) as setcap(8) takes them, for example cap_net_bind_service=ep");
        }

        return read;
    }

    private static int? Id(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}
