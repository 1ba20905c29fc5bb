using Buildit.Core.Keys;

namespace Buildit.Core.Tests.Keys;

public class HashPatternTests
{
    private static readonly RecipeKey Key = new(Digest.Of("x"));

    [Fact]
    public void A_key_is_found_by_all_its_forms_and_their_beginnings()
    {
        foreach (var text in new[] { Key.ToString(), Key.Uuid })
        {
            for (var length = 8; length <= text.Length; length++)
            {
                var written = text[..length];
                Assert.True(HashPattern.TryParse(written, out var pattern), written);
                Assert.True(pattern.Matches(Key), written);
                Assert.True(HashPattern.TryParse(written.ToUpperInvariant(), out pattern) && pattern.Matches(Key), written);
                Assert.All(pattern.Glob.Zip(Key.ToString()), p => Assert.True(p.First == '?' || p.First == p.Second, written));
            }
        }
    }

    [Fact]
    public void Another_key_with_the_same_digits_but_those_that_a_uuid_overwrites_is_told_apart_where_it_can_be()
    {
        var other = new RecipeKey(Digest.Parse(Key.ToString()[..20] + new string('0', 44)));
        Assert.True(HashPattern.TryParse(Key.Uuid, out var pattern));
        Assert.False(pattern.Matches(other));
    }

    [Theory]
    [InlineData("1234567")]
    [InlineData("12345678-")]
    [InlineData("123456789-")]
    [InlineData("1234567g")]
    [InlineData("test/lib")]
    [InlineData("deadbeef-dead-beef-dead-beefdeadbeef0")]
    [InlineData("deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef0")]
    public void What_cannot_be_a_hash_is_none(string text) => Assert.Equal(text == "12345678-", HashPattern.TryParse(text, out _));
}
