using System.Text;
using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>Recipes, containers and binhosts of places that others keep.</summary>
public sealed class DiscoverTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly TemporaryDirectory _elsewhere = new();
    private readonly GitUpstream _place;
    private readonly string _mark = Workspace.Fresh();

    public DiscoverTests()
    {
        _place = new(Path.Combine(_elsewhere, "place"));
        _place.Write("pkgs/test/hello/pkg.yaml", Hello(_mark));
        _place.Write("containers/hello/container.yaml", "- vars: {name: hello, version: 1}\n- package: test/hello\n" + Workspace.OciImage);
        _place.Commit();
    }

    [Fact]
    public async Task Recipes_of_a_git_repository_are_pinned_by_commit_and_used_without_a_network()
    {
        var first = await _workspace.MustBuildAsync("test/hello", $"--discover={_place.Url}");
        first.Says($"locked {_place.Url} default branch {_place.Head} sha256:", $"Discovered '{_place.Url}': recipes in 'pkgs'");
        Assert.Contains($"Recipes: {_place.Url}\n", await File.ReadAllTextAsync(_workspace.In("buildit.lock")), StringComparison.Ordinal);
        _place.Write("pkgs/test/hello/pkg.yaml", Hello("another")).Commit();
        var again = Run.Script($"export HOME=\"$PWD\"; exec unshare -rn \"$BUILDIT\" --offline test/hello '--discover={_place.Url}'", _workspace).Succeeds();
        Assert.Equal(first.Output, again.Output);
        again.DoesNotSay("Discovered");
        (await _workspace.BuildAsync("test/hello")).Fails(3, "there is no package 'test/hello'");
    }

    [Fact]
    public async Task What_the_configuration_wants_discovered_is_updated_by_name()
    {
        Configure(_place.Url);
        var first = await _workspace.MustBuildAsync("test/hello");
        _place.Write("pkgs/test/hello/pkg.yaml", Hello("another")).Commit();
        Assert.Equal(first.Hash(), (await _workspace.MustBuildAsync("test/hello", "--locked")).Hash());
        (await _workspace.MustBuildAsync("update", "place")).Says($"-> {_place.Head} ");
        Assert.NotEqual(first.Hash(), (await _workspace.MustBuildAsync("test/hello", "--locked")).Hash());
        Assert.Contains("test/hello", (await _workspace.MustBuildAsync("plan", "test/hello")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_of_the_place_is_built_with_the_configuration_that_counts_here()
    {
        _place.Write(".buildit-config.yaml", "store: /nowhere\nbinhosts: [{name: mine, url: /nowhere/at/all, push: true}]\n").Commit();
        var built = await _workspace.MustBuildAsync("containers/hello", $"--discover={_place.Url}");
        Assert.StartsWith("out/hello-1-linux-amd64.oci sha256:", built.Output, StringComparison.Ordinal);
        built.DoesNotSay("Uploading");
    }

    [Fact]
    public async Task A_web_server_says_by_its_well_known_document_where_repository_and_binhost_are()
    {
        using var git = new GitServer(_elsewhere);
        using var web = new SmallServer();
        WellKnown(web, $$"""{"places": [{"prefix": "", "git": "git://nowhere.invalid/x"}, {"prefix": "containers", "git": "{{git.Url}}/place", "branch": "main", "binhosts": [{"name": "team", "url": "{{web.Url}}/bin"}]}]}""");
        Configure(web.Url + "/containers");
        var built = await _workspace.MustBuildAsync("test/hello");
        built.Says($"locked {web.Url}/containers sha256:", $"locked {git.Url}/place branch main {_place.Head}", $"recipes in 'pkgs', binhost 'team' ({web.Url}/bin)");

        // What the server says later counts when it is asked for.
        var (requests, connections) = (web.Requests, git.Connections);
        WellKnown(web, $$"""{"places": [{"prefix": "", "git": "{{git.Url}}/place", "tag": "no"}]}""");
        await _workspace.MustBuildAsync("test/hello", "--offline");
        Assert.Equal((requests, connections), (web.Requests, git.Connections));
        (await _workspace.BuildAsync("update", web.Url + "/containers")).Fails(4, $"'{git.Url}/place' has no tag 'no'");
        await _workspace.MustBuildAsync("test/hello", "--offline");
        _workspace.Store = _workspace.In("empty");
        (await _workspace.BuildAsync("--offline", "test/hello")).Fails(7, ".buildit-config.yaml:2:12", $"what was discovered at '{web.Url}/containers' is not in the store");
        (await _workspace.BuildAsync("--locked", "test/hello")).Fails(4, "is not what was pinned", "buildit update");
    }

    [Fact]
    public async Task Pages_of_a_binhost_lead_to_it_and_its_keys_count_only_when_they_are_named()
    {
        var key = await PushAsync("bin");
        using var web = Served("bin");
        web.Files["/containers"] = Encoding.ASCII.GetBytes($"<html><head><meta content=\"127.0.0.1 {web.Url}/bin/aci/{{name}}-{{version}}-{{os}}-{{arch}}.{{ext}}\" name='ac-discovery'></head></html>");
        _workspace.Store = _workspace.In("store");
        var found = await _workspace.BuildAsync("pull", "test/app", $"--discover={web.Url}/containers/app");
        found.Fails(6, $"Discovered '{web.Url}/containers/app': binhost '127.0.0.1' ({web.Url}/bin)", $"it is signed by the unknown key {key}");
        (await _workspace.BuildAsync("pull", "test/app", $"--discover={web.Url}/containers/app", "--trust", new('a', 64))).Fails(6, $"no place that was discovered offers the key {new string('a', 64)}");
        (await _workspace.MustBuildAsync("pull", "test/app", $"--discover={web.Url}/containers/app", "--trust", key)).Says($"Signatures of {key} count now at '127.0.0.1'", "Found HASH in '127.0.0.1'.");
        (await _workspace.MustBuildAsync("pull", "test/app", $"--discover={web.Url}/containers/app")).DoesNotSay("Signatures");
    }

    [Fact]
    public async Task Keys_in_the_repository_are_an_offer_with_fingerprints()
    {
        var key = await PushAsync("bin");
        File.Copy(Directory.EnumerateFiles(Path.Combine(_elsewhere, "bin/keys"), "*.pub").Single(), Path.Combine(_place.Path, "team.pub"));
        _place.Write(".buildit-config.yaml", $"binhosts: [{{name: team, url: '{_elsewhere.Path}/bin', keys: [team.pub]}}]\n").Commit();
        _workspace.Store = _workspace.In("store");
        (await _workspace.BuildAsync("pull", "test/app", $"--discover={_place.Url}")).Fails(6, $"'team' says that it is signed by {key} (default), which does not count here.", $"--trust {key}", "it is signed by the unknown key");
        Configure(_place.Url);
        await _workspace.MustBuildAsync("key", "trust", "team", key);
        (await _workspace.MustBuildAsync("pull", "test/app")).Says("Found HASH in 'team'.");
    }

    [Fact]
    public async Task What_was_built_is_pushed_to_the_place_only_where_that_is_asked_for()
    {
        _place.Write(".buildit-config.yaml", $"binhosts: [{{name: team, url: '{_elsewhere.Path}/bin', push: true}}]\n").Commit();
        (await _workspace.MustBuildAsync("test/hello", $"--discover={_place.Url}")).DoesNotSay("Uploading");
        (await _workspace.MustBuildAsync("test/hello", $"--discover={_place.Url},push=True")).Says("Uploading packages to 'team'");
        Assert.True(File.Exists(Path.Combine(_elsewhere, "bin/records/catalog")));
    }

    [Fact]
    public async Task A_place_of_the_web_names_nothing_of_this_machine()
    {
        using var web = new SmallServer();
        WellKnown(web, $$"""{"places": [{"prefix": "", "git": "{{_place.Url}}"}]}""");
        (await _workspace.BuildAsync("test/hello", $"--discover={web.Url}")).Fails(4, $"its git repository '{_place.Url}' cannot be fetched from");
        using var git = new GitServer(_elsewhere);
        _place.Write(".buildit-config.yaml", $"binhosts: [{{name: team, url: '{_elsewhere.Path}/bin'}}, {{name: up, download: 'file:///etc'}}]\nrecipes: [pkgs, ../../outside]\n").Commit();
        (await _workspace.MustBuildAsync("test/hello", $"--discover={git.Url}/place,push=True")).Says($"Discovered '{git.Url}/place': recipes in 'pkgs'\n").DoesNotSay("Uploading");
    }

    [Theory]
    [InlineData("url", "http://127.0.0.1:1/b")]
    [InlineData("download", "https://127.0.0.1:1/b")]
    [InlineData("url", "oci://127.0.0.1:1/b")]
    [InlineData("download", "file:///nowhere/b")]
    public async Task Addresses_of_binhosts_stay_as_the_place_names_them(string key, string address)
    {
        TheirDistribution();
        _place.Write(".buildit-config.yaml", $"binhosts: [{{name: theirs, {key}: '{address}', keys: [default.pub]}}]\n").Commit();
        (await _workspace.BuildAsync("lock", $"--discover={_place.Url}")).Succeeds().Says($"binhost 'theirs' ({address})").DoesNotSay("warning");
    }

    [Fact]
    public async Task Paths_of_binhosts_count_from_the_repository()
    {
        TheirDistribution();
        _place.Write(".buildit-config.yaml", "binhosts: [{name: theirs, url: ./bin}]\n").Commit();
        var locked = (await _workspace.BuildAsync("lock", $"--discover={_place.Url}")).Succeeds();
        Assert.Matches(@"binhost 'theirs' \(/.*/trees/[0-9a-f]{64}/bin\)", locked.Error);
    }

    [Fact]
    public async Task A_key_that_is_offered_nowhere_is_refused_even_where_a_binhost_cannot_be_asked()
    {
        var key = await PushAsync("bin");
        _place.Write(".buildit-config.yaml", $"binhosts: [{{name: far, url: 'http://127.0.0.1:1/b', keys: [default.pub]}}, {{name: near, url: 'file://{_elsewhere.Path}/bin'}}]\n").Commit();
        _workspace.Store = _workspace.In("store");
        (await _workspace.BuildAsync("test/app", $"--discover={_place.Url}", "--require-binhost", "--trust", new('a', 64))).Fails(
            6, $"warning: http://127.0.0.1:1/b cannot be asked for its keys", $"no place that was discovered offers the key {new string('a', 64)}");
        (await _workspace.MustBuildAsync("test/app", $"--discover={_place.Url}", "--require-binhost", "--trust", key)).Says($"Signatures of {key} count now at 'near'", "Found HASH in 'near'.");
    }

    [Fact]
    public async Task What_is_not_locked_yet_is_told_with_a_command_that_locks_it()
    {
        TheirDistribution();
        var discover = $"--discover={_place.Url}";
        (await _workspace.BuildAsync("test/hello", discover, "--locked")).Fails(7, $"is not in 'buildit.lock'", $"hint: run 'buildit lock {discover}', or build once without --locked and --offline");
        (await _workspace.BuildAsync("lock", discover, "--check")).Fails(7, "is not in 'buildit.lock'");
        (await _workspace.BuildAsync("lock", discover)).Succeeds().Says($"locked {_place.Url} default branch {_place.Head}");
        (await _workspace.BuildAsync("lock", discover, "--check")).Succeeds();
        await _workspace.MustBuildAsync("test/hello", discover, "--locked");
    }

    [Fact]
    public async Task What_is_not_in_the_store_is_told_with_a_command_that_fetches_it()
    {
        TheirDistribution();
        var discover = $"--discover={_place.Url}";
        await _workspace.MustBuildAsync("lock", discover);
        _workspace.Store = _workspace.In("empty");
        (await _workspace.BuildAsync("test/hello", discover, "--offline")).Fails(7, "is not in the store", "hint: run the command once without --offline");
        await _workspace.MustBuildAsync("lock", discover);
        (await _workspace.BuildAsync("test/hello", discover, "--offline")).Fails(7, $"hint: where there is a network: buildit fetch {discover} test/hello");
        _workspace.Store = Repository.SharedStore;
        (await _workspace.MustBuildAsync("fetch", "--sources-only", discover, "test/hello")).Says("Fetching what test/hello-1.0 is built from");
    }

    [Fact]
    public async Task Where_nothing_is_found_every_way_is_told_with_its_reason()
    {
        using var web = new SmallServer();
        (await _workspace.BuildAsync("test/hello", $"--discover={web.Url}/a/b")).Fails(
            4,
            $"nothing can be discovered at '{web.Url}/a/b'",
            $"  {web.Url}/.well-known/buildit.json: there is no such document (404)\n  {web.Url}/a/b?ac-discovery=1: there is no such document (404)\n  {web.Url}/a?ac-discovery=1: there is no such document (404)\n  {web.Url}/?ac-discovery=1: ",
            "  as a git repository: cannot ask ");
        web.Files["/.well-known/buildit.json"] = web.Files["/a/b"] = "<html><meta name=\"viewport\" content=\"x y\"></html>"u8.ToArray();
        (await _workspace.BuildAsync("test/hello", $"--discover={web.Url}/a/b")).Fails(4, "buildit.json: it is not a document of buildit", "/a/b?ac-discovery=1: a page without an ac-discovery tag");
        (await _workspace.BuildAsync("test/hello", "--discover=nowhere.invalid/a")).Fails(4, "cannot read https://nowhere.invalid/.well-known/buildit.json: ", "(nowhere.invalid:443)");
        _workspace.Environment["PATH"] = "/nowhere";
        (await _workspace.BuildAsync("test/hello", $"--discover={web.Url}/a/c")).Fails(4, "this machine has no git");
        (await _workspace.BuildAsync("test/hello", $"--discover={_place.Url}")).Fails(7, "this machine has no git", "hint: install the package 'git'");
        Assert.False(File.Exists(_workspace.In("buildit.lock")));
    }

    [Theory]
    [InlineData("example.org/x,pull=True", "'pull=True' is no option of a place to discover")]
    [InlineData("example.org/x,push=maybe", "'push=maybe' is no option of a place to discover")]
    [InlineData("/srv/recipes", "a directory with recipes stands under 'recipes'")]
    [InlineData("ftp://example.org/x", "'ftp://example.org/x' is no place that can be discovered")]
    [InlineData("https://user:pw@example.org/x", "is no place that can be discovered")]
    public async Task What_is_no_place_is_told(string place, string message)
    {
        (await _workspace.BuildAsync("test/hello", "--discover=" + place)).Fails(2, message);
        Configure(place);
        (await _workspace.BuildAsync("test/hello")).Fails(2, ".buildit-config.yaml:2:12", message);
    }

    public void Dispose()
    {
        _workspace.Dispose();
        _elsewhere.Dispose();
    }

    private static string Hello(string mark) => $"name: hello\nversions: {{1.0: {{}}}}\nneeds: {{tools: {Workspace.FewTools}}}\nbuild: {{install: 'echo {mark} > \"$OUTPUT/hello\"'}}\n";

    /// <summary>The place has the distribution, and its lock: 'buildit lock' asks no mirror for an index.</summary>
    private void TheirDistribution()
    {
        Directory.Move(_workspace.In("pkgs/debian"), Path.Combine(_place.Path, "pkgs/debian"));
        _place.Commit();
    }

    private void Configure(string place) => _workspace.Write(".buildit-config.yaml", $"recipes: [./pkgs]\ndiscover: ['{place}']\n");

    private static void WellKnown(SmallServer web, string json) => web.Files["/.well-known/buildit.json"] = Encoding.UTF8.GetBytes(json);

    /// <summary>Somebody else builds a package and pushes it; gives the fingerprint of their key.</summary>
    private async Task<string> PushAsync(string directory)
    {
        _workspace.Recipe("app", $"echo {_mark} > \"$OUTPUT/app\"", tools: Workspace.FewTools);
        using var builder = new Workspace().Recipe("app", $"echo {_mark} > \"$OUTPUT/app\"", tools: Workspace.FewTools);
        builder.Write(".buildit-config.yaml", $"recipes: [./pkgs]\nbinhosts: [{{name: bin, url: '{_elsewhere.Path}/{directory}', push: true}}]\n");
        var key = (await builder.MustBuildAsync("key", "new")).Output.Trim();
        await builder.MustBuildAsync("test/app");
        return key;
    }

    private SmallServer Served(string directory)
    {
        var server = new SmallServer();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_elsewhere, directory), "*", SearchOption.AllDirectories))
        {
            server.Files["/" + Path.GetRelativePath(_elsewhere, file)] = File.ReadAllBytes(file);
        }

        return server;
    }
}
