using Buildit.Core.Keys;

namespace Buildit.Core.Tests.Keys;

public class CanonicalWriterTests
{
    /// <summary>Calls that a careless writer would take for one another.</summary>
    private static readonly Action<CanonicalWriter>[] Calls =
    [
        w => w.Put("a", ""),
        w => w.Put("a", "\n"),
        w => w.Put("a", " "),
        w => w.Put("a", "b"),
        w => w.Put("b", "a"),
        w => w.Put("a", "b").Put("a", "b"),
        w => w.Put("a", "b\na 1 b"),
        w => w.Put("a", "b\na 1 b\n"),
        w => w.Put("a", "é"),
        w => w.Put("a", "e\u0301"),
        w => w.Put("a", "1"),
        w => w.Put("a", "1 1"),
        w => w.Put("a", ["b"]),
        w => w.Put("a", ["b", "c"]),
        w => w.Put("a", ["c", "b"]),
        w => w.Put("a", ["b\nc"]),
        w => w.Put("a", ["b,c"]),
        w => w.Put("a", ["", "b", "c"]),
        w => w.Put("a", Array.Empty<string>()),
        w => w.Put("a", Array.Empty<string>()).Put("a", "b"),
        w => w.Put("a", ["b"]).Put("a", Array.Empty<string>()),
        w => w.Put("a", Map(("b", "c"))),
        w => w.Put("a", Map(("b", "c"), ("d", "e"))),
        w => w.Put("a", Map(("b", "c\na-name 1 d"))),
        w => w.Put("a", Map(("b", ""), ("c", "d"))),
        w => w.Put("a", Map(("b", "c"), ("", "d"))),
        w => w.Put("a-count", 2).Put("a", "b").Put("a", "c").Put("a-count", 0),
        w => w.Put("a", Digest.Of("x")),
        w => w.Put("a", Digest.Of("y")),
        w => w.Put("a", -1),
        w => w.Put("a", long.MinValue),
    ];

    [Fact]
    public void No_two_sequences_of_calls_give_the_same_text()
    {
        var texts = Calls.Select(c => Preimage(c)).ToArray();
        Assert.Equal(texts.Length, texts.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void What_was_written_can_be_taken_apart_again()
    {
        (string Tag, string Value)[] written = [("a", ""), ("b", "\n"), ("a", "a 1 b\n"), ("c-d", "12 x"), ("a", " é\u0301\U0001F600 "), ("a", "")];
        var writer = new CanonicalWriter("test", 1);
        Array.ForEach(written, w => writer.Put(w.Tag, w.Value));
        Assert.Equal([("test", "1"), .. written], Read(System.Text.Encoding.UTF8.GetBytes(writer.Preimage)));
    }

    [Fact]
    public void Lengths_count_bytes_and_kind_and_version_come_first()
    {
        var w = new CanonicalWriter("thing", 7).Put("name", "é\n").Put("list", ["x", ""]);
        Assert.Equal("thing 1 7\nname 3 é\n\nlist-count 1 2\nlist 1 x\nlist 0 \n", w.Preimage);
        Assert.Equal(Digest.Of(w.Preimage), w.Digest);
    }

    [Fact]
    public void Equal_calls_with_another_kind_or_version_differ()
    {
        Assert.NotEqual(new CanonicalWriter("a", 1).Digest, new CanonicalWriter("a", 2).Digest);
        Assert.NotEqual(new CanonicalWriter("a", 1).Digest, new CanonicalWriter("b", 1).Digest);
    }

    [Fact]
    public void A_uuid_says_version_8_and_the_variant_of_rfc_9562_and_keeps_all_other_bits()
    {
        foreach (var text in Enumerable.Range(0, 100).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)))
        {
            var key = new RecipeKey(Digest.Of(text));
            Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", key.Uuid);
            Assert.Equal(8, Guid.Parse(key.Uuid).Version);
            var (uuid, hex) = (key.Uuid.Replace("-", "", StringComparison.Ordinal), key.ToString());
            Assert.Equal(hex[..12] + hex[13..16] + hex[17..32], uuid[..12] + uuid[13..16] + uuid[17..]);
            Assert.Equal(Convert.ToInt32(hex[16..17], 16) & 3, Convert.ToInt32(uuid[16..17], 16) & 3);
        }
    }

    private static List<(string Tag, string Value)> Read(byte[] bytes)
    {
        var read = new List<(string, string)>();
        for (var at = 0; at < bytes.Length;)
        {
            var space = Array.IndexOf(bytes, (byte)' ', at);
            var second = Array.IndexOf(bytes, (byte)' ', space + 1);
            var length = int.Parse(bytes.AsSpan(space + 1, second - space - 1), System.Globalization.CultureInfo.InvariantCulture);
            read.Add((System.Text.Encoding.UTF8.GetString(bytes, at, space - at), System.Text.Encoding.UTF8.GetString(bytes, second + 1, length)));
            Assert.Equal((byte)'\n', bytes[second + 1 + length]);
            at = second + length + 2;
        }

        return read;
    }

    private static string Preimage(Action<CanonicalWriter> call)
    {
        var writer = new CanonicalWriter("test", 1);
        call(writer);
        return writer.Preimage;
    }

    private static KeyValuePair<string, string>[] Map(params (string Key, string Value)[] entries) => [.. entries.Select(e => KeyValuePair.Create(e.Key, e.Value))];
}
