namespace Buildit.Acceptance.Tests;

/// <summary>What can be built here, and what others have built.</summary>
public sealed class SearchTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _mark = Workspace.Fresh()[..8];

    public SearchTests()
    {
        _workspace.Recipe("app" + _mark, $"echo {_mark} > \"$OUTPUT/app\"", "summary: Shows something\n", Workspace.FewTools);
        _workspace.Write("containers/small/container.yaml", $"- vars: {{name: small{_mark}, version: 2}}\n- package: test/app{_mark}\n{Workspace.OciImage}");
        Configure("url: bin");
    }

    [Fact]
    public async Task Recipes_containers_and_what_was_pushed_are_found()
    {
        await _workspace.MustBuildAsync("key", "new");
        await _workspace.MustBuildAsync("containers/small", "--push");
        var found = (await _workspace.MustBuildAsync("search", _mark.ToUpperInvariant())).Output;
        Assert.Equal(
            $"""
            container small{_mark}-2 (containers/small/container.yaml)
            oci       small{_mark}-2 ('shared')
            recipe    test/app{_mark}-1.0: Shows something (pkgs/test/app{_mark}/pkg.yaml)
            package   test/app{_mark}-1.0 ('shared')

            """, found);
        Assert.StartsWith("recipe ", (await _workspace.MustBuildAsync("search", _mark, "something")).Output, StringComparison.Ordinal);
        Assert.Contains("debian    debian/dash-", (await _workspace.MustBuildAsync("search", "dash")).Output, StringComparison.Ordinal);
        Assert.Contains("\"kind\": \"oci\"", (await _workspace.MustBuildAsync("search", _mark, "--json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_nowhere_ends_with_1_and_a_place_that_does_not_work_is_told()
    {
        Configure("download: 'http://127.0.0.1:9'");
        (await _workspace.BuildAsync("search", $"ap{_mark}p")).Fails(1, "nothing here or in a binhost is called", $"did you mean 'app{_mark}'?", "warning: the binhost 'shared' (http://127.0.0.1:9) is left alone");
        (await _workspace.BuildAsync("search", "--offline", "dashh")).Fails(1, "did you mean 'dash'?").DoesNotSay("shared");
        (await _workspace.BuildAsync("search")).Fails(2, "there is no WORD to search for");
    }

    public void Dispose() => _workspace.Dispose();

    private void Configure(string place) => _workspace.Write(".buildit-config.yaml", $"recipes: [./pkgs]\nbinhosts: [{{name: shared, {place}}}]\n");
}
