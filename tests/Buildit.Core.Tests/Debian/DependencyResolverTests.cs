using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using static Buildit.Core.Tests.Debian.TestIndex;

namespace Buildit.Core.Tests.Debian;

public class DependencyResolverTests
{
    [Fact]
    public void The_closure_holds_what_is_needed_and_nothing_else() =>
        Assert.Equal("a b c d", Names(Of("a ; Depends: b ; Recommends: x", "b ; Pre-Depends: c ; Depends: d", "c", "d", "x"), "a"));

    [Fact]
    public void Packages_that_need_each_other_are_fine()
    {
        var locked = Resolve(Of("libc6 ; Depends: libgcc", "libgcc ; Depends: libc6, base", "base"), "libc6");

        Assert.Equal(["base", "libc6", "libgcc"], locked.Packages.Keys);
        Assert.Equal("base libc6", string.Join(' ', locked.Packages["libgcc"].Depends));
        Assert.Equal("base libc6 libgcc", string.Join(' ', locked.Closure(["libgcc"])));
    }

    [Fact]
    public void The_newest_version_is_taken() =>
        Assert.Equal("1.10", Resolve(Of("a 1.9", "a 1.10", "a 1.2"), "a").Packages["a"].Version);

    [Theory]
    [InlineData("a ; Depends: x | y", "a x")]
    [InlineData("a ; Depends: nothing | y", "a y")]
    [InlineData("a ; Depends: x (>= 2) | y", "a y")]
    [InlineData("a ; Depends: x | y, y", "a y")]
    [InlineData("a ; Depends: broken | y", "a y")]
    [InlineData("a ; Depends: deeplybroken | x", "a x")]
    [InlineData("a ; Depends: clash | y, x", "a x y")]
    public void An_alternative_is_what_is_there_already_else_the_first_that_works(string package, string expected) =>
        Assert.Equal(expected, Names(Of(package, "x", "y", "broken ; Depends: nothing", "deeplybroken ; Depends: broken | broken2", "broken2 ; Depends: deeplybroken, broken", "clash ; Conflicts: x"), "a"));

    [Fact]
    public void Cycles_of_broken_packages_are_broken_only_if_something_in_them_is() =>
        Assert.Equal("a p q", Names(Of("a ; Depends: p | y", "p ; Depends: q", "q ; Depends: p", "y"), "a"));

    [Fact]
    public void A_root_wins_over_the_first_alternative() => Assert.Equal("a y", Names(Of("a ; Depends: x | y", "x", "y"), "a y"));

    [Fact]
    public void What_is_needed_anyway_wins_even_if_it_comes_up_later() =>
        Assert.Equal("a b c y", Names(Of("a ; Depends: x | y, b", "b ; Depends: c", "c ; Depends: y", "x", "y"), "a"));

    [Fact]
    public void The_preferred_package_is_taken()
    {
        var index = Of("a ; Depends: awk", "gawk ; Provides: awk", "mawk ; Provides: awk", "b ; Depends: x | y", "x", "y");

        Assert.Equal("a gawk", Names(index, "a"));
        Assert.Equal("a mawk", Names(index, "a", Distribution("", "awk=mawk")));
        Assert.Equal("b y", Names(index, "b", Distribution("", "x=y")));
    }

    [Theory]
    [InlineData("v", "a p1")]
    [InlineData("v (>= 2)", "a p3")]
    [InlineData("v (= 3)", "a p3")]
    [InlineData("v (<< 3)", "a p2")]
    [InlineData("real (>= 2)", "a p4")]
    public void A_versioned_dependency_is_met_only_by_a_provider_that_names_a_version(string depends, string expected) =>
        Assert.Equal(expected, Names(Of($"a ; Depends: {depends}", "p1 ; Provides: v", "p2 ; Provides: v (= 1)", "p3 ; Provides: v (= 3)", "real 1", "p4 ; Provides: real (= 2)"), "a"));

    [Theory]
    [InlineData("b:any")]
    [InlineData("b:amd64")]
    [InlineData("b:native")]
    public void An_architecture_that_is_ours_is_met(string depends) => Assert.Equal("a b", Names(Of($"a ; Depends: {depends}", "b"), "a"));

