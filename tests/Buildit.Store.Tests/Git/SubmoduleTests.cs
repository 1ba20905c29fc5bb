using Buildit.Core;
using Buildit.Core.Git;
using Buildit.Testing;

namespace Buildit.Store.Tests.Git;

/// <summary>Submodules, each by the commit that its superproject names, served by the real git daemon.</summary>
public sealed class SubmoduleTests : IDisposable
{
    private readonly GitBench _bench = new();
    private readonly GitServer _server;

    public SubmoduleTests()
    {
        _server = new(_bench.Directory);
        var inner = _bench.Another("inner").Write("deep", "deep\n");
        inner.Commit();
        var library = _bench.Another("library").Write("lib.c", "int x;\n");
        Add(library, inner.Head, "inner", "../inner");
        library.Commit("with a submodule");
        _bench.Repository.Write("main.c", "int main;\n");
        Add(_bench.Repository, library.Head, "vendor/library", "../library");
        _bench.Repository.Commit();
        // What a submodule's own branches do later is nothing to its superproject.
        library.Write("lib.c", "changed\n").Commit();
    }

    private GitOrigin Main => new(_server.Url + "/upstream", new(GitRevisionKind.Branch, "main")) { Submodules = true };

    [Fact]
    public async Task Submodules_come_along_all_the_way_down_by_the_commits_of_their_superprojects() => Assert.Equal(
        [
            ".gitmodules", "main.c: int main;\\n", "vendor/", "vendor/library/", "vendor/library/.gitmodules",
            "vendor/library/inner/", "vendor/library/inner/deep: deep\\n", "vendor/library/lib.c: int x;\\n",
        ],
        (await _bench.EntriesAsync(Main)).Select(e => e.Split(' ', 4)[3]).Select(e => e.StartsWith(".gitmodules", StringComparison.Ordinal) || e.Contains("/.gitmodules", StringComparison.Ordinal) ? e.Split(':')[0] : e));

    [Fact]
    public async Task Where_they_are_not_wanted_each_is_an_empty_directory() => Assert.Equal(
        ["main.c: int main;\\n", "vendor/", "vendor/library/"], (await _bench.EntriesAsync(Main with { Submodules = false })).Select(e => e.Split(' ', 4)[3]).Skip(1));

    [Fact]
    public async Task A_submodule_without_an_address_is_told()
    {
        _bench.Repository.Write(".gitmodules", "[submodule \"other\"]\n\tpath = other\n\turl = ../other\n").Commit();
        Assert.Contains("the submodule 'vendor/library' of", (await _bench.FailsAsync(ExitCode.InvalidInput, Main)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ext::sh -c touch% /tmp/x")]
    [InlineData("--upload-pack=touch /tmp/x")]
    [InlineData("/srv/private")]
    public async Task A_submodule_at_an_address_that_runs_something_or_is_of_this_machine_is_refused(string url)
    {
        _bench.Repository.Write(".gitmodules", $"[submodule \"x\"]\n\tpath = vendor/library\n\turl = \"{url}\"\n").Commit();
        Assert.Contains($"is at '{url}', which nothing can be fetched from", (await _bench.FailsAsync(ExitCode.InvalidInput, Main)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_submodule_that_names_a_repository_of_this_machine_is_refused_by_git_itself()
    {
        _bench.Repository.Write(".gitmodules", $"[submodule \"x\"]\n\tpath = vendor/library\n\turl = file://{_bench.Directory}/library\n").Commit();
        Assert.Contains("transport 'file' not allowed", (await _bench.FailsAsync(ExitCode.FetchFailed, Main)).Detail, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _server.Dispose();
        _bench.Dispose();
    }

    private static void Add(GitUpstream repository, string commit, string path, string url)
    {
        repository.Write(".gitmodules", $"[submodule \"{path}\"]\n\tpath = {path}\n\turl = {url}\n");
        Directory.CreateDirectory(Path.Combine(repository.Path, path));
        repository.Git("update-index", "--add", "--cacheinfo", $"160000,{commit},{path}");
    }
}
