using System.Text.Json;
using System.Text.RegularExpressions;
using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>A binhost is looked at and looked after by its owner.</summary>
public sealed partial class BinhostHouseTests : IDisposable
{
    private const string Summary = "says <script>alert(1)</script> & \"more\"";
    private readonly string _mark = Workspace.Fresh();
    private readonly Workspace _workspace = new();

    private string Place => _workspace.In("bin");

    [Fact]
    public async Task Pushing_makes_pages_that_ask_for_nothing_and_believe_nothing()
    {
        await PushAsync("http://127.0.0.1:9/containers");
        var front = Page("index.html");
        Assert.Contains("<a href=\"packages/test/app.html\">test/app</a>", front, StringComparison.Ordinal);
        Assert.Contains("<a href=\"images/small.html\">small</a>", front, StringComparison.Ordinal);
        Assert.Contains("<meta name=\"ac-discovery\" content=\"127.0.0.1/containers/small http://127.0.0.1:9/containers/aci/small-{version}-{os}-{arch}.{ext}\">", front, StringComparison.Ordinal);
        var package = Page("packages/test/app.html");
        Assert.Contains("says &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;", package, StringComparison.Ordinal);
        var pages = Directory.EnumerateFiles(Place, "*.html", SearchOption.AllDirectories).ToArray();
        Assert.Contains(pages, p => File.ReadAllText(p).Contains("/bin/greeting", StringComparison.Ordinal));
        foreach (var page in pages)
        {
            var text = File.ReadAllText(page);
            Assert.DoesNotContain("<script>alert", text, StringComparison.Ordinal);
            Assert.Empty(Fetched().Matches(text).Select(m => m.Value).Where(v => !v.Contains("data:,", StringComparison.Ordinal)));
            // Every link within the binhost leads somewhere.
            var links = Link().Matches(text).Select(m => Uri.UnescapeDataString(m.Groups[1].Value)).Where(l => !l.Contains("://", StringComparison.Ordinal) && !l.StartsWith("data:", StringComparison.Ordinal));
            Assert.Empty(links.Where(l => !File.Exists(Path.GetFullPath(l, Path.GetDirectoryName(page)!))));
        }
    }

    [Fact]
    public async Task Pushing_again_writes_no_page_and_pushing_elsewhere_writes_the_same()
    {
        await PushAsync();
        var before = Pages();
        await _workspace.MustBuildAsync("push", "containers/small");
        Assert.Equal(before, Pages());
        var first = Page("packages/test/app.html");
        Directory.Delete(Place, recursive: true);
        await _workspace.MustBuildAsync("push", "containers/small");
        Assert.Equal(first, Page("packages/test/app.html"));
    }

