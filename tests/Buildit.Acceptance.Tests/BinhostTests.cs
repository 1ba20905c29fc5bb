using System.Runtime.InteropServices;
using Buildit.Testing;
using Buildit.Tests.Shared;

namespace Buildit.Acceptance.Tests;

/// <summary>One user builds and pushes, another one takes: two homes, two stores.</summary>
public sealed class BinhostTests : IDisposable
{
    private readonly string _mark = Workspace.Fresh();
    private readonly TemporaryDirectory _shared = new();
    private readonly List<Workspace> _workspaces = [];

    private string Place => Path.Combine(_shared, "bin");

    [Fact]
    public async Task A_container_that_one_has_pushed_the_other_takes_without_network_toolchain_or_build()
    {
        var builder = await BuilderAsync();
        var pushed = await builder.MustBuildAsync("containers/small", "--push");
        pushed.Says("    Uploading packages to 'shared'", "Uploading container spec and image(s) to 'shared'", "Defaulting to local build...");
        Assert.True(IndexOf(pushed, "Defaulting to local build") < IndexOf(pushed, "Uploading packages") && IndexOf(pushed, "Uploading packages") < IndexOf(pushed, "Packaging") && IndexOf(pushed, "Packaging") < IndexOf(pushed, "Uploading container spec"));
        Run.Shell($"test -f '{Place}/oci-layout' && test -f '{Place}/containers/small-1.yaml' && grep -q small:1 '{Place}/index.json'");

        var user = await UserAsync(builder);
        var taken = Run.Script("export HOME=\"$PWD\"; exec unshare -rn \"$BUILDIT\" containers/small", user).Succeeds();
        taken.Says("Found HASH in 'shared'.", "Found the image in 'shared'.", "Nothing was built").DoesNotSay("warning");
        Assert.Equal(pushed.Output, taken.Output);
        Assert.Equal("", Run.Shell($"diff -r '{builder.In("out")}' '{user.In("out")}'"));
        Assert.Empty(Directory.EnumerateFiles(user.Store, "*.deb", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Pushing_again_moves_nothing()
    {
        var builder = await BuilderAsync();
        await builder.MustBuildAsync("containers/small", "--push=shared");
        var before = Listing();
        (await builder.MustBuildAsync("push", "containers/small", "--to", "shared")).Says("pushed 0 (0 files, 0.0 MB)");
        Assert.Equal(before, Listing());
    }

    [Fact]
    public async Task Images_that_are_one_file_are_shared_under_their_names_and_left_alone_when_nothing_changed()
    {
        var builder = await BuilderAsync();
        builder.Container("- package: test/app\n- image: {type: docker-archive, tag: 'small:1'}\n- image: {type: tar}\n");
        var pushed = await builder.MustBuildAsync("containers/small", "--push");
        pushed.Says("as DOCKER-ARCHIVE...", "as TAR...");
        string[] names = ["small-1-linux-amd64.docker.tar", "small-1-linux-amd64.tar"];
        Assert.All(names, name => Run.Shell($"cmp '{Place}/images/{name}' '{builder.In("out")}/{name}'"));
        var listed = (await builder.MustBuildAsync("binhost", "list", "shared")).Output;
        Assert.Contains("docker-archive ", listed, StringComparison.Ordinal);
        Assert.Contains("tar      ", listed, StringComparison.Ordinal);

        var written = names.Select(n => File.GetLastWriteTimeUtc(builder.In("out/" + n))).ToArray();
        Assert.Equal(pushed.Output, (await builder.MustBuildAsync("containers/small")).Output);
        Assert.Equal(written, names.Select(n => File.GetLastWriteTimeUtc(builder.In("out/" + n))));

        var user = await UserAsync(builder);
        (await user.MustBuildAsync("pull", "containers/small")).Says("Found the image in 'shared'.");
        Assert.Equal("", Run.Shell($"diff -r '{builder.In("out")}' '{user.In("out")}'"));
        (await user.MustBuildAsync("containers/small", "--type", "tar", "--output", "only")).DoesNotSay("DOCKER-ARCHIVE");
        Assert.Equal(names[1], Path.GetFileName(Assert.Single(Directory.EnumerateFileSystemEntries(user.In("only")))));
        (await user.MustBuildAsync("diff", "out/" + names[0], "out/" + names[1])).DoesNotSay("error");
        (await user.BuildAsync("containers/small", "--type", "docker")).Fails(2, "'docker' is not an image type");
    }

    [Fact]
    public async Task Over_http_too_and_what_the_server_lacks_is_built()
    {
        var builder = await BuilderAsync();
        await builder.MustBuildAsync("containers/small", "--push");
        using var server = Served();
        var user = await UserAsync(builder, server.Url);
        (await user.MustBuildAsync("containers/small")).Says("Found HASH in 'shared'.", "Found the image in 'shared'.");
        Assert.Equal("", Run.Shell($"diff -r '{builder.In("out")}' '{user.In("out")}'"));

        // A record whose layers are gone, there and here: told, and built.
        var other = (await UserAsync(builder, server.Url)).WithOwnStore();
        foreach (var blob in server.Files.Keys.Where(k => k.StartsWith("/blobs/", StringComparison.Ordinal) && server.Files[k].AsSpan().StartsWith((byte[])[0x28, 0xB5, 0x2F, 0xFD])))
        {
            server.Files.TryRemove(blob, out _);
            File.Delete(other.Store + blob);
        }

        (await other.MustBuildAsync("test/app")).Says("warning: the binhost 'shared' has a record of 'test/app-1.0', but cannot give what it names: it is not there", "Defaulting to local build...");
    }

    [Fact]
    public async Task Through_a_bucket_too_and_who_may_not_read_it_is_told_what_to_do()
    {
        using var server = new BucketServer { AccessKey = "AKIDEXAMPLE" };
        var builder = await BuilderAsync();
        Configure(builder, "{name: shared, url: 's3://bin/team'}");
        Admit(builder);
        await builder.MustBuildAsync("containers/small", "--push");
        (await builder.MustBuildAsync("push", "containers/small", "--to", "shared")).Says("pushed 0 (0 files, 0.0 MB)");

        var user = await UserAsync(builder, "s3://bin/team");
        Admit(user);
        (await user.MustBuildAsync("containers/small")).Says("Found HASH in 'shared'.", "Found the image in 'shared'.", "Nothing was built").DoesNotSay("warning");
        Assert.Equal("", Run.Shell($"diff -r '{builder.In("out")}' '{user.In("out")}'"));

        var stranger = (await UserAsync(builder, "s3://bin/team")).WithOwnStore();
        stranger.Environment["AWS_ENDPOINT_URL"] = server.Url;
        (await stranger.MustBuildAsync("test/app")).Says("warning: the binhost 'shared' (s3://bin/team) is left alone for the rest of this run", "there are no credentials: set AWS_PROFILE", "Defaulting to local build...");

        void Admit(Workspace workspace)
        {
            workspace.Environment["AWS_ENDPOINT_URL"] = server.Url;
            workspace.Environment["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE";
            workspace.Environment["AWS_SECRET_ACCESS_KEY"] = "word";
        }
    }

    [Fact]
    public async Task What_is_not_signed_is_built_and_where_binhosts_are_required_it_is_refused()
    {
        var builder = await BuilderAsync(withKey: false);
        (await builder.MustBuildAsync("test/app", "--push")).Says("warning: what is pushed to 'shared' is not signed", "buildit key new");
        var user = (await UserAsync(builder)).WithOwnStore();
        (await user.BuildAsync("test/app", "--require-binhost")).Fails(6, "the binhost 'shared' has 'test/app-1.0', but it is not signed", "buildit push test/app --to shared");
        (await user.BuildAsync("pull", "test/app")).Fails(6, "error: the binhost 'shared' has 'test/app-1.0', but it is not signed").DoesNotSay("warning");
        (await user.MustBuildAsync("test/app")).Says("warning: the binhost 'shared' has 'test/app-1.0', but it is not signed", "Defaulting to local build...").DoesNotSay("the same with");
    }

    [Fact]
    public async Task A_key_is_accepted_by_its_fingerprint_and_not_before()
    {
        var builder = await BuilderAsync();
        await builder.MustBuildAsync("test/app", "--push");
        var user = User(builder, Place);
        (await user.BuildAsync("pull", "test/app")).Fails(6, "it is signed by the unknown key ", "buildit key trust shared ");
        var offer = (await user.MustBuildAsync("key", "trust", "shared")).Output;
        var key = offer.Split(' ')[0];
        (await user.BuildAsync("key", "trust", "shared", key[..20])).Fails(2, "offers no key");
        await user.MustBuildAsync("key", "trust", "shared", key);
        Assert.StartsWith($"{key} for {Place}", (await user.MustBuildAsync("key", "list")).Output, StringComparison.Ordinal);
        (await user.MustBuildAsync("pull", "test/app")).Says("Found HASH in 'shared'.");
        await user.MustBuildAsync("key", "trust", "shared", key, "--not-after", "2001-01-01");
        File.Delete(Path.Combine(user.Store, "index.db"));
        (await user.BuildAsync("pull", "test/app")).Fails(6, "counts until 2001-01-01 only", $"buildit key trust shared {key} --not-after DATE");
    }

    [Fact]
    public async Task A_broken_catalog_is_told_with_the_command_that_makes_it_again()
    {
        var builder = await BuilderAsync();
        await builder.MustBuildAsync("test/app", "--push");
        File.WriteAllText(Path.Combine(Place, "records/catalog"), "broken");
        var user = await UserAsync(builder);
        (await user.BuildAsync("pull", "test/app")).Fails(7, "where its catalog has to be\nhint: ", "buildit binhost rebuild-catalog shared");
        await builder.MustBuildAsync("binhost", "rebuild-catalog", "shared");
        (await user.MustBuildAsync("pull", "test/app")).Says("Found HASH in 'shared'.");
    }

    [Fact]
    public async Task What_no_binhost_has_is_not_pulled()
    {
        var builder = await BuilderAsync();
        var user = await UserAsync(builder);
        (await user.BuildAsync("pull", "test/app")).Fails(7, "no binhost has 'test/app-1.0'", "hint: ");
    }

    [Fact]
    public async Task R38_a_place_that_cannot_be_written_fails_only_what_was_asked_for()
    {
        var builder = await BuilderAsync();
        File.WriteAllText(Place, "I am a file\n");
        (await builder.MustBuildAsync("test/app")).DoesNotSay("Uploading");
        var result = await builder.BuildAsync("test/app", "--push");
        Assert.Equal(4, result.ExitCode);
        result.Says("[FAILED]", "the binhost 'shared'");
        Assert.Contains("test/app-1.0 runtime sha256:", result.Output, StringComparison.Ordinal);
        Configure(builder, $"{{name: shared, url: '{Place}', push: true}}");
        (await builder.MustBuildAsync("test/app")).Says("[FAILED]", "warning: the binhost 'shared'");
    }

    [Fact]
    public async Task A_place_that_cannot_be_reached_is_told_once_and_everything_is_built()
    {
        var builder = await BuilderAsync();
        Configure(builder, "{name: dead, download: 'http://127.0.0.1:9/'}");
        var result = await builder.MustBuildAsync("containers/small");
        Assert.Equal(2, result.Error.Split("the binhost 'dead'").Length);
        result.Says("warning: the binhost 'dead' (http://127.0.0.1:9/) is left alone for the rest of this run", "Defaulting to local build...");
    }

    [Fact]
    public async Task A_place_that_cannot_be_meant_is_told_and_passed_over()
    {
        var builder = await BuilderAsync();
        Configure(builder, "{name: far, url: 's3://Some_One/bin'}");
        (await builder.MustBuildAsync("test/app")).Says("warning: the binhost 'far' is not read from", "'Some_One' is no name of a bucket");
        (await builder.BuildAsync("test/app", "--push=far")).Fails(3, "'Some_One' is no name of a bucket");
        (await builder.BuildAsync("test/app", "--push=fra")).Fails(2, "there is no binhost 'fra'", "did you mean 'far'?");
    }

    [Fact]
    public async Task Two_push_at_once_and_both_are_there()
    {
        var builder = await BuilderAsync();
        builder.Recipe("two", $"echo two {_mark} > \"$OUTPUT/two\"", tools: Workspace.FewTools);
        using var one = builder.Start("test/app", "--push");
        using var two = builder.Start("test/two", "--push");
        Assert.All(await Task.WhenAll(Run.EndOfAsync(one), Run.EndOfAsync(two)), r => r.Succeeds());
        var user = await UserAsync(builder);
        (await user.MustBuildAsync("pull", "test/app", "test/two")).Says("Found HASH in 'shared'.").DoesNotSay("warning");
    }

    [Fact]
    public async Task A_push_that_was_killed_is_finished_by_the_next_one()
    {
        var builder = await BuilderAsync();
        await builder.MustBuildAsync("containers/small");
        for (var files = 1; files < 40; files += 6)
        {
            using var process = builder.Start("push", "containers/small");
            while (!process.HasExited && (!Directory.Exists(Place) || Directory.EnumerateFiles(Place, "*", SearchOption.AllDirectories).Count() < files))
            {
                await Task.Delay(5);
            }

            process.Kill();
            await process.WaitForExitAsync();
        }

        await builder.MustBuildAsync("push", "containers/small");
        var user = await UserAsync(builder);
        (await user.MustBuildAsync("pull", "containers/small")).Says("Found the image in 'shared'.").DoesNotSay("warning");
        Assert.Equal("", Run.Shell($"diff -r '{builder.In("out")}' '{user.In("out")}'"));
    }

    [Fact]
    public async Task R27_a_download_that_was_interrupted_goes_on()
    {
        var builder = await BuilderAsync();
        await builder.MustBuildAsync("containers/small", "--push");
        using var held = new SmallServer { Holds = true };
        using var server = Served();
        var user = await UserAsync(builder, held.Url);
        using (var process = user.Start("pull", "containers/small"))
        {
            await Run.UntilAsync(() => held.Requests > 0, "a request");
            Run.Signal(PosixSignal.SIGINT, process.Id);
            Assert.Equal(130, (await Run.EndOfAsync(process)).ExitCode);
            Run.LeavesNoWork(user.Store, process.Id);
        }

        Configure(user, $"{{name: shared, download: '{server.Url}'}}");
        await user.MustBuildAsync("key", "trust", "shared", builder.In(".config/buildit/keys/default.pub"));
        (await user.MustBuildAsync("pull", "containers/small")).Says("Found the image in 'shared'.");
    }

    [Fact]
    public async Task Sources_and_logs_are_shared_where_that_is_asked_for()
    {
        var builder = await BuilderAsync();
        using var server = new SmallServer();
        var source = System.Text.Encoding.ASCII.GetBytes($"source {_mark}\n");
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(source));
        server.Files["/source.txt"] = source;
        builder.Recipe("app", "cp source.txt \"$OUTPUT/app\"", more: $"versions: {{1.0: {{sources: [{{url: '{server.Url}/source.txt', sha256: {digest}}}]}}}}\n", tools: Workspace.FewTools);
        await builder.MustBuildAsync("push", "test/app", "--sources", "--logs");
        Assert.Single(Directory.EnumerateFiles(Path.Combine(Place, "logs")));

        server.Files.Clear();
        var user = (await UserAsync(builder)).WithOwnStore();
        Run.Shell($"rm '{user.Store}/blobs/sha256/{digest}'");
        (await user.MustBuildAsync("test/app", "--rebuild")).Says("built in");
    }

    [Fact]
    public async Task Sources_from_git_are_shared_too_and_serve_when_the_repository_is_gone()
    {
        var builder = await BuilderAsync();
        var upstream = new GitUpstream(Path.Combine(_shared, "upstream")).Write("source.txt", _mark);
        upstream.Commit();
        builder.Recipe("app", "cp source.txt \"$OUTPUT/app\"", more: $"versions: {{1.0: {{sources: [{{git: '{upstream.Url}', branch: main}}]}}}}\n", tools: Workspace.FewTools);
        var pushed = (await builder.MustBuildAsync("push", "test/app", "--sources")).Output;
        Directory.Move(upstream.Path, upstream.Path + ".gone");

        var user = (await UserAsync(builder)).WithOwnStore();
        var pins = File.ReadAllText(user.In("pkgs/test/app/buildit.lock"));
        Run.Shell($"rm '{user.Store}/blobs/sha256/{pins[(pins.IndexOf("SHA256: ", StringComparison.Ordinal) + 8)..].Trim()}'");
        var built = await user.MustBuildAsync("test/app", "--rebuild");
        built.Says("built in");
        Assert.Equal(pushed, built.Output);
        await user.MustBuildAsync("test/app", "--rebuild", "--offline");
    }

    [Fact]
    public async Task Keys_are_for_their_owner_and_never_overwritten()
    {
        var builder = await BuilderAsync();
        var secret = builder.In(".config/buildit/keys/default.key");
        Assert.Equal("600\n", Run.Shell($"stat -c %a '{secret}'"));
        (await builder.BuildAsync("key", "new")).Fails(2, "is there already", "--name");
        (await builder.BuildAsync("key", "new", "--not-after", "tomorrow")).Fails(2, "takes a date like");
        Assert.Contains("-----BEGIN PUBLIC KEY-----", (await builder.MustBuildAsync("key", "export")).Output, StringComparison.Ordinal);
        (await builder.BuildAsync("key", "export", "--name", "other")).Fails(2, "there is no key 'other'");
        Run.Shell($"chmod 644 '{secret}'");
        (await builder.BuildAsync("test/app", "--push")).Fails(6, "can be read by others", "chmod 600");
    }

    public void Dispose()
    {
        _workspaces.ForEach(w => w.Dispose());
        _shared.Dispose();
    }

    private async Task<Workspace> BuilderAsync(bool withKey = true)
    {
        var workspace = Make(Place);
        if (withKey)
        {
            await workspace.MustBuildAsync("key", "new");
        }

        return workspace;
    }

    /// <summary>Another user of the same files, with an empty store, who trusts the builder.</summary>
    private async Task<Workspace> UserAsync(Workspace builder, string? place = null)
    {
        var user = User(builder, place ?? Place);
        if (File.Exists(builder.In(".config/buildit/keys/default.pub")))
        {
            await user.MustBuildAsync("key", "trust", "shared", builder.In(".config/buildit/keys/default.pub"));
        }

        return user;
    }

    private Workspace User(Workspace builder, string place)
    {
        var user = Make(place);
        user.Store = user.In("store");
        Run.Shell($"cp -r '{builder.In("pkgs")}' '{builder.In("containers")}' '{user.Path}'");
        return user;
    }

    private Workspace Make(string place)
    {
        var workspace = new Workspace().Recipe("app", $"echo {_mark} > \"$OUTPUT/app\"", tools: Workspace.FewTools);
        workspace.Container("- package: test/app\n" + Workspace.OciImage + "- image: {type: aci, compression: none}\n");
        Configure(workspace, place.Contains("://", StringComparison.Ordinal) ? $"{{name: shared, download: '{place}'}}" : $"{{name: shared, url: '{place}'}}");
        _workspaces.Add(workspace);
        return workspace;
    }

    private static void Configure(Workspace workspace, string binhost) => workspace.Write(".buildit-config.yaml", $"recipes: [./pkgs]\nbinhosts:\n  - {binhost}\n");

    /// <summary>The place as it is now, on a web server.</summary>
    private SmallServer Served()
    {
        var server = new SmallServer();
        foreach (var file in Directory.EnumerateFiles(Place, "*", SearchOption.AllDirectories))
        {
            server.Files["/" + Path.GetRelativePath(Place, file)] = File.ReadAllBytes(file);
        }

        return server;
    }

    private string Listing() => Run.Shell($"cd '{Place}' && find . -type f ! -name '.lock*' -printf '%p %T@\\n' | sort");

    private static int IndexOf(BuilditResult result, string text) => result.Error.IndexOf(text, StringComparison.Ordinal);
}
