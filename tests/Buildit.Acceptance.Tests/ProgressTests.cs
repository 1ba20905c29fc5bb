using System.Text.Json;

namespace Buildit.Acceptance.Tests;

/// <summary>--progress json: for programs that show what happens in their own way.</summary>
public sealed class ProgressTests
{
    [Fact]
    public async Task Json_tells_all_that_happens_as_an_object_on_each_line_and_results_as_ever()
    {
        using var workspace = new Workspace().Recipe("small", $"echo {Workspace.Fresh()} > \"$OUTPUT/x\"");
        var result = await workspace.MustBuildAsync("test/small", "--progress", "json");
        var events = Events(result.Error);
        Assert.Equal("Building test/small-1.0", events[0].GetProperty("text").GetString());
        Assert.Equal(["building", "phase", "built"], Of(events, "test/small-1.0").Where(e => e != "reused").Distinct());
        Assert.Equal(["unpack", "install", "strip", "manifest"], events.Where(e => Name(e) == "phase").Select(e => e.GetProperty("phase").GetString()));
        var built = events.Single(e => Name(e) == "built");
        Assert.True(built.GetProperty("seconds").GetDouble() >= 0);
        Assert.Contains("==> install", File.ReadAllText(built.GetProperty("log").GetString()!), StringComparison.Ordinal);
        Assert.Equal(64, built.GetProperty("key").GetString()!.Length);
        Assert.Contains(events, e => e.TryGetProperty("state", out var state) && state.GetString() == "ok");
        Assert.StartsWith("test/small-1.0 runtime sha256:", result.Output, StringComparison.Ordinal);
        Assert.Equal(result.Output, (await workspace.MustBuildAsync("test/small")).Output);
    }

    [Fact]
    public async Task Json_tells_mistakes_with_their_places_and_failures_with_their_logs()
    {
        using var workspace = new Workspace().Recipe("wrong", "true", "summry: x\n").Recipe("bad", "echo so far\nexit 3");
        var wrong = Assert.Single(Events((await workspace.BuildAsync("test/wrong", "--progress=json")).Fails(2).Error), e => Name(e) == "error");
        Assert.Equal("unknown key 'summry'", wrong.GetProperty("message").GetString());
        Assert.Equal("pkgs/test/wrong/pkg.yaml", wrong.GetProperty("file").GetString());
        Assert.Equal(2, wrong.GetProperty("code").GetInt32());
        Assert.Contains("summary", wrong.GetProperty("hint").GetString(), StringComparison.Ordinal);
        Assert.True(wrong.GetProperty("line").GetInt32() > 1 && wrong.GetProperty("column").GetInt32() == 1);

        var bad = Assert.Single(Events((await workspace.BuildAsync("test/bad", "--progress=json")).Fails(1).Error), e => Name(e) == "error");
        Assert.Contains("failed in phase 'install' with exit code 3", bad.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("so far", bad.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_names_what_was_skipped_because_of_another_failure()
    {
        using var workspace = new Workspace().Recipe("bad", "exit 3").Recipe("above", "true", tools: "[toolchain/c, test/bad]");
        var skipped = Assert.Single(Events((await workspace.BuildAsync("test/above", "--keep-going", "--progress=json")).Fails(1).Error), e => Name(e) == "skipped");
        Assert.Equal("test/above-1.0", skipped.GetProperty("package").GetString());
        Assert.Equal(["test/bad-1.0"], skipped.GetProperty("because").EnumerateArray().Select(p => p.GetString()));
    }

    private static string? Name(JsonElement e) => e.GetProperty("event").GetString();

    private static IEnumerable<string?> Of(IEnumerable<JsonElement> events, string package) => events.Where(e => e.TryGetProperty("package", out var p) && p.GetString() == package).Select(Name);

    private static JsonElement[] Events(string error) => [.. error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
}
