using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;

namespace Buildit.Images.ContainerLayers;

/// <summary>The users and groups that a container declares, with root always among them: finds numbers for names, and prints /etc/passwd and /etc/group.</summary>
public sealed class AccountTable
{
    private static readonly User Root = new("root", 0, 0, "/root", "/bin/sh", "root");
    private readonly ImmutableArray<User> _users;
    private readonly ImmutableArray<Group> _groups;

    private AccountTable(IEnumerable<User> users, IEnumerable<Group> groups)
    {
        _users = [.. users.OrderBy(u => u.Uid).ThenBy(u => u.Name, StringComparer.Ordinal)];
        _groups = [.. groups.OrderBy(g => g.Gid).ThenBy(g => g.Name, StringComparer.Ordinal)];
    }

    /// <summary>Collects all accounts steps. A user whose primary group is declared nowhere gets a group of the same name.</summary>
    public static AccountTable From(Container container, DiagnosticBag bag)
    {
        var users = new Dictionary<string, User>(StringComparer.Ordinal) { ["root"] = Root };
        var groups = new Dictionary<string, Group>(StringComparer.Ordinal) { ["root"] = new("root", 0) };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var step in container.Steps.OfType<Step.Accounts>())
        {
            foreach (var user in step.Users)
            {
                CheckField(step.Span, user.Name, [user.Name, user.Home, user.Shell, user.Gecos], bag);
                CheckOnce(step.Span, "user", user.Name, seen, bag);
                users[user.Name] = user;
            }

            foreach (var group in step.Groups)
            {
                CheckField(step.Span, group.Name, [group.Name], bag);
                CheckOnce(step.Span, "group", group.Name, seen, bag);
                groups[group.Name] = group;
            }
        }

        foreach (var user in users.Values.Where(u => groups.Values.All(g => g.Gid != u.Gid)).OrderBy(u => u.Name, StringComparer.Ordinal).ToArray())
        {
            groups.TryAdd(user.Name, new(user.Name, user.Gid));
        }

        return new(users.Values, groups.Values);
    }

    /// <summary>The text of /etc/passwd.</summary>
    public string PrintPasswd() => Print(_users.Select(u => FormattableString.Invariant($"{u.Name}:x:{u.Uid}:{u.Gid}:{u.Gecos}:{u.Home}:{u.Shell}")));

    /// <summary>The text of /etc/group.</summary>
    public string PrintGroup() => Print(_groups.Select(g => FormattableString.Invariant($"{g.Name}:x:{g.Gid}:")));

    /// <summary>The user of this name, if declared.</summary>
    public User? FindUser(string name) => _users.FirstOrDefault(u => u.Name == name);

    /// <summary>
    /// Numbers for an owner as chown(1) takes it: <c>user</c>, <c>user:group</c>, <c>:group</c>, <c>user:</c> (the user's own group), each by name or number.
    /// What is not named is root's.
    /// </summary>
    public (int Uid, int Gid) Resolve(Spanned<string>? owner, DiagnosticBag bag)
    {
        if (owner is not { } written)
        {
            return (0, 0);
        }

        var (user, group) = written.Value.Split(':') switch
        {
            [var u] => (u, (string?)null),
            [var u, var g] => (u, g),
            _ => (null, null),
        };
        if (user is null || written.Value is "" or ":")
        {
            bag.Error(written.Span, $"'{written.Value}' is not an owner", "write `user`, `user:group` or `:group`, by name or number");
            return (0, 0);
        }

        var uid = user.Length == 0 ? 0 : Number(user) ?? FindUser(user)?.Uid ?? Unknown(written, "user", user, _users.Select(u => u.Name), bag);
        var gid = group switch
        {
            null => 0,
            "" => FindUser(user)?.Gid ?? 0,
            _ => Number(group) ?? _groups.FirstOrDefault(g => g.Name == group)?.Gid ?? Unknown(written, "group", group, _groups.Select(g => g.Name), bag),
        };
        return (uid, gid);
    }

    private static int Unknown(Spanned<string> written, string what, string name, IEnumerable<string> known, DiagnosticBag bag)
    {
        var names = known.ToArray();
        bag.Error(
            written.Span,
            $"there is no {what} '{name}' in this container; known: {string.Join(", ", names)}",
            Suggestion.Hint(name, names) ?? "declare it in an `accounts` step, or write its number");
        return 0;
    }

    private static void CheckOnce(SourceSpan span, string what, string name, HashSet<string> seen, DiagnosticBag bag)
    {
        if (!seen.Add($"{what} {name}"))
        {
            bag.Error(span, $"the {what} '{name}' is declared twice");
        }
    }

    private static void CheckField(SourceSpan span, string name, string[] fields, DiagnosticBag bag)
    {
        if (name.Length == 0 || fields.Any(f => f.AsSpan().IndexOfAny(":\n\r\0") >= 0))
        {
            bag.Error(span, $"the account '{name}' cannot be written as a line of /etc/passwd or /etc/group", "names are not empty, and no field may have a ':' or a line end");
        }
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Print(IEnumerable<string> lines) => lines.Aggregate(new StringBuilder(), (text, line) => text.Append(line).Append('\n')).ToString();
}
