using Buildit.Build.Actions;
using Buildit.Build.Verification;
using Buildit.Testing;

namespace Buildit.Build.Tests.Verification;

public class VariationTests
{
    private static readonly BuildConditions Usual = new() { Jobs = 2 };

    [Fact]
    public void Every_variation_is_described() =>
        Assert.Equal([], Variation.All.Select(v => v.Name).Where(n => !File.ReadAllText(Path.Combine(Repository.Root, "docs/reproducibility.md")).Contains($"| `{n}` |", StringComparison.Ordinal)));

    [Fact]
    public void Every_library_is_a_source_of_the_recipe_that_has_them() =>
        Assert.Equal([], Variation.All.Select(v => v.Library).OfType<string>().Where(l => !File.Exists(Path.Combine(Repository.Root, "pkgs/buildit/vary/files", l + ".c"))));

    [Fact]
    public void Each_variation_without_library_changes_something_and_all_of_them_together_too()
    {
        var plain = Variation.All.Where(v => v.Library is null).ToArray();
        Assert.All(plain, v => Assert.NotEqual(Usual, Variation.Apply(Usual, [v], null)));
        Assert.Equal(plain.Length, plain.Select(v => Variation.Apply(Usual, [v], null)).Distinct().Count());
        Assert.Equal((1, "varied-host", "027", "C", true), Variation.Apply(Usual, plain, null) is var c ? (c.Jobs, c.HostName, c.Umask, c.Environment["LC_ALL"], c.IsDeep) : default);
    }

    [Fact]
    public void One_job_becomes_four() => Assert.Equal(4, Variation.Apply(Usual with { Jobs = 1 }, Variation.All.Where(v => v.Name == "jobs"), null).Jobs);
}
