using System.Security.Cryptography;
using System.Text.Json;
using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary><c>buildit sbom</c> and <c>buildit inspect</c>, files for scanners, and the policy of licenses, on a small container.</summary>
public sealed class SbomTests : IAsyncLifetime, IDisposable
{
    private readonly Workspace _workspace = new();

    public async Task InitializeAsync()
    {
        _workspace.Write("pkgs/test/app/source/LICENSE", "Do what you want.\n");
        _workspace.Write("pkgs/test/app/source/hello", "hello\n");
        _workspace.Write("pkgs/test/app/patches/loud.patch", "--- a/hello\n+++ b/hello\n@@ -1 +1 @@\n-hello\n+HELLO\n");
        _workspace.Write(
            "pkgs/test/app/pkg.yaml",
            """
            name: app
            summary: Says hello
            homepage: https://example.org/
            license: MIT
            cpe: example:hello
            versions: {"1.0": {sources: [{path: source}], patches: {patches/loud.patch: Makes it loud}}}
            needs: {tools: [debian/dash, debian/coreutils, debian/findutils, debian/tar, debian/patch], runtime: [debian/zlib1g]}
            build:
              install: mkdir -p "$OUTPUT/usr/share" && cp hello "$OUTPUT/usr/share/"

            """);
        _workspace.Write("containers/small/files/own.txt", "own\n");
        Declare("");
        await _workspace.MustBuildAsync("containers/small");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Files_are_written_into_new_directories_but_not_over_one()
    {
        (await _workspace.BuildAsync("sbom", "containers/small", "-o", "new/below/sbom.json")).Succeeds();
        Assert.True(File.Exists(_workspace.In("new/below/sbom.json")));
        (await _workspace.BuildAsync("sbom", "containers/small", "-o", "new")).Fails(2, "'new' is a directory, and a file is to be written", "hint: name the file, too: new/FILE");
        (await _workspace.BuildAsync("inspect", "containers/small", "--html", "new/below")).Fails(2, "'new/below' is a directory");
    }

    [Fact]
    public async Task A_mistyped_target_is_told_with_its_neighbour() =>
        (await _workspace.BuildAsync("sbom", "containers/smal")).Fails(2, "there is no target 'containers/smal'", "did you mean 'containers/small'?");

    [Fact]
    public async Task A_package_s_bill_says_what_it_is_made_from_and_with()
    {
        using var document = JsonDocument.Parse(await SbomAsync("test/app"));
        var package = Packages(document).Single(p => Text(p, "name") == "test/app");
        Assert.Equal(("MIT", "Says hello", "https://example.org/"), (Text(package, "licenseDeclared"), Text(package, "summary"), Text(package, "homepage")));
        Assert.Equal(["cpe:2.3:a:example:hello:1.0:*:*:*:*:*:*:*"], package.GetProperty("externalRefs").EnumerateArray().Select(r => Text(r, "referenceLocator")).Where(l => l.StartsWith("cpe", StringComparison.Ordinal)));
        Assert.Equal("Makes it loud", Text(Packages(document).Single(p => Text(p, "name") == "loud.patch"), "comment"));
        Assert.Equal("Do what you want.\n", document.RootElement.GetProperty("hasExtractedLicensingInfos").EnumerateArray().Select(t => (Text(t, "name"), Text(t, "extractedText"))).Single(t => t.Item1 == "LICENSE of test/app").Item2);
        Assert.Equal(("./usr/share/hello", Sha1("HELLO\n")), document.RootElement.GetProperty("files").EnumerateArray().Select(f => (Text(f, "fileName"), Text(f.GetProperty("checksums")[0], "checksumValue"))).Single());
        var relations = Relations(document).ToArray();
        Assert.Contains(("patch", "BUILD_TOOL_OF", "app"), relations);
        Assert.Contains(("app", "DEPENDS_ON", "zlib1g"), relations);
    }

    [Fact]
    public async Task An_image_s_bill_has_its_packages_and_all_of_its_files_and_no_tool()
    {
        using var document = JsonDocument.Parse(await SbomAsync("containers/small", "--format", "cyclonedx"));
        var components = document.RootElement.GetProperty("components").EnumerateArray().ToArray();
        var packages = components.Where(c => Text(c, "type") == "library").ToDictionary(c => Text(c, "name"), StringComparer.Ordinal);
        Assert.Contains("zlib1g", packages.Keys);
        Assert.DoesNotContain("patch", packages.Keys);
        Assert.Equal("Zlib", Text(packages["zlib1g"].GetProperty("licenses")[0].GetProperty("license"), "id"));
        Assert.Contains("/etc/own.txt", components.Where(c => Text(c, "type") == "file").Select(c => Text(c, "name")));
        Assert.Equal("/usr/share/hello", Text(packages["app"].GetProperty("components").EnumerateArray().Single(), "name"));
        Assert.Equal("loud.patch: Makes it loud", Text(packages["app"].GetProperty("pedigree"), "notes"));
    }

    [Theory]
    [InlineData("spdx")]
    [InlineData("cyclonedx")]
    public async Task It_is_the_same_of_another_store_and_changes_with_a_description_alone(string format)
    {
        var here = await SbomAsync("containers/small", "--format", format);
        using var other = new Workspace().WithOwnStore();
        Run.Shell($"cp -a '{_workspace.In("containers")}' '{_workspace.In("pkgs/test")}' '{other.Path}/x' 2>/dev/null || {{ mkdir -p '{other.Path}/pkgs' && cp -a '{_workspace.In("containers")}' '{other.Path}/' && cp -a '{_workspace.In("pkgs/test")}' '{other.Path}/pkgs/'; }}");
        await other.MustBuildAsync("containers/small");
        Assert.Equal(here, (await other.MustBuildAsync("sbom", "containers/small", "--format", format)).Output);
        var before = (await _workspace.MustBuildAsync("build", "test/app")).Hash();
        _workspace.Edit("pkgs/test/app/pkg.yaml", "Makes it loud", "Makes it louder");
        Assert.Contains("Makes it louder", await SbomAsync("containers/small", "--format", format), StringComparison.Ordinal);
        Assert.Equal(before, (await _workspace.MustBuildAsync("build", "test/app")).Hash());
    }

    [Fact]
    public async Task An_image_that_was_written_is_known_by_the_container_that_gives_it()
    {
        var image = "out/small-1-linux-amd64.oci";
        Assert.Equal(await SbomAsync("containers/small"), await SbomAsync(image));
        _workspace.Edit("containers/small/files/own.txt", "own", "changed");
        (await _workspace.BuildAsync("sbom", image)).Fails(7, $"'{image}' is not what 'containers/small' gives as it is declared now", "buildit containers/small");
        Directory.Move(_workspace.In(image), _workspace.In("out/other-1-linux-amd64.oci"));
        (await _workspace.BuildAsync("sbom", "out/other-1-linux-amd64.oci")).Fails(7, "no container of this workspace gives 'out/other-1-linux-amd64.oci'");
    }

    [Fact]
    public async Task Mistakes_are_told_with_what_to_do()
    {
        (await _workspace.BuildAsync("sbom")).Fails(2, "nothing to sbom");
        (await _workspace.BuildAsync("sbom", "test/app", "--format", "html")).Fails(2, "html");
        (await _workspace.BuildAsync("sbom", "test/ap")).Fails(3, "did you mean 'test/app'?");
        (await _workspace.BuildAsync("inspect", "test/app")).Fails(2, "'test/app' is a package, not a container", "buildit sbom test/app");
        _workspace.Edit("pkgs/test/app/source/hello", "hello", Workspace.Fresh());
        (await _workspace.BuildAsync("sbom", "containers/small")).Fails(7, "'small-1' was not built as it is declared now");
    }

    [Fact]
    public async Task Files_for_scanners_are_in_the_image_that_asks_for_them_and_known_to_why()
    {
        var plain = await LayersAsync();
        Declare(", sbom: files");
        await _workspace.MustBuildAsync("containers/small");
        Assert.Equal(plain[..^1], (await LayersAsync())[..^1]);
        Assert.NotEqual(plain[^1], (await LayersAsync())[^1]);

        var said = (await _workspace.MustBuildAsync("why", "containers/small", "/var/lib/dpkg/status.d/zlib1g")).Output;
        Assert.Equal("/var/lib/dpkg/status.d/zlib1g comes from the container itself\n    the step at containers/small/container.yaml:4:3 puts it there\n", said);
        Run.Shell($"mkdir -p '{_workspace.In("root")}' && for l in '{_workspace.In("out")}'/*.oci/blobs/sha256/*; do tar -xf \"$l\" -C '{_workspace.In("root")}' 2>/dev/null || true; done");
        var status = File.ReadAllText(_workspace.In("root/var/lib/dpkg/status.d/zlib1g")).Split('\n');
        Assert.Equal(["Package: zlib1g", "Status: install ok installed", "Architecture: amd64", "Source: zlib"], status[..4]);
        Assert.Contains("ID=debian\nVERSION_ID=\"12\"\n", File.ReadAllText(_workspace.In("root/etc/os-release")), StringComparison.Ordinal);
        Assert.Contains("Makes it loud", File.ReadAllText(_workspace.In("root/var/lib/db/sbom/test-app.spdx.json")), StringComparison.Ordinal);
        Assert.Equal("OK", Run.Shell($"cd '{_workspace.In("root")}' && md5sum --quiet -c var/lib/dpkg/status.d/*.md5sums && echo OK").Trim());
    }

    [Theory]
    [InlineData("allow: [MIT, Zlib, LGPL-*, 'GPL-*'], concluded: {debian/libc6: LGPL-2.1-or-later, debian/libcrypt1: LGPL-2.1-or-later, debian/libgcc-s1: GPL-3.0-or-later, debian/gcc-12-base: GPL-3.0-or-later}")]
    [InlineData("deny: [AGPL-*]")]
    public async Task A_policy_that_all_packages_keep_lets_the_image_be_written(string policy)
    {
        Declare("", policy);
        var result = await _workspace.MustBuildAsync("containers/small");
        Assert.Equal(policy.StartsWith("deny", StringComparison.Ordinal), result.Error.Contains("nothing says what the license of 'debian/libc6-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("allow: [MIT, LGPL-*, GPL-*]", "'debian/zlib1g-", "(which 'test/app' needs) has a license that is not allowed here: Zlib", "its /usr/share/doc/zlib1g/copyright says 'Zlib'")]
    [InlineData("allow: [MIT, Zlib]", "nothing says what the license of 'debian/libc6-", "read its /usr/share/doc/libc6/copyright", "concluded: {debian/libc6: ...}")]
    [InlineData("deny: [MIT]", "'test/app-1.0' has a license that is not allowed here: MIT", "its recipe says 'MIT'")]
    [InlineData("deny: [GPL-*], concluded: {test/app: GPL-2.0-only, debian/libc: MIT}", "'concluded' says 'GPL-2.0-only'", "there is no package 'debian/libc' in the image")]
    public async Task A_package_that_breaks_a_policy_is_named_with_license_and_place(string policy, params string[] said)
    {
        Declare("", policy);
        (await _workspace.BuildAsync("containers/small")).Fails(1, said);
    }

    [Fact]
    public async Task Inspect_shows_packages_licenses_layers_and_settings()
    {
        using var json = JsonDocument.Parse((await _workspace.MustBuildAsync("inspect", "containers/small", "--json")).Output);
        var packages = json.RootElement.GetProperty("packages").EnumerateArray().ToDictionary(p => p.GetProperty("name").GetString() ?? "", StringComparer.Ordinal);
        Assert.Equal(("MIT", 6, 1), (Text(packages["test/app"], "license"), packages["test/app"].GetProperty("bytes").GetInt64(), packages["test/app"].GetProperty("files").GetInt32()));
        Assert.Equal(JsonValueKind.Null, packages["debian/libc6"].GetProperty("license").ValueKind);
        Assert.Equal(4, packages[""].GetProperty("bytes").GetInt64());
        var image = json.RootElement.GetProperty("images").EnumerateArray().Single();
        Assert.StartsWith("sha256:", Text(image, "digest"), StringComparison.Ordinal);
        Assert.All(image.GetProperty("layers").EnumerateArray(), l => Assert.Equal(JsonValueKind.Number, l.GetProperty("compressed").ValueKind));
        Assert.Equal("80", image.GetProperty("settings").GetProperty("port")[0].GetString());
        Assert.StartsWith("PATH=/", image.GetProperty("settings").GetProperty("env")[0].GetString(), StringComparison.Ordinal);

        var text = (await _workspace.MustBuildAsync("inspect", "out/small-1-linux-amd64.oci")).Output;
        Assert.Matches(@"(?m)^test/app-1\.0 +MIT +1 +6 bytes +", text);
        Assert.Matches(@"(?m)^debian/libc6-\S+ +not known +", text);
        Assert.Matches(@"(?m)^OCI image out/small-1-linux-amd64\.oci: \S+ \S+, sha256:[0-9a-f]{64}$", text);
    }

    [Fact]
    public async Task An_image_with_a_file_of_tests_is_known_as_its_container_s()
    {
        _workspace.Write("containers/small/tests.yaml", "schemaVersion: 2.0.0\nfileExistenceTests: [{name: own, path: /etc/own.txt, shouldExist: true}]\n");
        _workspace.Container("- package: test/app\n- sync: {src: ./files/own.txt, dest: /etc/own.txt}\n- test: {file: ./tests.yaml}\n- image: {type: oci, compression: none}\n");
        await _workspace.MustBuildAsync("containers/small");
        Assert.Matches(@"(?m)^OCI image out/small-1-linux-amd64\.oci: \S+ \S+, sha256:[0-9a-f]{64}$", (await _workspace.MustBuildAsync("inspect", "containers/small")).Output);
        Assert.Equal(await SbomAsync("containers/small"), await SbomAsync("out/small-1-linux-amd64.oci"));
    }

    [Fact]
    public async Task The_page_asks_for_nothing_has_no_script_and_shows_every_package()
    {
        Assert.Empty((await _workspace.MustBuildAsync("inspect", "containers/small", "--html", "page.html")).Output);
        var page = File.ReadAllText(_workspace.In("page.html"));
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(src|action)=|url\(|@import|https?:", page);
        using var json = JsonDocument.Parse((await _workspace.MustBuildAsync("inspect", "containers/small", "--json")).Output);
        var packages = json.RootElement.GetProperty("packages").EnumerateArray().ToArray();
        Assert.Equal(packages.Length, page.Split("<tr id=\"p").Length - 1);
        // Each that has files has a tile in both layouts.
        Assert.Equal(2 * packages.Count(p => p.GetProperty("bytes").GetInt64() > 0), page.Split("href=\"#p").Length - 1);
    }

    private void Declare(string image, string? policy = null) => _workspace.Container(
        $"- package: test/app\n- sync: {{src: ./files/own.txt, dest: /etc/own.txt}}\n{(policy is null ? "" : $"- licenses: {{{policy}}}\n")}- image: {{type: oci, compression: none, expose: [80]{image}}}\n");

    private async Task<string> SbomAsync(params string[] arguments) => (await _workspace.MustBuildAsync(["sbom", .. arguments])).Output;

    private async Task<string[]> LayersAsync()
    {
        using var json = JsonDocument.Parse((await _workspace.MustBuildAsync("inspect", "containers/small", "--json")).Output);
        return [.. json.RootElement.GetProperty("images")[0].GetProperty("layers").EnumerateArray().Select(l => Text(l, "diffId"))];
    }

    private static JsonElement[] Packages(JsonDocument document) => [.. document.RootElement.GetProperty("packages").EnumerateArray()];

    /// <summary>Relations of packages by the last part of their names.</summary>
    private static IEnumerable<(string From, string Type, string To)> Relations(JsonDocument document)
    {
        var names = Packages(document).ToDictionary(p => Text(p, "SPDXID"), p => Text(p, "name").Split('/')[^1], StringComparer.Ordinal);
        return document.RootElement.GetProperty("relationships").EnumerateArray().Select(r => (names.GetValueOrDefault(Text(r, "spdxElementId"), ""), Text(r, "relationshipType"), names.GetValueOrDefault(Text(r, "relatedSpdxElement"), "")));
    }

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString()!;

    private static string Sha1(string text)
    {
#pragma warning disable CA5350 // What SPDX asks for.
        return Convert.ToHexStringLower(SHA1.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
    }
}
