using System.Text;
using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>One machine exports, another one, which never had a network, imports and builds.</summary>
public sealed class BundleTests : IAsyncLifetime, IDisposable
{
    private readonly Workspace _workspace = new Workspace().WithOwnStore();
    private readonly TemporaryDirectory _other = new();
    private readonly string _mark = Workspace.Fresh();

    private string _tools = "";

    private string File => _workspace.In("small.bundle.tar.zst");

    public async Task InitializeAsync() => _tools = await PinnedZstd.DirectoryAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_machine_that_never_had_a_network_rebuilds_everything_bit_by_bit()
    {
        await ExportAsync();
        var built = await _workspace.MustBuildAsync("containers/small");
        Import();
        var rebuilt = Elsewhere("cd small && ./buildit --offline").Succeeds();
        rebuilt.Says("test/app-1.0: built in").DoesNotSay("warning");
        Assert.Equal(built.Hash(), rebuilt.Hash());
        Assert.Equal("", Run.Shell($"diff -r '{_workspace.In("out")}' '{_other.Path}/small/out'"));
    }

    [Fact]
    public async Task With_its_outputs_nothing_has_to_be_built()
    {
        await ExportAsync("--with-outputs");
        await _workspace.MustBuildAsync("containers/small");
        Import();
        Elsewhere("cd small && ./buildit --offline").Succeeds().Says("Found HASH in 'bundle'.", "Found the image in 'bundle'.", "Nothing was built").DoesNotSay("warning");
        Assert.Equal("", Run.Shell($"diff -r '{_workspace.In("out")}' '{_other.Path}/small/out'"));
    }

    [Theory]
    [InlineData]
    [InlineData("--with-outputs")]
    public async Task The_same_input_gives_the_same_bytes(params string[] options)
    {
        var first = await ExportAsync(options);
        Run.Shell($"mv '{File}' '{File}.1'; touch '{_workspace.In("pkgs/test/app/pkg.yaml")}'");
        var second = await _workspace.MustBuildAsync(["bundle", "export", "containers/small", "-o", File, .. options]);
        Assert.Equal(first.Output, second.Output);
        Run.Shell($"cmp '{File}' '{File}.1'");
    }

    [Fact]
    public async Task A_bundle_is_refused_unless_its_signer_is_named()
    {
        var key = (await ExportAsync()).Error.Split("signed by ")[1][..64];
        Elsewhere($"\"$BUILDIT\" bundle import '{File}'").Fails(6, $"is refused: it is signed by the unknown key {key}", $"bundle import {File} --trust {key}");
        Elsewhere($"\"$BUILDIT\" bundle import '{File}' --trust {new string('0', 64)}").Fails(6, "unknown key");
        Elsewhere($"\"$BUILDIT\" bundle import '{File}' --trust nonsense").Fails(2, "'nonsense' is neither the fingerprint of a key nor a file with one");
        Assert.Empty(Directory.EnumerateFileSystemEntries(_other));
        Elsewhere($"\"$BUILDIT\" bundle import '{File}' --to there --trust {key} && \"$BUILDIT\" bundle import '{File}' --to there --trust {key}").Says("there' is there already");
    }

    [Fact]
    public async Task What_was_changed_on_the_way_is_refused_and_leaves_nothing()
    {
        await ExportAsync();
        // A file, the list, and the end.
        Repack("sed -i 's/name: app/name: apq/' d/pkgs/test/app/pkg.yaml", "entry 'pkgs/test/app/pkg.yaml' has other bytes than its list says");
        Repack("echo >> d/.buildit/bundle.tree", "its list is not the one that was signed");
        Repack("chmod 755 d/pkgs/test/app/pkg.yaml", "is not what its list says: 'pkgs/test/app/pkg.yaml'");
        Run.Shell($"head -c 100000 '{File}' > '{_other.Path}/bad'");
        Import("bad").Fails(2, "is truncated");
        Run.Shell($"echo hello > '{_other.Path}/bad'");
        Import("bad").Fails(2, "bad' is damaged");
        Import("nothing").Fails(2, "there is no file 'nothing'");
        Assert.Equal([Path.Combine(_other.Path, "bad")], Directory.EnumerateFileSystemEntries(_other));
    }