    [Fact]
    public async Task It_is_listed_measured_and_checked()
    {
        await PushAsync();
        var list = await _workspace.MustBuildAsync("binhost", "list");
        Assert.Matches("package  [0-9a-f-]{36} test/app-1.0\n", list.Output);
        Assert.Matches("aci      [0-9a-f-]{36} small-1\n", list.Output);
        using var json = JsonDocument.Parse((await _workspace.MustBuildAsync("binhost", "list", "shared", "--json")).Output);
        Assert.Contains(json.RootElement.GetProperty("records").EnumerateArray(), r => r.GetProperty("name").GetString() == "test/app");
        Assert.Contains("test/app", (await _workspace.MustBuildAsync("binhost", "du", Place)).Output, StringComparison.Ordinal);
        (await _workspace.MustBuildAsync("binhost", "verify")).Says("everything is as it must be");

        var aci = Directory.EnumerateFiles(Path.Combine(Place, "aci")).Single();
        File.Delete(aci);
        File.WriteAllText(aci, "other bytes");
        var damaged = await _workspace.BuildAsync("binhost", "verify");
        Assert.Equal(4, damaged.ExitCode);
        Assert.Contains("aci/small-1-linux-amd64.aci (small-1): has other bytes", damaged.Output, StringComparison.Ordinal);
        await _workspace.MustBuildAsync("push", "containers/small");
        await _workspace.MustBuildAsync("binhost", "verify");
        Directory.Delete(_workspace.In(".config"), recursive: true);
        var untrusted = await _workspace.BuildAsync("binhost", "verify", "--json");
        Assert.Equal(6, untrusted.ExitCode);
        Assert.Contains("buildit key trust shared", untrusted.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_old_goes_unless_it_is_pinned()
    {
        await PushAsync();
        _workspace.Edit("pkgs/test/app/pkg.yaml", _mark, "another " + _mark);
        await _workspace.MustBuildAsync("test/app", "--push");
        string[] everything = ["--keep", "1", "--older-than", "0h", "--grace", "0h"];
        var old = (await _workspace.MustBuildAsync(["binhost", "gc", "--dry-run", .. everything])).Output;
        // The image is the newest of its name, and so the package in it stays.
        Assert.DoesNotContain("test/app", old, StringComparison.Ordinal);
        await _workspace.MustBuildAsync("push", "containers/small", "--type", "aci");
        Assert.Contains("test/app-1.0", (await _workspace.MustBuildAsync("binhost", "pin", "test/app")).Output, StringComparison.Ordinal);
        Assert.Contains("(pinned)", (await _workspace.MustBuildAsync("binhost", "list")).Output, StringComparison.Ordinal);
        await _workspace.MustBuildAsync("binhost", "unpin", "test/app");
        (await _workspace.BuildAsync("binhost", "unpin", "test/app")).Fails(3, "nothing is");
        (await _workspace.BuildAsync("binhost", "pin", "test/ap")).Fails(3, "has no 'test/ap'", "did you mean 'test/app'?");
        await _workspace.MustBuildAsync(["binhost", "gc", .. everything]);
        (await _workspace.MustBuildAsync("binhost", "verify")).Says("everything is as it must be");
        await _workspace.MustBuildAsync("pull", "test/app");
    }

    [Fact]
    public async Task Bills_of_materials_are_pushed_where_that_is_asked_for_linked_and_kept_with_their_records()
    {
        await PushAsync();
        Assert.False(Directory.Exists(Path.Combine(Place, "sboms")));
        _workspace.Container("- package: test/app\n" + Workspace.OciImage + "- image: {type: aci, compression: none, sbom: 'off'}\n");
        await _workspace.MustBuildAsync("push", "containers/small", "--sboms");
        var wanted = new List<string>();
        foreach (var (target, kind, page) in new[] { ("containers/small", "oci", "images/small.html"), ("test/app", "package", "packages/test/app.html") })
        {
            var key = await DescribedAsync(kind, target == "test/app" ? target : "small");
            foreach (var (format, ending) in new[] { ("spdx", "spdx.json"), ("cyclonedx", "cdx.json") })
            {
                wanted.Add($"{key}.{ending}");
                Assert.Equal((await _workspace.MustBuildAsync("sbom", target, "--format", format)).Output, Page($"sboms/{key}.{ending}"));
                Assert.Contains($"sboms/{key}.{ending}\">{format}</a>", Page(page), StringComparison.Ordinal);
            }
        }

        Assert.Equal(wanted.Order(), Sboms());
        string[] tidy = ["binhost", "gc", "--keep", "1", "--older-than", "0h", "--grace", "0h"];
        await _workspace.MustBuildAsync(tidy);
        Assert.Equal(wanted.Order(), Sboms());
        var pages = Pages();
        var again = await _workspace.MustBuildAsync("push", "containers/small", "--sboms");
        Assert.Equal(2, again.Error.Split("pushed 0 (0 files, 0.0 MB)").Length - 1);
        await _workspace.MustBuildAsync("push", "containers/small");
        Assert.Equal(pages, Pages());

        _workspace.Edit("pkgs/test/app/pkg.yaml", _mark, "another " + _mark);
        await _workspace.MustBuildAsync("push", "containers/small");
        Assert.Equal(wanted.Order(), Sboms());
        var bills = Sboms().Select(s => Page("sboms/" + s)).ToArray();
        await _workspace.MustBuildAsync(tidy);
        Assert.Empty(Sboms());
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(Place, "blobs/sha256")), b => bills.Contains(File.ReadAllText(b)));
        (await _workspace.MustBuildAsync("binhost", "verify")).Says("everything is as it must be");
    }

