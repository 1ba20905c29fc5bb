using System.Collections.Immutable;

namespace Buildit.Core.Differences;

/// <summary>Lays two lists beside each other so that as many equal elements as can be stand side by side (longest common subsequence).</summary>
public static class Alignment
{
    // The table of a larger middle part would be larger than what it explains; such lists have little in common anyway.
    private const long LargestTable = 4 << 20;

    /// <summary>Both lists' positions in order; -1 stands for nothing. Within a run of differences those of the old list come first.</summary>
    public static ImmutableArray<(int Old, int New)> Of<T>(IReadOnlyList<T> old, IReadOnlyList<T> @new)
        where T : IEquatable<T>
    {
        var (start, endOld, endNew) = (0, old.Count, @new.Count);
        while (start < endOld && start < endNew && old[start].Equals(@new[start]))
        {
            start++;
        }

        while (endOld > start && endNew > start && old[endOld - 1].Equals(@new[endNew - 1]))
        {
            (endOld, endNew) = (endOld - 1, endNew - 1);
        }

        return
        [
            .. Enumerable.Range(0, start).Select(i => (i, i)),
            .. OldFirst(Middle(old, @new, start, endOld, endNew)),
            .. Enumerable.Range(0, old.Count - endOld).Select(i => (endOld + i, endNew + i)),
        ];
    }

    /// <summary>The differences of an alignment: what went and what came at the same place is taken for one thing that changed.</summary>
    public static IEnumerable<(int Old, int New)> Paired(ImmutableArray<(int Old, int New)> pairs)
    {
        var (gone, come) = (new Queue<int>(), new Queue<int>());
        foreach (var (old, @new) in pairs.Append((0, 0)))
        {
            if (old >= 0 && @new >= 0)
            {
                while (gone.Count > 0 || come.Count > 0)
                {
                    yield return (gone.TryDequeue(out var g) ? g : -1, come.TryDequeue(out var c) ? c : -1);
                }
            }
            else if (@new < 0)
            {
                gone.Enqueue(old);
            }
            else
            {
                come.Enqueue(@new);
            }
        }
    }

    private static IEnumerable<(int Old, int New)> Middle<T>(IReadOnlyList<T> old, IReadOnlyList<T> @new, int start, int endOld, int endNew)
        where T : IEquatable<T>
    {
        var common = (long)(endOld - start) * (endNew - start) > LargestTable ? null : CommonLengths(old, @new, start, endOld, endNew);
        var (i, j) = (start, start);
        while (i < endOld || j < endNew)
        {
            if (common is not null && i < endOld && j < endNew && old[i].Equals(@new[j]))
            {
                yield return (i++, j++);
            }
            else if (i < endOld && (j == endNew || common is null || common[i + 1 - start, j - start] >= common[i - start, j + 1 - start]))
            {
                yield return (i++, -1);
            }
            else
            {
                yield return (-1, j++);
            }
        }
    }

    /// <summary>At [i, j]: how many elements the rests from there on have in common.</summary>
    private static int[,] CommonLengths<T>(IReadOnlyList<T> old, IReadOnlyList<T> @new, int start, int endOld, int endNew)
        where T : IEquatable<T>
    {
        var common = new int[endOld - start + 1, endNew - start + 1];
        for (var i = endOld - start - 1; i >= 0; i--)
        {
            for (var j = endNew - start - 1; j >= 0; j--)
            {
                common[i, j] = old[start + i].Equals(@new[start + j]) ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        return common;
    }

    private static IEnumerable<(int Old, int New)> OldFirst(IEnumerable<(int Old, int New)> pairs)
    {
        var added = new List<(int, int)>();
        foreach (var pair in pairs)
        {
            if (pair.Old < 0)
            {
                added.Add(pair);
                continue;
            }

            if (pair.New >= 0)
            {
                foreach (var a in added)
                {
                    yield return a;
                }

                added.Clear();
            }

            yield return pair;
        }

        foreach (var a in added)
        {
            yield return a;
        }
    }
}
