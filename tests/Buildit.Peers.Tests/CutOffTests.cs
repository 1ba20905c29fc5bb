using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>Early cutoff with the recipes of this checkout.</summary>
[Collection(nameof(Judged))]
public sealed class CutOffTests(Judged judged)
{
    [Theory]
    [InlineData("  install: make install DESTDIR=\"$OUTPUT\"\n", "  install: |\n    # {0}\n    make   install   DESTDIR=\"$OUTPUT\"\n")]
    public async Task A_comment_in_zlibs_install_phase_rebuilds_zlib_alone_and_leaves_nginxs_images_untouched(string before, string after)
    {
        Assert.NotNull(judged);
        using var copy = WorkspaceCopy.Of("pkgs", "containers/nginx-prod");
        await File.WriteAllTextAsync(Path.Combine(copy, ".buildit-config.yaml"), "recipes: [./pkgs]\n");
        var recipe = Path.Combine(copy, "pkgs/sys-libs/zlib/pkg.yaml");
        var text = await File.ReadAllTextAsync(recipe);
        Assert.Contains(before, text, StringComparison.Ordinal);

        // Twice: what is in the store may come from an earlier program, with other build keys.
        await WriteAsync();
        var first = await BuildAsync(copy);
        var images = StateOf(Path.Combine(copy, "out"));
        await WriteAsync();
        var second = await BuildAsync(copy);
        Assert.Equal(["sys-libs/zlib-1.3.1"], Told(second, ": built in "));
        Assert.Equal(["www-servers/nginx-1.26.3"], Told(second, ": its inputs give what was built before"));
        Assert.Equal(first.Output, second.Output);
        Assert.Equal(images, StateOf(Path.Combine(copy, "out")));

        var third = await BuildAsync(copy);
        Assert.Contains("Nothing was built", third.Error, StringComparison.Ordinal);

        Task WriteAsync() => File.WriteAllTextAsync(recipe, text.Replace(before, string.Format(null, after, Guid.NewGuid()), StringComparison.Ordinal));
    }

    private static async Task<BuilditResult> BuildAsync(string directory)
    {
        var result = await BuilditProcess.RunAsync(directory, "containers/nginx-prod", "--progress=plain");
        Assert.True(result.ExitCode == 0, result.ToString());
        return result;
    }

    private static string[] Told(BuilditResult result, string what) =>
        [.. result.Error.Split('\n').Where(l => l.Contains(what, StringComparison.Ordinal)).Select(l => l[..l.IndexOf(what, StringComparison.Ordinal)].Trim())];

    private static string[] StateOf(string directory) =>
        [.. new DirectoryInfo(directory).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Select(f => $"{f.FullName} {f.LastWriteTimeUtc:O}").Order(StringComparer.Ordinal)];
}