    [Fact]
    public async Task A_bundle_can_be_looked_into_and_holds_nothing_of_the_machine()
    {
        await ExportAsync("--with-outputs");
        var list = (await _workspace.MustBuildAsync("bundle", "list", File)).Says("For containers/small; signed by ").Output;
        foreach (var path in new[] { ".buildit-config.yaml", "buildit", "containers/small/container.yaml", "pkgs/test/app/pkg.yaml", "pkgs/debian/packages.lock", ".buildit/program/buildit", ".buildit/binhost/records/catalog" })
        {
            Assert.Contains($" {path}\n", list, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("default.key", list, StringComparison.Ordinal);
        Assert.Contains("\"counts\": true", (await _workspace.MustBuildAsync("bundle", "list", File, "--json")).Output, StringComparison.Ordinal);
        Elsewhere($"zstd -dc '{File}' | tar -xf - && ! grep -rlF '{_workspace.Path}' . --exclude-dir=program").Succeeds();
    }

    [Fact]
    public async Task What_tar_and_zstd_unpack_is_the_same_and_can_build_too()
    {
        await ExportAsync();
        Import();
        Elsewhere($"mkdir t && zstd -dc '{File}' | tar -xf - -C t && rm t/.buildit/bundle.json t/.buildit/bundle.tree && diff -r t small && t/buildit --version").Succeeds();
    }

    [Fact]
    public async Task Recipes_of_a_git_repository_and_files_beside_the_container_come_along()
    {
        var tree = new GitUpstream(_workspace.In("tree"));
        tree.Write("test/local/pkg.yaml", $"name: local\nversions: {{1.0: {{sources: [{{path: src}}]}}}}\nneeds: {{tools: {Workspace.FewTools}}}\nbuild: {{install: 'cp * \"$OUTPUT\"'}}\n").Write("test/local/src/a.txt", _mark).Commit();
        _workspace.Write(".buildit-config.yaml", $"recipes: [./pkgs, {{git: '{tree.Url}'}}]\nmirrors: ['https://user:secret@mirror.example.org']\n");
        _workspace.Write("shared/conf", _mark);
        _workspace.Container("- package: test/local\n- sync: {src: ../../shared/conf, dest: /etc/conf}\n" + Workspace.OciImage);
        await ExportAsync();
        Import();
        var rebuilt = Elsewhere("! grep -r secret small --exclude-dir=program && cd small && ./buildit --offline").Succeeds();
        Assert.Equal((await _workspace.MustBuildAsync("containers/small")).Output.Split(' ')[1], rebuilt.Output.Split(' ')[1]);
    }

    [Fact]
    public async Task Files_from_outside_of_the_workspace_are_told_with_their_place()
    {
        await _workspace.MustBuildAsync("key", "new");
        _other.Write("conf", _mark);
        _workspace.Recipe("app", "true", tools: Workspace.FewTools).Container($"- package: test/app\n- sync: {{src: ../../../{Path.GetFileName(_other.Path)}/conf, dest: /etc/conf}}\n" + Workspace.OciImage);
        (await _workspace.BuildAsync("bundle", "export", "containers/small", "-o", File)).Fails(2, "containers/small/container.yaml:3:15", "is outside of what is bundled");
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task Mistakes_of_the_command_line_are_told()
    {
        (await _workspace.BuildAsync("bundle", "export", "containers/small", "-o", File)).Fails(2, "there is no key to sign the bundle with", "buildit key new");
        (await _workspace.BuildAsync("bundle", "export", "containers/small")).Fails(2, "option '--output' is required");
        (await _workspace.BuildAsync("bundle", "export", "containers/small", "-o", "nowhere/x")).Fails(2, "'nowhere/x' cannot be written");
        (await _workspace.BuildAsync("bundle", "export", "-o", File)).Fails(2, "no TARGET is given");
    }

    public void Dispose()
    {
        _workspace.Dispose();
        _other.Dispose();
    }

    private async Task<BuilditResult> ExportAsync(params string[] options)
    {
        if (!System.IO.File.Exists(_workspace.In("containers/small/container.yaml")))
        {
            _workspace.Recipe("app", $"echo {_mark} > \"$OUTPUT/app\"", tools: Workspace.FewTools).Container("- package: test/app\n" + Workspace.OciImage + "- image: {type: aci, compression: none}\n");
        }

        await _workspace.MustBuildAsync("key", "new");
        return await _workspace.MustBuildAsync(["bundle", "export", "containers/small", "-o", File, .. options]);
    }

    private void Import() => Elsewhere($"\"$BUILDIT\" bundle import '{File}' --to small --trust '{_workspace.In(".config/buildit/keys/default.pub")}'").Succeeds();

    private BuilditResult Import(string file) => Elsewhere($"\"$BUILDIT\" bundle import {file} --to x --trust '{_workspace.In(".config/buildit/keys/default.pub")}'");

    /// <summary>Unpacks, changes and packs the bundle again in the same order, and expects that it is refused.</summary>
    private void Repack(string change, string expected)
    {
        Run.Shell($"umask 022 && PATH='{_tools}':$PATH && cd '{_other.Path}' && mkdir d && zstd -dc '{File}' | tar -xpf - -C d && zstd -dc '{File}' | tar -tf - | sed 's,/$,,' > l && {change} && tar -C d --format=ustar --no-recursion --owner=0 --group=0 --numeric-owner -cf - -T l | zstd -q > bad && rm -r d l");
        Import("bad").Fails(2, expected);
    }

    /// <summary>A home and store that were never used, and no network.</summary>
    private BuilditResult Elsewhere(string script)
    {
        using var home = new TemporaryDirectory();
        var text = $"export HOME='{home.Path}' BUILDIT_STORE='{home.Path}/store' PATH='{_tools}':$PATH\ncd '{_other.Path}'\nexec unshare -rn /bin/sh -euc \"$SCRIPT\"";
        return Run.Script($"SCRIPT=$(cat <<'END'\n{script}\nEND\n)\nexport SCRIPT\n{text}", _workspace);
    }
}
