using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>A split ACI as others see it: each of its images is one for the reference implementation, and tar, which lays them over each other in order, gets the root of the image that is not split.</summary>
[Collection(nameof(Judged))]
public sealed class SplitTests(Judged judged) : IDisposable
{
    private readonly SmallWorkspace _workspace = new("");
    private readonly string _name = "split" + Guid.NewGuid().ToString("N")[..8];

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task All_images_laid_over_each_other_are_the_root_of_one()
    {
        var split = await BuildAsync("true");
        var flat = Assert.Single(await BuildAsync("false"));
        Assert.True(split.Length > 2);
        Assert.All(split, image => judged.Peers.Run("actool", "validate", image).Succeeded());
        var expected = Unpacked(flat);
        Assert.Contains("usr/lib/x86_64-linux-gnu d 755 ", expected, StringComparison.Ordinal);
        Assert.Equal(expected, Unpacked(split));
    }

    private async Task<string[]> BuildAsync(string isSplit)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_workspace.Home, "containers", "split"));
        await File.WriteAllTextAsync(Path.Combine(directory.FullName, "container.yaml"), $"""
            - vars: {"{"}name: {_name}, version: 1{"}"}
            - package: test/app
            - package: debian/zlib1g
            - directory: {"{"}path: /lib/more, chmod: 0700{"}"}
            - image: {"{"}type: aci, compression: none, split: {isSplit}{"}"}
            """);
        var built = await _workspace.MustAsync("containers/split", "--output", Path.Combine(judged.Work, $"{_name}.{isSplit}"));
        return [.. built.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => $"{_name}.{isSplit}/{Path.GetFileName(l.Split(' ')[0])}")];
    }

    private string Unpacked(params string[] images)
    {
        var place = $"{_name}.root{images.Length}";
        var unpack = string.Concat(images.Select(i => $"tar -xpf {i} --numeric-owner -C {place} rootfs; "));
        return judged.Peers.Shell($"mkdir {place}; {unpack} cd {place}/rootfs; find . -mindepth 1 -type d -printf '%P %y %m %U:%G %Ts\\n' -o -mindepth 1 -printf '%P %y %m %U:%G %n %Ts %l\\n' | sort").Succeeded();
    }
}
