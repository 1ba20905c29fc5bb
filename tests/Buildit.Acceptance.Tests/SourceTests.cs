using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace Buildit.Acceptance.Tests;

/// <summary>Sources that are not what the recipe says, and archives that want to write elsewhere.</summary>
public sealed class SourceTests
{
    private const string Recipe = "pkgs/test/remote/pkg.yaml";

    [Fact]
    public async Task A_page_in_place_of_the_archive_is_told_with_size_and_kind()
    {
        using var server = new SmallServer();
        server.Files["/a.tar"] = Encoding.UTF8.GetBytes("<!DOCTYPE html>\n<html><body>gone</body></html>\n");
        using var workspace = With(server.Url + "/a.tar", Hex("wanted"u8.ToArray()));
        (await workspace.BuildAsync("test/remote")).Fails(4, Recipe + ":6:14", "a.tar", "HTML", "47 bytes", Hex(server.Files["/a.tar"]));
    }

    [Fact]
    public async Task Other_bytes_than_declared_are_told_with_both_digests_and_a_corrected_recipe_builds()
    {
        using var server = new SmallServer();
        server.Files["/a.tar"] = Archive("hello.txt");
        using var workspace = With(server.Url + "/a.tar", Hex("wanted"u8.ToArray()));
        (await workspace.BuildAsync("test/remote")).Fails(4, Hex("wanted"u8.ToArray()), Hex(server.Files["/a.tar"]));
        await With(workspace, server.Url + "/a.tar", Hex(server.Files["/a.tar"])).MustBuildAsync("test/remote");
    }

    [Fact]
    public async Task A_missing_sha256_is_an_error_that_says_the_line_to_add()
    {
        using var server = new SmallServer();
        server.Files["/a.tar"] = Archive("hello.txt");
        using var workspace = With(server.Url + "/a.tar", null);
        (await workspace.BuildAsync("test/remote")).Fails(2, Recipe + ":6:14", "no sha256", "sha256: " + Hex(server.Files["/a.tar"]));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told_with_its_address_and_status()
    {
        using var server = new SmallServer();
        using var workspace = With(server.Url + "/gone.tar", Hex(Encoding.UTF8.GetBytes(Workspace.Fresh())));
        (await workspace.BuildAsync("test/remote")).Fails(4, Recipe + ":6:14", server.Url + "/gone.tar", "404");
    }

    [Fact]
    public async Task R27_a_download_that_always_breaks_off_registers_nothing_and_a_whole_one_succeeds()
    {
        using var server = new SmallServer { BreaksOff = true };
        var archive = Archive(Workspace.Fresh());
        server.Files["/a.tar"] = archive;
        using var workspace = With(server.Url + "/a.tar", Hex(archive));
        (await workspace.BuildAsync("test/remote")).Fails(4, server.Url + "/a.tar");
        Assert.False(File.Exists(Path.Combine(workspace.Store, "blobs", "sha256", Hex(archive))));
        server.BreaksOff = false;
        await workspace.MustBuildAsync("test/remote");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_with_its_address()
    {
        string url;
        using (var server = new SmallServer())
        {
            url = server.Url;
        }

        using var workspace = With(url + "/a.tar", Hex(Encoding.UTF8.GetBytes(Workspace.Fresh())));
        (await workspace.BuildAsync("test/remote")).Fails(4, url + "/a.tar", "refused");
    }

    [Theory]
    [InlineData("../evil", null, "../evil")]
    [InlineData("/evil", null, "/evil")]
    [InlineData("a/link", "../../evil", "link")]
    [InlineData("link", "/etc/passwd", "link")]
    public async Task R44_an_archive_that_leads_outside_is_refused_by_name(string entry, string? target, string said)
    {
        using var workspace = new Workspace();
        var archive = Archive(entry, target);
        File.WriteAllBytes(workspace.In("evil.tar"), archive);
        With(workspace, "file://" + workspace.In("evil.tar"), Hex(archive));
        var result = await workspace.BuildAsync("test/remote");
        result.Fails(2, "evil.tar", said);
        Assert.False(File.Exists(workspace.In("pkgs/test/evil")));
        With(workspace, "file://" + workspace.In("evil.tar"), Hex(Archive("fine")));
        File.WriteAllBytes(workspace.In("evil.tar"), Archive("fine"));
        await workspace.MustBuildAsync("test/remote");
    }

    [Fact]
    public async Task An_archive_that_is_cut_short_is_refused()
    {
        using var workspace = new Workspace();
        var archive = Archive("hello.txt")[..700];
        File.WriteAllBytes(workspace.In("short.tar"), archive);
        With(workspace, "file://" + workspace.In("short.tar"), Hex(archive));
        (await workspace.BuildAsync("test/remote")).Fails(2, "short.tar");
    }

    [Fact]
    public async Task A_local_source_that_is_missing_is_told_with_its_place()
    {
        using var workspace = new Workspace().Recipe("local", "true", more: "versions: {1.0: {sources: [{path: ./nothing}]}}\n");
        (await workspace.BuildAsync("test/local")).Fails(2, "pkgs/test/local/pkg.yaml:3:35", "nothing");
    }

    [Fact]
    public async Task A_deb_that_no_mirror_has_is_named_with_what_to_do()
    {
        using var server = new SmallServer();
        using var workspace = new Workspace();
        var digest = Hex(Encoding.UTF8.GetBytes(Workspace.Fresh()));
        workspace.Write("pkgs/debian/distribution.yaml", $"suite: bookworm\ncomponents: [main]\narchitecture: amd64\nkeyring: keyring.gpg\nmirrors: [{server.Url}]\n");
        File.AppendAllText(workspace.In("pkgs/debian/packages.lock"), $"\nPackage: zzz-gone\nVersion: 9.9-1\nArchitecture: amd64\nFilename: pool/main/z/zzz-gone_9.9-1_amd64.deb\nSize: 1000\nSHA256: {digest}\n");
        (await workspace.BuildAsync("debian/zzz-gone")).Fails(4, "no mirror has 'zzz-gone_9.9-1_amd64.deb'", "'debian/zzz-gone'", "buildit lock", server.Url, "404");
    }

    [Fact]
    public async Task Offline_what_is_not_there_is_named()
    {
        using var server = new SmallServer();
        using var workspace = With(server.Url + "/a.tar", Hex(Encoding.UTF8.GetBytes(Workspace.Fresh())));
        (await workspace.BuildAsync("--offline", "test/remote")).Fails(7, "'a.tar'", "--offline");
        Assert.Equal(0, server.Requests);
    }

    private static Workspace With(string url, string? sha256) => With(new Workspace(), url, sha256);

    private static Workspace With(Workspace workspace, string url, string? sha256)
    {
        var digest = sha256 is null ? "" : $"\n        sha256: {sha256}";
        return workspace.Recipe("remote", "touch \"$OUTPUT/x\"", more: $"versions:\n  1.0:\n    sources: [{{url: {url}}}]\n".Replace($"[{{url: {url}}}]", $"\n      - url: {url}{digest}", StringComparison.Ordinal));
    }

    private static byte[] Archive(string name, string? linkTarget = null)
    {
        using var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            UstarTarEntry entry = linkTarget is null ? new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(new byte[300]) } : new(TarEntryType.SymbolicLink, name) { LinkName = linkTarget };
            entry.ModificationTime = DateTimeOffset.UnixEpoch;
            writer.WriteEntry(entry);
        }

        return bytes.ToArray();
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
