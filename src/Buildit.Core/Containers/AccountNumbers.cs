using Buildit.Core.Diagnostics;

namespace Buildit.Core.Containers;

/// <summary>Whose the numbers of a container's accounts are, over all its <c>accounts</c> steps. Number 0 is root's, which is always there, and each number has one holder.</summary>
internal sealed class AccountNumbers(DiagnosticBag bag)
{
    private const string Root = "root";
    private const string Gid = "gid";
    private readonly Dictionary<(string Key, int Id), Spanned<string>> _holders = [];
    private readonly Dictionary<string, Spanned<int>> _groups = new(StringComparer.Ordinal);
    private readonly List<(Spanned<string> User, Spanned<int> Gid)> _primary = [];

    /// <summary>Notes the number of an account; <paramref name="key"/> is <c>uid</c> or <c>gid</c>.</summary>
    internal void Take(string key, Spanned<int> id, Spanned<string> name)
    {
        if (name.Value == Root != (id.Value == 0))
        {
            var (message, hint) = name.Value == Root
                ? ($"'{Root}' must have {key} 0", "write 0, or leave it out: root is always there")
                : ($"{key} 0 is root's, which is always there", $"give '{name}' another number");
            bag.Error(id.Span, message, hint);
        }
        else if (!_holders.TryAdd((key, id.Value), name))
        {
            var first = _holders[(key, id.Value)];
            if (first.Value != name.Value)
            {
                bag.Error(id.Span, $"{key} {id.Value} of '{name}' is the one of '{first}' already, at {first.Span}", "give each its own number");
            }
        }
        else if (key == Gid && name.Value.Length > 0 && !_groups.TryAdd(name.Value, new(id.Value, name.Span)) && _groups[name.Value] is var other)
        {
            bag.Error(id.Span, $"the group '{name}' has gid {other.Value} already, at {other.Span}", "give it one number");
        }
    }

    /// <summary>Notes the group that a user begins in.</summary>
    internal void BeginsIn(Spanned<string> user, Spanned<int> gid) => _primary.Add((user, gid));

    /// <summary>Tells, when all steps were read, which users' groups are declared nowhere and cannot get the user's name either.</summary>
    internal void Finish()
    {
        var declared = _holders.Keys.Where(h => h.Key == Gid).Select(h => h.Id).Append(0).ToHashSet();
        var made = new Dictionary<int, Spanned<string>>();
        foreach (var (user, gid) in _primary.Where(p => !declared.Contains(p.Gid.Value)))
        {
            if (user.Value == Root)
            {
                bag.Error(gid.Span, $"there is no group with gid {gid.Value}, and the group '{Root}' has gid 0", "declare the group in 'groups'");
            }
            else if (_groups.TryGetValue(user.Value, out var other))
            {
                bag.Error(gid.Span, $"there is no group with gid {gid.Value}, and the group '{user}' has gid {other.Value}, at {other.Span}", $"write 'gid: {other.Value}', or declare the group in 'groups'");
            }
            else if (!made.TryAdd(gid.Value, user) && made[gid.Value].Value != user.Value)
            {
                bag.Error(gid.Span, $"there is no group with gid {gid.Value} for '{user}' and for '{made[gid.Value]}', at {made[gid.Value].Span}", "declare the group in 'groups'");
            }
        }
    }
}
