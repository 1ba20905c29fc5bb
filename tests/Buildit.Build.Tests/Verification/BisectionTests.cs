using System.Collections.Immutable;
using Buildit.Build.Verification;

namespace Buildit.Build.Tests.Verification;

public class BisectionTests
{
    [Theory]
    [InlineData("0", 11)]
    [InlineData("11", 11)]
    [InlineData("3,8", 16)]
    [InlineData("0,1,2", 14)]
    public async Task Each_culprit_is_found_by_itself_with_few_tries(string culprits, int most)
    {
        var wanted = culprits.Split(',').Select(int.Parse).ToArray();
        var tries = 0;
        var found = await Bisection.FindAsync<int>([.. Enumerable.Range(0, 12)], some =>
        {
            tries++;
            return Task.FromResult(some.Intersect(wanted).Any());
        });
        Assert.Equal(wanted, found.Select(f => Assert.Single(f)));
        Assert.InRange(tries, 1, most);
    }

    [Fact]
    public async Task What_differs_only_together_stays_together()
    {
        var found = await Bisection.FindAsync<int>([1, 2, 3, 4], some => Task.FromResult(some.Contains(2) && some.Contains(3)));
        Assert.Equal<int>([1, 2, 3, 4], Assert.Single(found));
    }

    [Fact]
    public async Task A_single_suspect_needs_no_try() =>
        Assert.Equal<ImmutableArray<int>>([[5]], await Bisection.FindAsync<int>([5], _ => throw new InvalidOperationException()), (a, b) => a.SequenceEqual(b));
}
