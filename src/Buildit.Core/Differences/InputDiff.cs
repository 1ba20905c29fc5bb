using System.Collections.Immutable;
using Buildit.Core.Keys;

namespace Buildit.Core.Differences;

/// <summary>What differs between two preimages, input by input.</summary>
public static class InputDiff
{
    /// <summary>All differences, in the order of the new preimage; empty for equal ones.</summary>
    public static ImmutableArray<InputChange> Between(Preimage old, Preimage @new)
    {
        var changes = ImmutableArray.CreateBuilder<InputChange>();
        if (old.Kind != @new.Kind || old.FormatVersion != @new.FormatVersion)
        {
            changes.Add(new(Format(old), Format(@new)));
        }

        foreach (var kind in @new.Inputs.Concat(old.Inputs).Select(i => i.Kind).Distinct())
        {
            var (before, now) = (old.Of(kind).ToArray(), @new.Of(kind).ToArray());
            changes.AddRange(IsNamed(before) && IsNamed(now) ? ByName(before, now) : InOrder(before, now));
        }

        return changes.ToImmutable();
    }

    private static Input Format(Preimage preimage) => new("format", preimage.Kind, [new("format", preimage.FormatVersion)]);

    private static bool IsNamed(Input[] inputs) => inputs.All(i => i.Name.Length > 0) && inputs.DistinctBy(i => i.Name).Count() == inputs.Length;

    private static IEnumerable<InputChange> ByName(Input[] old, Input[] @new)
    {
        var before = old.ToDictionary(i => i.Name, StringComparer.Ordinal);
        foreach (var input in @new)
        {
            if (!before.Remove(input.Name, out var was) || !was.Equals(input))
            {
                yield return new(was, input);
            }
        }

        foreach (var gone in old.Where(i => before.ContainsKey(i.Name)))
        {
            yield return new(gone, null);
        }
    }

    private static IEnumerable<InputChange> InOrder(Input[] old, Input[] @new)
    {
        if (old.Length is 1 && @new.Length is 1)
        {
            return old[0].Equals(@new[0]) ? [] : [new(old[0], @new[0]) { Position = 1, Count = 1 }];
        }

        var pairs = Alignment.Of(old, @new);
        if (old.Length == @new.Length && pairs.Any(p => p.New < 0) && SameElements(old, @new))
        {
            var first = Enumerable.Range(0, old.Length).First(i => !old[i].Equals(@new[i]));
            return [new(old[first], @new[first]) { IsOrder = true, Position = first + 1, Count = @new.Length }];
        }

        return Alignment.Paired(pairs).Select(p => new InputChange(p.Old < 0 ? null : old[p.Old], p.New < 0 ? null : @new[p.New])
        {
            Position = (p.New < 0 ? p.Old : p.New) + 1,
            Count = p.New < 0 ? old.Length : @new.Length,
        });
    }

    private static bool SameElements(Input[] old, Input[] @new) =>
        old.GroupBy(i => i).All(g => @new.Count(i => i.Equals(g.Key)) == g.Count());
}
