using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Core.Yaml;

namespace Buildit.Core.Recipes;

/// <summary>
/// Reads <c>outputs:</c>: for each output <c>include</c> and <c>permissions</c>, for the runtime output also <c>dlopen</c> and <c>allow-references</c>, for all
/// <c>exclude</c> and <c>keep-symbols</c>.
/// </summary>
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
        ImmutableArray<string> dlopen = [], references = [];
        foreach (var name in OutputRules.Names)
        {
            if (map.Open(name, $"output '{name}'") is { } output)
            {
                include[name] = Globs(output, "include");
                ReadPermissions(output, permissions);
                if (name == "runtime")
                {
                    dlopen = Sonames(output, "dlopen");
                    references = Globs(output, "allow-references");
                }

                output.Finish();
            }
        }

        var rules = new OutputRules(
            include.Where(i => i.Value.Length > 0).ToImmutableSortedDictionary(StringComparer.Ordinal),
            Globs(map, "exclude"),
            permissions.ToImmutable(),
            map.Bool("keep-symbols", false))
        {
            Dlopen = dlopen,
            AllowReferences = references,
        };
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

    private static ImmutableArray<string> Sonames(MapReader output, string key)
    {
        var sonames = output.SpannedTexts(key);
        NeedsReader.NoneTwice(sonames, output.Bag);
        foreach (var soname in sonames.Where(s => s.Value.Length == 0 || s.Value.Any(c => c is '/' or <= ' ')))
        {
            output.Bag.Error(soname.Span, $"'{soname.Value}' is not a soname", "write the name that is opened, for example libnss_dns.so.2; a plug-in that is opened by its path needs no entry");
        }

        return [.. sonames.Select(s => s.Value).Order(StringComparer.Ordinal)];
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
