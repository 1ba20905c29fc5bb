using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>An ACI that depends on one ACI for each package, from the build to whoever uses it.</summary>
public sealed class SplitImageTests : IDisposable
{
    private const string Top = "out/small-1-linux-amd64.aci";
    private readonly Workspace _workspace = new();
    private readonly string _mark = Workspace.Fresh();

    public SplitImageTests()
    {
        foreach (var name in new[] { "one", "two" })
        {
            _workspace.Recipe(name, $"mkdir -p \"$OUTPUT/srv\"; echo {_mark} > \"$OUTPUT/srv/{name}\"; ln \"$OUTPUT/srv/{name}\" \"$OUTPUT/srv/{name}-again\"", tools: Workspace.FewTools);
        }

        _workspace.Container("- package: test/one\n- package: test/two\n- directory: {path: /data}\n- image: {type: aci, compression: none, split: true, env: {A: b}}\n");
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Every_image_is_told_and_what_is_there_is_left_alone()
    {
        var first = await _workspace.MustBuildAsync("containers/small");
        var lines = Lines(first);
        Assert.Equal(["out/test_one-1.0", "out/test_two-1.0", "out/small-1-linu"], lines.Select(l => l[..16]));
        Assert.All(lines, l => Assert.Equal(l.Split(' ')[1], Digest(l.Split(' ')[0])));

        var one = _workspace.In(lines[0].Split(' ')[0]);
        File.SetLastWriteTimeUtc(one, DateTime.UnixEpoch);
        Assert.Equal(first.Output, (await _workspace.MustBuildAsync("containers/small")).Output);
        // What lacks one of them is made whole again, and no more.
        File.Delete(_workspace.In(lines[1].Split(' ')[0]));
        Assert.Equal(first.Output, (await _workspace.MustBuildAsync("containers/small")).Output);
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(one));
        Assert.Equal(lines[1].Split(' ')[1], Digest(lines[1].Split(' ')[0]));
    }

    [Fact]
    public async Task It_has_the_files_of_the_image_that_is_not_split_and_says_which_file_is_missing()
    {
        var lines = Lines(await _workspace.MustBuildAsync("containers/small"));
        _workspace.Edit("containers/small/container.yaml", "split: true", "split: false");
        Assert.Single(Lines(await _workspace.MustBuildAsync("containers/small", "-o", "flat")));
        var same = await _workspace.BuildAsync("diff", "flat/small-1-linux-amd64.aci", Top);
        // Only the manifests differ: by the dependencies.
        Assert.Contains("dependencies", same.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("srv", same.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("data", same.Output, StringComparison.Ordinal);

        var two = lines[1].Split(' ')[0];
        File.Delete(_workspace.In(two));
        var missing = await _workspace.BuildAsync("diff", "flat/small-1-linux-amd64.aci", Top);
        Assert.Equal(7, missing.ExitCode);
        Assert.Contains($"'{Top}' depends on 'test/two', which is not beside it as '{Path.GetFileName(two)}'", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_binhost_has_all_of_it_and_gives_all_of_it()
    {
        _workspace.Environment["HOME"] = _workspace.Path;
        _workspace.Write(".buildit-config.yaml", "recipes: [./pkgs]\nbinhosts: [{name: shared, url: ./shared}]\n");
        await _workspace.MustBuildAsync("key", "new");
        var lines = Lines(await _workspace.MustBuildAsync("containers/small", "--push"));
        Assert.All(lines, l => Assert.Equal(l.Split(' ')[1], Digest($"shared/aci/{Path.GetFileName(l.Split(' ')[0])}")));
        await _workspace.MustBuildAsync("binhost", "verify", "shared");
        await _workspace.MustBuildAsync("binhost", "gc", "shared", "--grace", "0h");
        await _workspace.MustBuildAsync("binhost", "verify", "shared");

        _workspace.WithOwnStore();
        var pulled = await _workspace.MustBuildAsync("pull", "containers/small", "-o", "pulled");
        Assert.Equal(lines.Select(l => l["out".Length..]), Lines(pulled).Select(l => l["pulled".Length..]));
        Assert.All(Lines(pulled), l => Assert.Equal(l.Split(' ')[1], Digest(l.Split(' ')[0])));
        File.Delete(_workspace.In($"shared/aci/{Path.GetFileName(lines[0].Split(' ')[0])}"));
        Assert.Contains("is not there, and a record names it", (await _workspace.BuildAsync("binhost", "verify", "shared")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspecting_shows_what_it_consists_of()
    {
        await _workspace.MustBuildAsync("containers/small");
        var text = (await _workspace.MustBuildAsync("inspect", "containers/small")).Output;
        Assert.Contains("  test/one (runtime)", text, StringComparison.Ordinal);
        Assert.Contains("  container layer", text, StringComparison.Ordinal);
        Assert.Equal(text, (await _workspace.MustBuildAsync("inspect", Top)).Output);
    }

    [Fact]
    public async Task Only_an_ACI_can_be_split()
    {
        _workspace.Container("- package: test/one\n- image: {type: oci, split: true}\n");
        var result = await _workspace.BuildAsync("containers/small");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("an image of type 'oci' cannot be split", result.Error, StringComparison.Ordinal);
    }

    private static string[] Lines(BuilditResult result) => result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private string Digest(string path)
    {
        using var file = File.OpenRead(_workspace.In(path));
        return Core.Digest.Of(file).ToString();
    }
}
