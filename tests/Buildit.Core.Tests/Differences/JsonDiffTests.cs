using System.Text;
using System.Text.Json;
using Buildit.Core.Differences;

namespace Buildit.Core.Tests.Differences;

public class JsonDiffTests
{
    [Theory]
    [InlineData("{}", "{}", "")]
    [InlineData("""{"a": 1, "b": [1, 2]}""", """{ "b": [1,2], "a":1 }""", "")]
    [InlineData("""{"a": 1}""", """{"a": 2}""", "a: 1 -> 2")]
    [InlineData("""{"a": {"b": "x"}}""", """{"a": {"b": "y", "c": null}}""", "a.b: \"x\" -> \"y\"; a.c:  -> null")]
    [InlineData("""{"a": 1, "b": 2}""", """{"b": 2}""", "a: 1 -> ")]
    [InlineData("""{"Env": ["A=1", "B=2"]}""", """{"Env": ["A=1", "X=3", "B=2"]}""", "Env[1]:  -> \"X=3\"")]
    [InlineData("""{"Env": ["A=1", "B=2"]}""", """{"Env": ["A=1", "B=3"]}""", "Env[1]: \"B=2\" -> \"B=3\"")]
    [InlineData("""[{"a": 1, "b": 2}]""", """[{"a": 1, "b": 3}]""", "[0].b: 2 -> 3")]
    [InlineData("""{"a": [1]}""", """{"a": {}}""", "a: [1] -> {}")]
    [InlineData("1", "2", ": 1 -> 2")]
    [InlineData("""{"a": 1, "a": 2}""", """{"a": 2}""", "")]
    public void Values_are_compared_not_their_spelling(string old, string now, string changes) =>
        Assert.Equal(changes, string.Join("; ", JsonDiff.Between(Encoding.UTF8.GetBytes(old), Encoding.UTF8.GetBytes(now)).Select(c => $"{c.Path}: {c.Old} -> {c.New}")));

    [Fact]
    public void What_is_no_JSON_throws() => Assert.ThrowsAny<JsonException>(() => JsonDiff.Between("{"u8.ToArray(), "{}"u8.ToArray()));
}