    [Fact]
    public void What_is_ignored_is_not_followed_unless_it_is_asked_for()
    {
        var index = Of("a ; Depends: debconf | other, b", "b", "debconf", "other");

        Assert.Equal("a b", Names(index, "a", Distribution("debconf")));
        Assert.Equal("a b debconf", Names(index, "a debconf", Distribution("debconf")));
    }

    [Fact]
    public void What_is_missing_is_shown_with_the_chain_that_leads_to_it()
    {
        var index = Of("gcc ; Depends: ok, gcc-12 (>= 12.2.0-1~)", "ok", "gcc-12 12.2.0-14 ; Depends: libfoo (>= 9)", "libfoo 8");

        Assert.Equal("debian/gcc -> gcc-12 (>= 12.2.0-1~) -> libfoo (>= 9): only libfoo 8 is there", Fails(index, "gcc").Message);
    }

    [Theory]
    [InlineData("v (>= 2)", "debian/a -> v (>= 2): only p provides it, without a version")]
    [InlineData("w (>= 2)", "debian/a -> w (>= 2): only p provides it, as version 1")]
    [InlineData("none", "debian/a -> none: there is no package 'none'")]
    [InlineData("p:i386", "debian/a -> p:i386: packages for i386 are not in the index")]
    [InlineData("none | p (>> 1)", "debian/a -> none | p (>> 1): there is no package 'none'; only p 1 is there")]
    public void The_reason_says_what_is_there_instead(string depends, string message) =>
        Assert.Equal(message, Fails(Of($"a ; Depends: {depends}", "p ; Provides: v, w (= 1)"), "a").Message);

    [Fact]
    public void An_unknown_root_gets_a_suggestion_and_its_place()
    {
        var place = new SourceSpan(new("pkg.yaml", "tools: [debian/pkgcnof]"), 1, 9);
        var error = Assert.Throws<BuilditException>(() => DependencyResolver.Resolve([new("pkgcnof", place), new("awk")], Of("pkgconf", "gawk ; Provides: awk"), Distribution()));

        Assert.Equal(["it is a virtual package, provided by 'debian/gawk'", "did you mean 'pkgconf'?"], error.Diagnostics.Select(d => d.Hint));
        Assert.Equal(place, error.Diagnostics[1].Span);
    }

    [Theory]
    [InlineData("Conflicts: c (<< 2)", "'b' 1 cannot be beside 'c' 1: it conflicts with c (<< 2)")]
    [InlineData("Breaks: c", "'b' 1 cannot be beside 'c' 1: it conflicts with c")]
    [InlineData("Conflicts: v", "'b' 1 cannot be beside 'c' 1: it conflicts with v")]
    public void Packages_that_rule_each_other_out_are_an_error_that_says_who_asked(string field, string message)
    {
        var error = Fails(Of("a ; Depends: b, d", $"b ; {field}", "d ; Depends: c", "c ; Provides: v ; Conflicts: v"), "a");

        Assert.Equal(message, error.Message);
        Assert.Equal("debian/a -> b\ndebian/a -> d -> c", error.Detail);
    }

    [Theory]
    [InlineData("Conflicts: c (>> 1)")]
    [InlineData("Conflicts: v (= 1)")]
    [InlineData("Provides: v ; Conflicts: v")]
    public void A_conflict_with_something_else_is_none(string field) =>
        Assert.Equal("b c", Names(Of($"b ; {field}", "c ; Provides: w"), "b c"));

    [Fact]
    public void Neither_the_order_of_roots_nor_that_of_the_index_matters()
    {
        string[] packages =
        [
            "a ; Depends: x | y, v", "b ; Depends: y | z, w", "c ; Depends: z | x", "x ; Depends: p | q", "y ; Depends: q", "z",
            "p ; Provides: v", "q ; Provides: v, w", "r ; Provides: w ; Depends: a", "d ; Depends: v | w, c",
        ];
        string[] roots = ["a", "b", "c", "d"];
        var expected = PackagesLockFile.Print(Resolve(Of(packages), string.Join(' ', roots)), "test");

        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            random.Shuffle(packages);
            random.Shuffle(roots);
            Assert.Equal(expected, PackagesLockFile.Print(Resolve(Of(packages), string.Join(' ', roots)), "test"));
        }
    }
}