    [Fact]
    public async Task A_catalog_that_is_lost_is_made_again()
    {
        await PushAsync();
        var before = (await _workspace.MustBuildAsync("binhost", "list")).Output;
        File.Delete(Path.Combine(Place, "records/catalog"));
        (await _workspace.BuildAsync("binhost", "list")).Fails(7, "it has no catalog", "rebuild-catalog");
        Assert.Contains("buildit binhost rebuild-catalog shared", (await _workspace.BuildAsync("binhost", "verify")).Output, StringComparison.Ordinal);
        await _workspace.MustBuildAsync("binhost", "rebuild-catalog");
        Assert.Equal(before, (await _workspace.MustBuildAsync("binhost", "list")).Output);
    }

    [Fact]
    public async Task An_empty_one_is_made_and_what_cannot_be_looked_after_is_told()
    {
        _workspace.Write(".buildit-config.yaml", $"recipes: [./pkgs]\nbinhosts:\n  - {{name: shared, url: '{Place}'}}\n  - {{name: far, download: 'https://example.org/bin'}}\n");
        (await _workspace.MustBuildAsync("binhost", "init")).Says("Made an empty binhost");
        (await _workspace.MustBuildAsync("binhost", "init")).Says("nothing was changed");
        Assert.Equal("", (await _workspace.MustBuildAsync("binhost", "list")).Output);
        await _workspace.MustBuildAsync("binhost", "verify");
        (await _workspace.BuildAsync("binhost", "gc", "far")).Fails(3, "the binhost 'far' cannot be looked after from here");
        (await _workspace.BuildAsync("binhost", "gc", "sharde")).Fails(2, "did you mean 'shared'?");
        (await _workspace.BuildAsync("binhost", "gc", "--older-than", "soon")).Fails(2, "--older-than takes a time like");
        (await _workspace.BuildAsync("binhost", "list", "./elsewhere")).Fails(7, "there is no binhost at");
    }

    public void Dispose() => _workspace.Dispose();

    private async Task PushAsync(string? download = null)
    {
        _workspace.Write(".buildit-config.yaml", $"recipes: [./pkgs]\nbinhosts:\n  - {{name: shared, download: '{download ?? Place}', upload: '{Place}'}}\n");
        _workspace.Recipe("app", $"mkdir -p \"$OUTPUT/bin\"; echo {_mark} > \"$OUTPUT/bin/greeting\"", more: $"summary: '{Summary}'\n", tools: Workspace.FewTools);
        _workspace.Container("- package: test/app\n" + Workspace.OciImage + "- image: {type: aci, compression: none}\n");
        await _workspace.MustBuildAsync("key", "new");
        await _workspace.MustBuildAsync("push", "containers/small");
    }

    private string Page(string path) => File.ReadAllText(Path.Combine(Place, path));

    private IEnumerable<string> Sboms() => Directory.EnumerateFiles(Path.Combine(Place, "sboms")).Select(f => Path.GetFileName(f)).Order();

    // The one record of that name that has a bill of materials: earlier ones were pushed without.
    private async Task<string> DescribedAsync(string kind, string name)
    {
        using var json = JsonDocument.Parse((await _workspace.MustBuildAsync("binhost", "list", "--json")).Output);
        return json.RootElement.GetProperty("records").EnumerateArray().Where(r => r.GetProperty("kind").GetString() == kind && r.GetProperty("name").GetString() == name).Select(r => r.GetProperty("key").GetString()!).Single(k => File.Exists(Path.Combine(Place, "sboms", k + ".spdx.json")));
    }

    private string Pages() => Run.Shell($"cd '{Place}' && find . -name '*.html' -printf '%p %T@ %i\\n' | sort");

    // What a browser would fetch by itself.
    [GeneratedRegex("(?:src|<link[^>]* href)=\"[^\"]*\"|url\\([^)]*\\)|@import")]
    private static partial Regex Fetched();

    [GeneratedRegex("<a href=\"([^\"#]+)\"")]
    private static partial Regex Link();
}
