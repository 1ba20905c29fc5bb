using System.Text;
using System.Text.Json.Nodes;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>What somebody without the key makes of a binhost is refused, with the reason, and never used; one that is right beside it is taken from.</summary>
[Collection(nameof(Judged))]
public sealed class TamperedBinhostTests(Judged judged, SmallBinhost binhost) : IClassFixture<SmallBinhost>
{
    [Theory]
    [InlineData("a field of the statement is another", "is wrong: it was changed after it was signed")]
    [InlineData("what it needs to run is left out", "is wrong: it was changed after it was signed")]
    [InlineData("it has no signature", "it is not signed")]
    [InlineData("its signature is over nothing", "is wrong: it was changed after it was signed")]
    [InlineData("its signature says to be of another key", "it is signed by the unknown key")]
    [InlineData("it is the record of another package", "it is about 'test/lib-1.0'")]
    [InlineData("it is no record", "is no record")]
    public async Task R32_R33_R35_R40_a_record_that_was_tampered_with_is_refused_and_the_right_one_beside_it_taken(string what, string reason)
    {
        var place = binhost.Copy();
        Tamper(place, SmallBinhost.RecordOf(place, "test/app"), what);
        using var server = await NginxServer.StartAsync(judged.Root, place);
        using var good = await NginxServer.StartAsync(judged.Root, binhost.Place);

        var refused = await binhost.User(("bad", server.Url)).RunAsync("pull", "test/app");
        Assert.Equal(6, refused.ExitCode);
        Assert.Contains("the binhost 'bad' has 'test/app-1.0', but ", refused.Error, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Error, StringComparison.Ordinal);
        Assert.Contains("hint: ", refused.Error, StringComparison.Ordinal);

        var taken = await binhost.User(("bad", server.Url), ("good", good.Url)).MustAsync("pull", "test/app");
        Assert.Contains("Found HASH in 'good'.", taken.Error, StringComparison.Ordinal);
        Assert.Contains("the binhost 'bad' has 'test/app-1.0', but ", taken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task R32_the_key_of_another_binhost_does_not_count_here()
    {
        using var server = await NginxServer.StartAsync(judged.Root, binhost.Place);
        var user = binhost.User(("own", server.Url), ("other", server.Url + "other/"));
        Configure(user, $"download: '{server.Url}', keys: ['{binhost.Key}']", $"download: '{server.Url}'");
        var refused = await user.RunAsync("pull", "test/app");
        Assert.Equal(6, refused.ExitCode);
        Assert.Contains("trusted for", refused.Error, StringComparison.Ordinal);
        Assert.Contains("'other' only", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task R34_where_two_signatures_are_required_one_is_not_enough_and_another_builder_adds_his()
    {
        var place = binhost.Copy();
        using var server = await NginxServer.StartAsync(judged.Root, place);
        var (user, second) = (binhost.User(("shared", server.Url)), binhost.User(("shared", server.Url)));
        await second.MustAsync("key", "new");
        Configure(user, "keys: [", $"require: 2, keys: ['{second.Home}/.config/buildit/keys/default.pub', ");
        Configure(second, "keys:", $"upload: '{place}', keys:");

        var refused = await user.RunAsync("pull", "test/app");
        Assert.Equal(6, refused.ExitCode);
        Assert.Contains("it is signed by 1 of 2 trusted keys that it needs", refused.Error, StringComparison.Ordinal);
        await second.MustAsync("test/app", "--rebuild", "--push");
        await user.MustAsync("pull", "test/app");
    }

    [Theory]
    [InlineData("oci")]
    [InlineData("aci")]
    public async Task R37_an_image_whose_blobs_are_not_those_that_its_record_names_is_made_here_from_its_packages(string type)
    {
        var place = binhost.Copy();
        foreach (var blob in Directory.EnumerateFiles(Path.Combine(place, "blobs/sha256")).Where(f => Contains(f, "application/vnd.oci.image.config.v1+json") || Contains(f, "\"acKind\"") || Contains(f, "ustar")))
        {
            File.AppendAllText(blob, " ");
        }

        using var server = await NginxServer.StartAsync(judged.Root, place);
        using var good = await NginxServer.StartAsync(judged.Root, binhost.Place);
        var (one, two) = (binhost.User(("shared", server.Url)), binhost.User(("shared", good.Url)));
        var made = await one.MustAsync("containers/small", "--type", type, "--output", "out");
        Assert.Contains("the binhost 'shared'", made.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Found the image in", made.Error, StringComparison.Ordinal);
        Assert.Contains("Found the image in 'shared'.", (await two.MustAsync("containers/small", "--type", type, "--output", "out")).Error, StringComparison.Ordinal);
        SmallBinhost.Run("diff", "-r", Path.Combine(one.Home, "out"), Path.Combine(two.Home, "out"));
    }

    private static void Configure(SmallBinhostUser user, string from, string to)
    {
        var file = Path.Combine(user.Home, ".buildit-config.yaml");
        var text = File.ReadAllText(file);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(from, to, StringComparison.Ordinal));
    }

    private static bool Contains(string file, string text) => File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;

    private static void Tamper(string place, string record, string what)
    {
        var envelope = JsonNode.Parse(File.ReadAllBytes(record))!;
        var statement = SmallBinhost.Statement(record);
        switch (what)
        {
            case "a field of the statement is another":
                Put(envelope, statement.Replace("\"version\":\"1.0\"", "\"version\":\"1.1\"", StringComparison.Ordinal), statement);
                break;
            case "what it needs to run is left out":
                Put(envelope, statement.Replace("test/lib", "", StringComparison.Ordinal), statement);
                break;
            case "it has no signature":
                envelope["signatures"] = new JsonArray();
                break;
            case "its signature is over nothing":
                envelope["signatures"]![0]!["sig"] = Convert.ToBase64String(new byte[71]);
                break;
            case "its signature says to be of another key":
                envelope["signatures"]![0]!["keyid"] = new string('a', 64);
                break;
            case "it is the record of another package":
                envelope = JsonNode.Parse(File.ReadAllBytes(SmallBinhost.RecordOf(place, "test/lib")))!;
                break;
            default:
                envelope = new JsonObject();
                break;
        }

        File.WriteAllText(record, envelope.ToJsonString());
    }

    private static void Put(JsonNode envelope, string statement, string before)
    {
        Assert.NotEqual(before, statement);
        envelope["payload"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(statement));
    }
}
