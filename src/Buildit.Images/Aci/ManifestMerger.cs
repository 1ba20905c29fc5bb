using System.Collections.Immutable;
using System.Text;

namespace Buildit.Images.Aci;

/// <summary>
/// Adds to a JSON value what is said elsewhere: members that it lacks, and to lists of named things those that it lacks. Whatever is said at both places must be the
/// same, which is told at the place of the addition.
/// </summary>
internal sealed class ManifestMerger(ManifestReport report)
{
    /// <summary>An object with what another one adds.</summary>
    internal JsonItem Merge(JsonItem written, JsonItem added)
    {
        var members = written.Members.ToBuilder();
        foreach (var member in added.Members)
        {
            var at = members.FindIndex(m => m.Name == member.Name);
            if (at < 0)
            {
                members.Add(member);
            }
            else
            {
                members[at] = members[at] with { Value = Both(members[at].Value, member.Value, $"'{member.Name}'") };
            }
        }

        return written with { Members = members.ToImmutable() };
    }

    private JsonItem Both(JsonItem written, JsonItem added, string what)
    {
        if (written.Kind == JsonKind.Object && added.Kind == JsonKind.Object)
        {
            return Merge(written, added);
        }

        // Of another kind than the specification has it: that alone is told, where it is judged.
        if (written.Kind != added.Kind)
        {
            return written;
        }

        if (added.Kind == JsonKind.Array && added.Items.All(i => NameOf(i) is not null))
        {
            return Join(written, added, what);
        }

        if (!AreSame(written, added))
        {
            report.Error(added.Offset, $"{what} is {Show(added)} here, and {Show(written)} at {report.At(written.Offset)}", "keep one of the two");
        }

        return written;
    }

    private JsonItem Join(JsonItem written, JsonItem added, string what)
    {
        var items = written.Items.ToBuilder();
        foreach (var item in added.Items)
        {
            var name = NameOf(item);
            if (written.Items.FirstOrDefault(i => NameOf(i) == name) is not { } same)
            {
                items.Add(item);
            }
            else if (!AreSame(same, item))
            {
                report.Error(item.Offset, $"'{name}' of {what} is {Show(item)} here, and {Show(same)} at {report.At(same.Offset)}", "keep one of the two, or give one another name");
            }
        }

        return written with { Items = items.ToImmutable() };
    }

    private static string? NameOf(JsonItem item) => item.Member("name") is { Kind: JsonKind.Text } name ? name.Value : null;

    private static bool AreSame(JsonItem one, JsonItem other) =>
        one.Kind == other.Kind && one.Value == other.Value && one.Items.Length == other.Items.Length && one.Items.Zip(other.Items).All(i => AreSame(i.First, i.Second))
        && one.Members.Length == other.Members.Length && one.Members.All(m => other.Member(m.Name) is { } value && AreSame(m.Value, value));

    private static string Show(JsonItem item) => Encoding.UTF8.GetString(item.ToBytes());
}

/// <summary>What builders of immutable arrays lack.</summary>
internal static class ArrayBuilders
{
    /// <summary>Index of the first element for which something holds; -1 if there is none.</summary>
    internal static int FindIndex<T>(this ImmutableArray<T>.Builder items, Func<T, bool> holds)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (holds(items[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
