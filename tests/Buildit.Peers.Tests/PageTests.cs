using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>The pages of a binhost in a real browser that has no network, in a window as wide as a phone's.</summary>
public sealed partial class PageTests : IAsyncLifetime, IDisposable
{
    private const int Width = 390; // as in pages.html
    private readonly TemporaryDirectory _work = new();
    private string _root = "";

    private string Place => Path.Combine(_work, "bin");

    private string[] Pages => [.. Directory.EnumerateFiles(Place, "*.html", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(_work, f)).Order(StringComparer.Ordinal)];

    public async Task InitializeAsync()
    {
        _root = await PeersRoot.ComposeBrowserAsync();
        using var builder = new SmallWorkspace($"binhosts: [{{name: shared, url: '{Place}'}}]");
        var longName = string.Join('/', Enumerable.Repeat("a-name-that-does-not-end-so-soon", 6));
        await File.WriteAllTextAsync(Path.Combine(builder.Home, "pkgs/test/app/pkg.yaml"), $"""
            name: app
            summary: Says hello
            versions: {"{1.0: {}}"}
            needs: {"{tools: [debian/dash, debian/coreutils, debian/findutils, debian/tar], runtime: [debian/zlib1g]}"}
            build:
              install: mkdir -p "$OUTPUT/{longName}" && echo {Guid.NewGuid():N} > "$OUTPUT/{longName}/app"

            """);
        await builder.MustAsync("key", "new");
        await builder.MustAsync("push", "containers/small");
        // The page of an image's sizes is held to the same.
        await builder.MustAsync("inspect", "containers/small", "--html", Path.Combine(Place, "inspect.html"));
    }

    [Fact]
    public void Search_shows_what_has_the_word_and_nothing_else()
    {
        var front = Look(hasScript: true).Single(p => p.Page == "bin/index.html");
        Assert.True(front.HasSearch);
        Assert.Contains("debian/libc6", front.All);
        Assert.Contains("test/app", front.All);
        Assert.Contains("small", front.All);
        // A word of its summary, in another case; and as an address that somebody has sent.
        Assert.Equal(["test/app"], front.Found!);
        Assert.Equal(["test/app"], front.Linked!);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"1 of {front.All.Length}"), front.Status);
    }

    [Fact]
    public void Without_scripts_everything_is_there_but_the_search()
    {
        var with = Look(hasScript: true).Single(p => p.Page == "bin/index.html");
        var front = Look(hasScript: false).Single(p => p.Page == "bin/index.html");
        Assert.Equal(with.All, front.All);
        Assert.Contains("test/app", front.All);
        Assert.False(front.HasSearch);
    }

    [Fact]
    public void No_page_is_wider_than_a_phone()
    {
        var pages = Look(hasScript: true);
        Assert.Equal(Pages, pages.Select(p => p.Page).Order(StringComparer.Ordinal));
        Assert.True(pages.Length > 5);
        Assert.Empty(pages.SelectMany(p => p.SticksOut));
        Assert.All(pages, p => Assert.Equal((Width, Width), (p.Width, p.Needed)));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _work.Dispose();

    /// <summary>What a page of ours sees that has all pages of the binhost in frames.</summary>
    private Seen[] Look(bool hasScript)
    {
        using (var resource = typeof(PageTests).Assembly.GetManifestResourceStream("pages.html")!)
        using (var copy = File.Create(Path.Combine(_work, "pages.html")))
        {
            resource.CopyTo(copy);
        }

        var question = JsonSerializer.Serialize<object[]>([hasScript, "HELLO", .. Pages]);
        var result = new Peers(_root, _work).Run(
            "chromium-headless-shell", "--no-sandbox", "--hide-scrollbars", "--allow-file-access-from-files", "--enable-logging=stderr", "--virtual-time-budget=60000", "--dump-dom", "file:///bundle/pages.html#" + Uri.EscapeDataString(question));
        var answer = Body().Match(result.Succeeded());
        Assert.True(answer.Success, result.ToString());
        // Whatever a page does wrong, or would have from elsewhere, is in the browser's console. A frame without scripts says so there.
        Assert.Empty(result.Error.Split('\n').Where(l => l.Contains("CONSOLE", StringComparison.Ordinal) && (hasScript || !l.Contains("Blocked script execution", StringComparison.Ordinal))));
        return JsonSerializer.Deserialize<Seen[]>(WebUtility.HtmlDecode(answer.Groups[1].Value), JsonSerializerOptions.Web)!;
    }

    [GeneratedRegex("<body>(.*)</body>", RegexOptions.Singleline)]
    private static partial Regex Body();

    private sealed record Seen(string Page, int Width, int Needed, string[] SticksOut, bool HasSearch, string[] All, string[]? Found, string? Status, string[]? Linked);
}
