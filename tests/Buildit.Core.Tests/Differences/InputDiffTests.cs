using Buildit.Core.Differences;
using Buildit.Core.Keys;

namespace Buildit.Core.Tests.Differences;

public class InputDiffTests
{
    [Fact]
    public void Equal_preimages_have_no_difference() => Assert.Empty(Between(w => w.Put("a", "b"), w => w.Put("a", "b")));

    [Theory]
    [InlineData("a b c", "a x c", "2/3 b -> x")]
    [InlineData("a b c", "a c", "2/3 b -> ")]
    [InlineData("a c", "a b c", "2/3  -> b")]
    [InlineData("a b", "x a b y", "1/4  -> x; 4/4  -> y")]
    [InlineData("a b c", "x y c", "1/3 a -> x; 2/3 b -> y")]
    [InlineData("a b", "x", "1/1 a -> x; 2/2 b -> ")]
    [InlineData("", "a", "1/1  -> a")]
    [InlineData("a", "", "1/1 a -> ")]
    [InlineData("a b c", "c a b", "order 1/3 a -> c")]
    [InlineData("a b a", "a a b", "order 2/3 b -> a")]
    [InlineData("a b a", "b a b", "1/3 a -> ; 3/3  -> b")]
    public void Lists_are_laid_beside_each_other(string old, string now, string changes) =>
        Assert.Equal(changes, string.Join("; ", Between(w => w.Put("item", Words(old)), w => w.Put("item", Words(now))).Select(Show)));

    [Fact]
    public void Maps_are_compared_by_name()
    {
        var changes = Between(w => w.Put("link", Map(("/a", "1"), ("/b", "2"), ("/c", "3"))), w => w.Put("link", Map(("/b", "4"), ("/c", "3"), ("/d", "1"))));
        Assert.Equal(["/b 2 -> 4", "/d  -> 1", "/a 1 -> "], changes.Select(c => $"{c.Name} {c.Old?.Value} -> {c.New?.Value}"));
    }

    [Fact]
    public void Dependencies_are_compared_by_name_and_their_keys_are_values()
    {
        var changes = Between(w => w.Put("tool", ["a/b=1", "c/d=2"]), w => w.Put("tool", ["a/b=3", "c/d=2"]));
        var change = Assert.Single(changes);
        Assert.True(change.IsDependency && change.IsChange);
        Assert.Equal(("a/b", "1", "3"), (change.Name, change.Old!.Value, change.New!.Value));
    }

    [Fact]
    public void Another_kind_or_format_of_key_is_a_difference_besides_the_others()
    {
        var changes = InputDiff.Between(Preimage.Parse(new CanonicalWriter("recipe", 1).Put("a", "b").Preimage), Preimage.Parse(new CanonicalWriter("recipe", 2).Put("a", "c").Preimage));
        Assert.Equal(["format", "a"], changes.Select(c => c.Kind));
    }

    private static string Show(InputChange c) => $"{(c.IsOrder ? "order " : "")}{c.Position}/{c.Count} {c.Old?.Value} -> {c.New?.Value}";

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static KeyValuePair<string, string>[] Map(params (string Key, string Value)[] entries) => [.. entries.Select(e => KeyValuePair.Create(e.Key, e.Value))];

    private static System.Collections.Immutable.ImmutableArray<InputChange> Between(Action<CanonicalWriter> old, Action<CanonicalWriter> now)
    {
        return InputDiff.Between(Of(old), Of(now));

        static Preimage Of(Action<CanonicalWriter> write)
        {
            var writer = new CanonicalWriter("recipe", 1);
            write(writer);
            return Preimage.Parse(writer.Preimage);
        }
    }
}
