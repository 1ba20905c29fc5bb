using System.Text;
using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>Without a network: in a namespace of their own that has no interface, programs cannot open a connection at all.</summary>
public sealed class OfflineTests : IDisposable
{
    // A place that would have to be asked, if anything were.
    private const string Far = "binhosts: [{name: far, download: 'https://bin.example.org/containers'}]\nmirrors: ['https://mirror.example.org']\n";

    private readonly Workspace _workspace = new Workspace().WithOwnStore();
    private readonly string _mark = Workspace.Fresh();

    [Fact]
    public async Task What_was_fetched_before_is_built_where_there_is_no_network_at_all()
    {
        using (var server = Container())
        {
            await FetchAsync();
        }

        var built = Isolated("exec \"$BUILDIT\" --offline containers/small").Succeeds();
        built.Says("test/app-1.0: built in").DoesNotSay("warning");
        Assert.Contains("small-1-linux-amd64.oci sha256:", built.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_is_missing_is_listed_at_once_with_who_could_provide_it()
    {
        using var server = Container();
        _workspace.Store = _workspace.In("empty");
        var result = Isolated("exec \"$BUILDIT\" --offline containers/small test/app");
        result.Fails(
            7,
            "files are not in the store, and --offline permits no download",
            $"  app.txt, for test/app-1.0\n    {server.Url}/app.txt\n    https://mirror.example.org/app.txt\n",
            "  packages of the distribution, ",
            "/dash_",
            "/bubblewrap_",
            "  not asked: the binhost 'far' (https://bin.example.org/containers)",
            "hint: where there is a network: buildit fetch containers/small test/app");
        Assert.Equal(0, server.Requests);
        Assert.False(Directory.Exists(_workspace.In("empty/trees")));
    }

    [Fact]
    public async Task Fetching_again_fetches_nothing_and_what_cannot_be_had_is_told_all_at_once()
    {
        using var server = Container();
        // What comes with every build is there already, or is fetched by this.
        await FetchAsync();
        server.Files["/new.txt"] = Encoding.ASCII.GetBytes(_mark + " new");
        _workspace.Write("pkgs/test/app/pkg.yaml", Recipe(server, "new.txt", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(server.Files["/new.txt"]))));
        (await FetchAsync()).Says("1 sources, 0 patches, ", ": fetched 1 (");
        (await FetchAsync()).Says(": fetched 0 (0 bytes), ");
        server.Files.Clear();
        _workspace.Write("pkgs/test/app/pkg.yaml", Recipe(server, "b.txt", new('b', 64), "c.txt", new('c', 64)));
        (await _workspace.BuildAsync("fetch", "containers/small")).Fails(4, "b.txt", "c.txt");
    }

    [Fact]
    public async Task Only_sources_are_fetched_where_that_is_asked_for()
    {
        using var server = Container();
        (await _workspace.MustBuildAsync("fetch", "--sources-only", "test/app")).Says("1 sources, 0 patches, 0 .debs: fetched 1 (");
    }

    public void Dispose() => _workspace.Dispose();

    private async Task<BuilditResult> FetchAsync() => await _workspace.MustBuildAsync("fetch", "containers/small");

    private BuilditResult Isolated(string script) => Run.Script($"export HOME=\"$PWD\"\nunshare -rn /bin/sh -euc '{script.Replace("'", "'\\''", StringComparison.Ordinal)}'", _workspace);

    /// <summary>A container with a package whose source is on a server.</summary>
    private SmallServer Container()
    {
        var server = new SmallServer();
        server.Files["/app.txt"] = Encoding.ASCII.GetBytes(_mark);
        _workspace.Write(".buildit-config.yaml", "recipes: [./pkgs]\n" + Far);
        _workspace.Write("pkgs/test/app/pkg.yaml", Recipe(server, "app.txt", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(server.Files["/app.txt"]))));
        _workspace.Container("- package: test/app\n" + Workspace.OciImage);
        return server;
    }

    private static string Recipe(SmallServer server, params string[] files)
    {
        var sources = string.Join(", ", files.Chunk(2).Select((f, i) => $"{{url: '{server.Url}/{f[0]}', sha256: {f[1]}, unpack: false{(i > 0 ? $", name: n{i}" : "")}}}"));
        return $"name: app\nversions: {{1.0: {{sources: [{sources}]}}}}\nneeds: {{tools: {Workspace.FewTools}}}\nbuild: {{install: 'cp * \"$OUTPUT\"'}}\n";
    }
}
