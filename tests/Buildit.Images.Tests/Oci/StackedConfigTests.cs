using System.Text;
using System.Text.Json;
using Buildit.Images.Oci;

namespace Buildit.Images.Tests.Oci;

public sealed class StackedConfigTests
{
    private const string Usual = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const string Base = """
        {"os":"linux","architecture":"arm","variant":"v7","config":{"Env":["PATH=/base","A=1","B=2"],"Entrypoint":["/base"],"Cmd":["x"],"User":"7","Labels":{"a":"1","b":"2"},"Healthcheck":{"Test":["NONE"]},"OnBuild":["RUN x"]},"rootfs":{"type":"layers","diff_ids":["sha256:1"]},"history":[{"created_by":"base"},{"created_by":"ENV","empty_layer":true}]}
        """;

    [Fact]
    public void What_the_image_says_goes_before_what_the_base_says_and_the_rest_is_inherited()
    {
        var config = Over(Base, Image($$"""{"Env":["{{Usual}}","B=3","C=4"],"Labels":{"b":"3"},"User":"8"}"""));
        var settings = config.GetProperty("config");
        Assert.Equal(["PATH=/base", "A=1", "B=3", "C=4"], settings.GetProperty("Env").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal("""{"a":"1","b":"3"}""", settings.GetProperty("Labels").GetRawText());
        Assert.Equal(("8", "/base", "x", "v7"), (settings.GetProperty("User").GetString(), settings.GetProperty("Entrypoint")[0].GetString(), settings.GetProperty("Cmd")[0].GetString(), config.GetProperty("variant").GetString()));
        Assert.True(settings.TryGetProperty("Healthcheck", out _));
        Assert.False(settings.TryGetProperty("OnBuild", out _));
        Assert.Equal(["sha256:1", "sha256:2"], config.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(d => d.GetString()));
        Assert.Equal(["base", "ENV", "own"], config.GetProperty("history").EnumerateArray().Select(h => h.GetProperty("created_by").GetString()));
    }

    [Fact]
    public void The_base_s_command_is_no_argument_of_another_entry_point() =>
        Assert.False(Over(Base, Image("""{"Entrypoint":["/own"]}""")).GetProperty("config").TryGetProperty("Cmd", out _));

    [Fact]
    public void A_base_without_a_search_path_leaves_the_usual_one() =>
        Assert.Equal(["A=1", Usual], Over("""{"config":{"Env":["A=1"]}}""", Image($$"""{"Env":["{{Usual}}"]}""")).GetProperty("config").GetProperty("Env").EnumerateArray().Select(e => e.GetString()));

    [Fact]
    public void A_base_without_a_history_has_one_line_for_each_of_its_layers() =>
        Assert.Equal(3, Over("""{"rootfs":{"type":"layers","diff_ids":["sha256:1","sha256:3"]}}""", Image("{}")).GetProperty("history").GetArrayLength());

    [Theory]
    [InlineData("""{"Entrypoint":["/own"],"Env":["USUAL"]}""")]
    [InlineData("""{"Env":["USUAL","C=4"],"Cmd":["y"],"Labels":{"c":"3"},"ExposedPorts":{"80/tcp":{}}}""")]
    [InlineData("""{"Entrypoint":["/own"],"Env":["PATH=/own","B=9"],"Cmd":["y"],"User":"9"}""")]
    public void What_was_put_on_a_base_can_be_taken_off_and_put_on_another(string settings)
    {
        var (own, other) = (Image(settings.Replace("USUAL", Usual, StringComparison.Ordinal)), """{"config":{"Env":["Z=1"],"Entrypoint":["/other"],"Cmd":["z"],"Labels":{"z":"1"}},"rootfs":{"type":"layers","diff_ids":["sha256:8","sha256:9"]}}""");
        var rebased = StackedConfig.Over(Bytes(other), StackedConfig.Without(StackedConfig.Over(Bytes(Base.Replace(",\"variant\":\"v7\"", "", StringComparison.Ordinal)), Bytes(own)), Bytes(Base.Replace(",\"variant\":\"v7\"", "", StringComparison.Ordinal))));
        Assert.Equal(Encoding.UTF8.GetString(StackedConfig.Over(Bytes(other), Bytes(own))), Encoding.UTF8.GetString(rebased));
    }

    private static string Image(string settings) => $$"""{"created":"2024","os":"linux","architecture":"arm","config":{{settings}},"rootfs":{"type":"layers","diff_ids":["sha256:2"]},"history":[{"created_by":"own"}]}""";

    private static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(json);

    private static JsonElement Over(string lower, string upper)
    {
        using var document = JsonDocument.Parse(StackedConfig.Over(Bytes(lower), Bytes(upper)));
        return document.RootElement.Clone();
    }
}
