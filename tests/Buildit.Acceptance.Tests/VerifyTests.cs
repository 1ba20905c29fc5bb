using System.Text.Json;

namespace Buildit.Acceptance.Tests;

/// <summary>'buildit verify': what is made again, how it is compared, and that the store stays as it is.</summary>
public sealed class VerifyTests
{
    // Differs in each way that a file can, by the one variation that takes no library.
    private const string Differing = """
        mkdir -p "$OUTPUT"/usr/bin "$OUTPUT"/usr/include "$OUTPUT"/usr/share/doc
        user=$(id -u)
        echo "$user" > "$OUTPUT"/usr/include/header.h
        echo same > "$OUTPUT"/usr/share/doc/same
        echo "built by $user" > "$OUTPUT"/usr/share/doc/text
        ln -s "to-$user" "$OUTPUT"/usr/bin/link
        echo '#!/bin/sh' > "$OUTPUT"/usr/bin/script
        if [ "$user" = 1000 ]; then chmod 755 "$OUTPUT"/usr/bin/script; touch "$OUTPUT"/usr/bin/only-before; else touch "$OUTPUT"/usr/bin/only-after; fi
        """;

    [Fact]
    public async Task R50_every_output_and_every_file_that_differs_is_listed()
    {
        using var workspace = new Workspace().Recipe("many", $": {Workspace.Fresh()}\n{Differing}");
        var before = await workspace.MustBuildAsync("test/many");
        var result = await workspace.BuildAsync("verify", "--vary", "test/many");
        Assert.Equal(5, result.ExitCode);
        Assert.Equal(
            [
                "/usr/include/header.h: content, size 5 -> 6", "/usr/share/doc/text: content, size 14 -> 15", "/usr/bin/link: target to-1000 -> to-65534",
                "/usr/bin/only-after: added", "/usr/bin/only-before: removed", "/usr/bin/script: mode 0755 -> 0644",
            ],
            result.Output.Split('\n').Where(l => l.StartsWith("        /", StringComparison.Ordinal)).Select(l => l.Trim()));
        Assert.Contains("-built by 1000\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("+built by 65534\n", result.Output, StringComparison.Ordinal);
        // The record and its outputs are what they were.
        Assert.Equal(before.Output, (await workspace.MustBuildAsync("test/many")).Says("Found HASH in the local store.").Output);
    }

    [Fact]
    public async Task Without_vary_a_build_is_repeated_and_the_bytes_speak_for_themselves()
    {
        using var workspace = new Workspace().Recipe("dated", "date +%s.%N > \"$OUTPUT/it\"", tools: Workspace.FewTools);
        var result = await workspace.BuildAsync("verify", "test/dated");
        Assert.Equal(5, result.ExitCode);
        Assert.Contains("test/dated-1.0: differs (made again once)", result.Output, StringComparison.Ordinal);
        Assert.Contains("likely cause: date: the date or time of the build (as the bytes look)", result.Output, StringComparison.Ordinal);
        Assert.Contains("$SOURCE_DATE_EPOCH", result.Output, StringComparison.Ordinal);
        result.Says("building again, nothing varied").DoesNotSay("everything varied");
    }

    [Fact]
    public async Task What_is_not_there_is_built_first_and_then_again()
    {
        using var workspace = new Workspace().Recipe("new", $"echo {Workspace.Fresh()} > \"$OUTPUT/it\"", tools: Workspace.FewTools);
        var result = (await workspace.MustBuildAsync("verify", "test/new")).Says("test/new-1.0: built in", "test/new-1.0: building again");
        Assert.Equal("test/new-1.0: identical (made again once)\n", result.Output);
        (await workspace.MustBuildAsync("test/new")).Says("Found HASH in the local store.");
    }

    [Fact]
    public async Task A_build_that_cannot_be_repeated_fails_with_its_reason()
    {
        using var workspace = new Workspace().Recipe("once", $"echo {Workspace.Fresh()} > \"$OUTPUT/it\"; ! grep /verify- /proc/self/mountinfo", tools: "[debian/grep, debian/dash, debian/coreutils, debian/findutils, debian/tar]");
        var result = (await workspace.BuildAsync("verify", "test/once")).Says("'test/once-1.0' failed in phase 'install'", "log: ");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("test/once-1.0: fails (made again once)\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Distribution_packages_are_imported_again_and_groups_made_again()
    {
        using var workspace = new Workspace();
        workspace.Write("pkgs/test/group/pkg.yaml", "name: group\nneeds: {runtime: [debian/dash]}\nlinks: {/usr/bin/shell: dash}\n");
        var result = await workspace.MustBuildAsync("verify", "debian/dash", "test/group");
        Assert.Matches(@"^debian/dash-\S+: identical \(made again once\)\ntest/group: identical \(made again once\)\n$", result.Output);
    }

    [Fact]
    public async Task All_means_every_package_of_the_graph_lowest_first()
    {
        using var workspace = new Workspace().Recipe("low", $"echo {Workspace.Fresh()} > \"$OUTPUT/low\"", tools: Workspace.FewTools);
        workspace.Recipe("high", "cp /low \"$OUTPUT/high\"", tools: "[test/low, debian/dash, debian/coreutils, debian/findutils, debian/tar]");
        Assert.Equal("test/high-1.0: identical (made again once)\n", (await workspace.MustBuildAsync("verify", "test/high")).Output);
        var lines = (await workspace.MustBuildAsync("verify", "--all", "test/high")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["test/low-1.0: identical (made again once)", "test/high-1.0: identical (made again once)"], lines[^2..]);
        Assert.Contains(lines, l => l.StartsWith("debian/libc6-", StringComparison.Ordinal));
        var twice = (await workspace.MustBuildAsync("verify", "--all", "test/low", "test/high")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines.Order(StringComparer.Ordinal), twice.Order(StringComparer.Ordinal));
        Assert.All(lines, l => Assert.EndsWith(": identical (made again once)", l, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Images_of_a_container_are_composed_again()
    {
        using var workspace = new Workspace().Recipe("files", $"echo {Workspace.Fresh()} > \"$OUTPUT/file\"", tools: Workspace.FewTools);
        workspace.Container("- package: test/files\n- image: {type: aci}\n- image: {type: oci, tag: 'small:1', compression: zstd}\n");
        var built = await workspace.MustBuildAsync("containers/small");
        var result = await workspace.MustBuildAsync("verify", "containers/small");
        var digests = built.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')[1]).ToArray();
        Assert.Equal(
            $"test/files-1.0: identical (made again once)\nsmall-1 as ACI: identical (composed again, {digests[0]})\nsmall-1 as OCI: identical (composed again, {digests[1]})\n", result.Output);
    }

    [Fact]
    public async Task A_kept_difference_can_be_looked_at()
    {
        using var workspace = new Workspace().Recipe("random", "head -c 8 /dev/urandom > \"$OUTPUT/it\"", tools: Workspace.FewTools);
        var result = await workspace.BuildAsync("verify", "--keep-failed", "test/random");
        Assert.Equal(5, result.ExitCode);
        var kept = result.Output.Split('\n').Single(l => l.StartsWith("    kept: ", StringComparison.Ordinal))["    kept: ".Length..];
        Assert.Equal(8, new FileInfo(Path.Combine(kept, "outputs/runtime/it")).Length);
        Run.Shell($"find '{kept}' -type d -exec chmod u+w {{}} + && rm -rf '{kept}'");
    }

    [Fact]
    public async Task A_diffoscope_of_the_machine_is_used_where_none_is_pinned()
    {
        using var workspace = new Workspace().Recipe("random", "head -c 8 /dev/urandom > \"$OUTPUT/it\"", tools: Workspace.FewTools);
        var program = workspace.Write("bin/diffoscope", "#!/bin/sh\nfor last; do :; done\necho looked at \"$(ls \"$last\")\"\nexit 1\n");
        Run.Shell($"chmod +x '{program}'");
        workspace.Environment["PATH"] = workspace.In("bin") + ":/usr/bin:/bin";
        var result = await workspace.BuildAsync("verify", "test/random");
        Assert.Contains("    diffoscope of runtime:\n        looked at it\n", result.Output, StringComparison.Ordinal);
        workspace.Write("bin/diffoscope", "#!/bin/sh\necho no such thing >&2\nexit 2\n");
        Assert.Contains("diffoscope failed with exit code 2: no such thing", (await workspace.BuildAsync("verify", "test/random")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_says_everything_that_the_lines_say()
    {
        using var workspace = new Workspace().Recipe("many", $": {Workspace.Fresh()}\n{Differing}");
        var result = await workspace.BuildAsync("verify", "--vary", "--json", "test/many");
        Assert.Equal(5, result.ExitCode);
        var package = JsonDocument.Parse(result.Output).RootElement.GetProperty("packages")[0];
        Assert.Equal(["dev", "doc", "runtime"], package.GetProperty("outputs").EnumerateArray().Select(o => o.GetProperty("output").GetString()));
        var script = package.GetProperty("outputs")[2].GetProperty("files").EnumerateArray().Single(f => f.GetProperty("path").GetString() == "/usr/bin/script");
        Assert.Equal("mode", script.GetProperty("changes")[0].GetString());
        var text = package.GetProperty("outputs")[1].GetProperty("files")[0].GetProperty("contents")[0];
        Assert.Equal(9, text.GetProperty("offset").GetInt32());
        Assert.Contains("+built by 65534", text.GetProperty("diff").EnumerateArray().Select(l => l.GetString()));
        Assert.Equal("user", package.GetProperty("causes")[0].GetProperty("blamed")[0].GetString());
    }

    [Theory]
    [InlineData(2, "nothing to verify: no TARGET is given", "verify")]
    [InlineData(2, "there is no target 'nothing'", "verify", "nothing")]
    [InlineData(2, "--vary and --against exclude each other", "verify", "--vary", "--against", ".", "test/x")]
    [InlineData(2, "there is no option '--varry'", "verify", "--varry", "test/x")]
    [InlineData(2, "'pkgs' is no place with records", "verify", "--against", "pkgs", "test/x")]
    [InlineData(3, "test/none", "verify", "test/none")]
    public async Task Mistakes_are_told(int code, string said, params string[] arguments)
    {
        using var workspace = new Workspace().Recipe("x", "touch \"$OUTPUT/x\"");
        var result = await workspace.BuildAsync(arguments);
        Assert.True(result.ExitCode == code && result.Error.Contains(said, StringComparison.OrdinalIgnoreCase), result.ToString());
        Assert.Empty(result.Output);
    }
}
