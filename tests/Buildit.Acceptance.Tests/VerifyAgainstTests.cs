using System.Text.Json;

namespace Buildit.Acceptance.Tests;

/// <summary>'buildit verify --against': what several places say of one package. Nothing is built for it.</summary>
public sealed class VerifyAgainstTests
{
    [Fact]
    public async Task Another_store_that_has_the_same_is_identical_and_one_that_has_something_else_differs_file_by_file()
    {
        using var here = Both();
        using var there = Both(here).WithOwnStore();
        await here.MustBuildAsync("test/good", "test/random");
        await there.MustBuildAsync("test/good", "test/random");

        var same = (await here.MustBuildAsync("verify", "--against", there.Store, "test/good")).DoesNotSay("building");
        Assert.Equal($"test/good-1.0: identical\n    this store: identical\n    {there.Store}: identical\n", same.Output);

        var other = await here.BuildAsync("verify", "--against", there.Store, "test/random");
        Assert.Equal(5, other.ExitCode);
        Assert.StartsWith($"test/random-1.0: differs\n    this store: identical\n    {there.Store}: differs\n    runtime: first sha256:", other.Output, StringComparison.Ordinal);
        Assert.Contains("        /it: content\n", other.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("/same", other.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_of_records_is_a_place_and_several_places_are_compared_at_once()
    {
        using var here = Both();
        var recipe = (await here.MustBuildAsync("test/good")).Output;
        var json = JsonDocument.Parse((await here.BuildAsync("verify", "--json", "--against", Empty(here, "empty"), "test/good")).Output);
        var key = json.RootElement.GetProperty("comparisons")[0].GetProperty("recipeKey").GetString()!;
        Run.Shell($"mkdir -p '{here.In($"binhost/records/{key[..2]}")}'; for f in '{here.Store}'/blobs/sha256/*; do if [ $(stat -c %s $f) -lt 20000 ] && grep -q payloadType $f && grep -o 'payload\":\"[^\"]*' $f | cut -d'\"' -f3 | base64 -d | grep -q {key}; then cp $f '{here.In($"binhost/records/{key[..2]}/{key}")}'; fi; done");

        var result = await here.MustBuildAsync("verify", "--against", "binhost", "--against", "empty", "test/good");
        Assert.Equal("test/good-1.0: identical\n    this store: identical\n    binhost: identical\n    empty: no record\n", result.Output);
        Assert.NotEmpty(recipe);
    }

    [Fact]
    public async Task Where_nothing_can_be_compared_the_exit_code_says_so()
    {
        using var workspace = Both();
        await workspace.MustBuildAsync("test/good");
        var result = await workspace.BuildAsync("verify", "--against", Empty(workspace, "empty"), "test/good");
        Assert.Equal(7, result.ExitCode);
        Assert.Equal("test/good-1.0: inconclusive\n    this store: identical\n    empty: no record\n", result.Output);
    }

    [Fact]
    public async Task What_a_place_has_under_the_wrong_key_or_damaged_does_not_count()
    {
        using var here = Both();
        using var there = Both(here).WithOwnStore();
        await here.MustBuildAsync("test/good");
        await there.MustBuildAsync("test/good");
        Run.Shell($"cd '{there.Store}/blobs/sha256'; for f in *; do if [ $(stat -c %s $f) -lt 20000 ] && grep -q payloadType $f; then chmod u+w $f; rm -f $f; echo damaged > $f; fi; done");
        var result = await here.BuildAsync("verify", "--against", there.Store, "test/good");
        Assert.Equal(7, result.ExitCode);
        Assert.Contains($"{there.Store}: the record's bytes are not there, or not what their digest says", result.Output, StringComparison.Ordinal);
    }

    private static Workspace Both(Workspace? like = null)
    {
        var mark = like is null ? Workspace.Fresh() : File.ReadAllText(like.In("mark"));
        var workspace = new Workspace().Recipe("good", $"echo {mark} > \"$OUTPUT/same\"", tools: Workspace.FewTools)
            .Recipe("random", $"echo {mark} > \"$OUTPUT/same\"; head -c 8 /dev/urandom > \"$OUTPUT/it\"", tools: Workspace.FewTools);
        workspace.Write("mark", mark);
        return workspace;
    }

    private static string Empty(Workspace workspace, string name)
    {
        Directory.CreateDirectory(workspace.In(name + "/records"));
        return name;
    }
}
