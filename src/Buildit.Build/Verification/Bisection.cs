using System.Collections.Immutable;

namespace Buildit.Build.Verification;

/// <summary>Finds out which of several changes are to blame for a difference that all of them together make.</summary>
public static class Bisection
{
    /// <summary>The changes that make a difference, each by itself; several in one group where they only do so together.</summary>
    /// <param name="suspects">They make a difference together; at least one.</param>
    /// <param name="differs">Tries some of them.</param>
    public static async Task<ImmutableArray<ImmutableArray<T>>> FindAsync<T>(ImmutableArray<T> suspects, Func<ImmutableArray<T>, Task<bool>> differs)
    {
        if (suspects.Length == 1)
        {
            return [suspects];
        }

        var found = ImmutableArray.CreateBuilder<ImmutableArray<T>>();
        var half = suspects.Length / 2;
        foreach (var part in new[] { suspects[..half], suspects[half..] })
        {
            if (await differs(part))
            {
                found.AddRange(await FindAsync(part, differs));
            }
        }

        return found.Count == 0 ? [suspects] : found.ToImmutable();
    }
}
