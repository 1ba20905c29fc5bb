using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Buildit.Core.Diagnostics;
using Buildit.Core.Recipes;
using Buildit.Core.Yaml;

namespace Buildit.Core.Containers;

/// <summary>Reads an <c>accounts</c> step.</summary>
internal static partial class AccountsReader
{
    private const int MaxId = int.MaxValue;

    internal static Step.Accounts Read(MapReader map, SourceSpan span, AccountNumbers numbers)
    {
        var step = new Step.Accounts(
            Accounts(map, "users", "a user", (m, name) => ReadUser(m, name, numbers)),
            Accounts(map, "groups", "a group", (m, name) => new Group(name.Value, Id(m, "gid", name, numbers) ?? 0)))
        { Span = span };
        map.Finish();
        return step;
    }

    private static ImmutableArray<T> Accounts<T>(MapReader step, string key, string what, Func<MapReader, Spanned<string>, T> read)
    {
        var names = ImmutableArray.CreateBuilder<Spanned<string>>();
        var accounts = ImmutableArray.CreateBuilder<T>();
        foreach (var item in step.Items(key))
        {
            if (step.Values.Open(item, key, what) is { } map)
            {
                var name = Name(map);
                names.Add(name);
                accounts.Add(read(map, name));
                map.Finish();
            }
        }

        NeedsReader.NoneTwice(names.ToImmutable(), step.Bag);
        return accounts.ToImmutable();
    }

    private static User ReadUser(MapReader map, Spanned<string> name, AccountNumbers numbers)
    {
        var uid = Id(map, "uid", name, numbers);
        var gid = map.Number("gid", 0, MaxId) ?? uid;
        if (gid is { } group)
        {
            numbers.BeginsIn(name, new(group, (map.Node("gid") ?? map.Node("uid"))!.Span));
        }

        var user = new User(
            name.Value,
            uid ?? 0,
            gid ?? 0,
            map.Text("home") ?? "/nonexistent",
            map.Text("shell") ?? "/usr/sbin/nologin",
            map.Text("gecos") ?? "");
        foreach (var field in new[] { user.Home, user.Shell, user.Gecos }.Where(f => f.AsSpan().ContainsAny(":\n")))
        {
            map.Bag.Error(map.Span, $"'{field}' cannot stand in /etc/passwd", "leave out ':' and line ends");
        }

        return user;
    }

    private static int? Id(MapReader map, string key, Spanned<string> name, AccountNumbers numbers)
    {
        if (map.Required(key) is not { } node || map.Values.Number(node, key, 0, MaxId) is not { } id)
        {
            return null;
        }

        numbers.Take(key, new(id, node.Span), name);
        return id;
    }

    private static Spanned<string> Name(MapReader map)
    {
        var name = map.RequiredText("name");
        if (name is { } written && !NameForm().IsMatch(written.Value))
        {
            map.Bag.Error(written.Span, $"'{written.Value}' is not the name of an account", "use lower-case letters, digits, _ and -, beginning with a letter or _");
        }

        return name ?? new("", map.Span);
    }

    [GeneratedRegex("^[a-z_][a-z0-9_-]{0,31}$")]
    private static partial Regex NameForm();
}
