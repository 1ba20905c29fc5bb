using System.Globalization;
using System.Text;
using Buildit.Core.Binhosts;

namespace Buildit.Core.Tests.Binhosts;

public class CatalogTests
{
    private static CatalogRow Row(int i) => new(Digest.Of(i.ToString(CultureInfo.InvariantCulture)), Digest.Of(i.ToString(CultureInfo.InvariantCulture)));

    [Fact]
    public void Few_rows_are_one_shard_whatever_their_order()
    {
        var rows = Enumerable.Range(0, 100).Select(Row).ToArray();
        var (prefix, sorted) = Assert.Single(Catalog.Split("", rows));
        Assert.Equal("", prefix);
        Assert.Equal(rows.OrderBy(r => r.Key), sorted);
        Assert.Equal(sorted.AsEnumerable(), Catalog.Split("", rows.Reverse())[0].Rows);
    }

    [Fact]
    public void Many_rows_are_split_by_their_first_digits_and_every_key_has_a_shard()
    {
        var rows = Enumerable.Range(0, Catalog.LargestShard + 1).Select(Row).ToArray();
        var parts = Catalog.Split("", rows);
        Assert.Equal("0123456789abcdef", string.Concat(parts.Select(p => p.Prefix)));
        Assert.Equal(rows.Length, parts.Sum(p => p.Rows.Length));
        Assert.All(parts, p => Assert.All(p.Rows, r => Assert.StartsWith(p.Prefix, r.Key.Hex, StringComparison.Ordinal)));
        var catalog = new Catalog([.. parts.Select(p => new CatalogShard(p.Prefix, p.Rows.Length, Digest.Of(Catalog.PrintRows(p.Rows))))]);
        Assert.All(rows, r => Assert.StartsWith(catalog.ShardOf(r.Key)!.Prefix, r.Key.Hex, StringComparison.Ordinal));
    }

    [Fact]
    public void Reading_gives_what_was_written()
    {
        CatalogRow[] rows = [Row(1), new(Digest.Of("build key"), Row(1).Key)];
        var bytes = Catalog.PrintRows(Catalog.Split("", rows)[0].Rows);
        Assert.Equal(rows.OrderBy(r => r.Key), Catalog.ParseRows(bytes)!.Value);
        Assert.Empty(Catalog.ParseRows([])!.Value);
        var catalog = new Catalog([new("", 2, Digest.Of(bytes))]);
        Assert.Equal($"buildit-catalog 1\n- 2 {Digest.Of(bytes).Hex}\n", catalog.Print());
        Assert.Equal(catalog.Shards.AsEnumerable(), Catalog.Parse(Encoding.ASCII.GetBytes(catalog.Print()))!.Shards);
    }

    [Fact]
    public void A_row_says_what_it_is_about_in_words_without_spaces()
    {
        var key = Digest.Of("key");
        CatalogSubject[] subjects = [new("package", "www-servers/nginx", "1.26.3"), new("package", "debian/libc6", "2.36-9+deb12u10"), new("oci", "a name", "50 % off"), new("package", "toolchain/c", "")];
        Assert.Equal($"{key.Hex} - package www-servers/nginx 1.26.3\n", Encoding.ASCII.GetString(Catalog.PrintRows([new(key, key) { Subject = subjects[0] }])));
        Assert.All(subjects, s => Assert.Equal(s, Catalog.ParseRows(Catalog.PrintRows([new(key, key) { Subject = s }]))!.Value.Single().Subject));
    }

    [Fact]
    public void Of_two_rows_of_one_key_the_one_that_says_what_it_is_about_stays()
    {
        var key = Digest.Of("key");
        CatalogRow bare = new(key, key), named = bare with { Subject = new("package", "a/b", "1") };
        Assert.Equal(named, Catalog.Split("", [bare, named])[0].Rows.Single());
        Assert.Equal(named, Catalog.Split("", [named, bare])[0].Rows.Single());
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>\n")]
    [InlineData("buildit-catalog 2\n")]
    [InlineData("buildit-catalog 1\n- 1\n")]
    [InlineData("buildit-catalog 1\n- x 00\n")]
    [InlineData("buildit-catalog 1\n- 1 0000000000000000000000000000000000000000000000000000000000000000")]
    public void Anything_else_is_no_catalog(string text) => Assert.Null(Catalog.Parse(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("<html>")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000\n")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000 x\n")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000g -\n")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000 - package a\n")]
    public void Anything_else_is_no_row(string text) => Assert.Null(Catalog.ParseRows(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Of_two_records_of_one_build_the_same_is_found_whoever_came_first()
    {
        CatalogRow one = new(Digest.Of("build"), Digest.Of("a")), two = new(Digest.Of("build"), Digest.Of("b"));
        Assert.Equal(Catalog.Split("", [one, two])[0].Rows.Single(), Catalog.Split("", [two, one])[0].Rows.Single());
    }
}
