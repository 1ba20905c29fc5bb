using System.Text.Json;
using System.Text.RegularExpressions;

namespace Buildit.Peers.Tests;

/// <summary>An image holds what it needs: all of it, and nothing else.</summary>
[Collection(nameof(Judged))]
public sealed partial class ContentTests(Judged judged)
{
    private const long MostBytes = 12_000_000;

    public static TheoryData<string> Containers { get; } = ["nginx-prod", "redis"];

    [Theory]
    [MemberData(nameof(Containers))]
    public void Umoci_unpacks_what_the_ACI_holds(string container)
    {
        var image = judged.Image(container);

        var unpacked = RootfsListing.OfDirectory(judged, $"{image.Bundle}/rootfs", withOwner: Peers.IsRoot);

        Assert.Equal(RootfsListing.OfAci(Path.Combine(judged.Work, image.Aci), withOwner: Peers.IsRoot), unpacked);
    }

    [Theory]
    [MemberData(nameof(Containers))]
    public void Nothing_for_building_or_reading_is_in_it(string container)
    {
        var rootfs = RootfsOf(container);

        var paths = Directory.EnumerateFiles(rootfs, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(rootfs, f));

        Assert.DoesNotContain(paths, path => Unwanted().IsMatch(path) || StartsWith(Path.Combine(rootfs, path), "#!"u8));
    }

    [Theory]
    [InlineData("nginx-prod", "nginx")]
    [InlineData("redis", "redis-benchmark", "redis-check-aof", "redis-check-rdb", "redis-cli", "redis-sentinel", "redis-server")]
    public void Its_only_programs_are_its_own(string container, params string[] expected)
    {
        var rootfs = RootfsOf(container);

        var programs = new[] { "usr/bin", "usr/sbin" }.Select(d => Path.Combine(rootfs, d)).Where(Directory.Exists).SelectMany(Directory.EnumerateFiles).Select(Path.GetFileName);

        Assert.Equal(expected.Order(StringComparer.Ordinal), programs.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Containers))]
    public void Every_library_is_found_by_the_images_own_loader(string container)
    {
        var rootfs = RootfsOf(container);
        var files = Directory.EnumerateFiles(rootfs, "*", SearchOption.AllDirectories).Where(f => new FileInfo(f).LinkTarget is null && StartsWith(f, "\u007fELF"u8));
        string[] inside = [.. files.Select(f => "/" + Path.GetRelativePath(rootfs, f)).Where(f => !f.Contains("/ld-linux-", StringComparison.Ordinal))];

        const string List = """for file; do echo "$file:"; unshare --map-root-user --root="$0" /lib64/ld-linux-x86-64.so.2 --list "$file" || echo "$file: cannot be loaded"; done""";
        var listed = judged.Peers.Run(["sh", "-c", List + " 2>&1", $"{judged.Image(container).Bundle}/rootfs", .. inside]).Succeeded();

        Assert.True(listed.Split("libc.so.6 => /").Length > inside.Length / 2, listed);
        Assert.DoesNotContain("not found", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("cannot be loaded", listed, StringComparison.Ordinal);
    }

    [Fact]
    public void Nginx_is_made_of_these_packages_only()
    {
        string[] expected = ["debian/libc6", "debian/libcrypt1", "debian/libgcc-s1", "debian/libssl3", "dev-libs/pcre2", "sys-libs/zlib", "www-servers/nginx"];

        Assert.Equal([.. expected.Select(p => $"buildit: {p} (runtime)"), "buildit: container layer"], judged.HistoryOf(judged.Nginx));
    }

    [Fact]
    public void Nginx_is_small()
    {
        var manifest = JsonDocument.Parse(judged.Peers.Run("skopeo", "inspect", "--raw", judged.Nginx.Reference).Succeeded()).RootElement;

        Assert.InRange(manifest.GetProperty("layers").EnumerateArray().Sum(layer => layer.GetProperty("size").GetInt64()), 1, MostBytes);
    }

    private string RootfsOf(string container) => Path.Combine(judged.Work, judged.Image(container).Bundle, "rootfs");

    private static bool StartsWith(string file, ReadOnlySpan<byte> magic)
    {
        if (new FileInfo(file).LinkTarget is not null)
        {
            return false;
        }

        Span<byte> start = stackalloc byte[magic.Length];
        using var stream = File.OpenRead(file);
        return stream.ReadAtLeast(start, magic.Length, throwOnEndOfStream: false) == magic.Length && start.SequenceEqual(magic);
    }

    // Compilers and interpreters; headers, static libraries and what linking wants; documents and translations; package managers' files.
    [GeneratedRegex(@"(^|/)(gcc|cc|c\+\+|g\+\+|cpp|ld|as|make|perl|python|bash|dash|sh|busybox)[\d.-]*$|\.(h|hpp|a|la|o|pc|pl|pm|py|sh|debug)$|(^|/)(include|pkgconfig|doc|man|info|locale|lintian|dpkg|cmake)/")]
    private static partial Regex Unwanted();
}
