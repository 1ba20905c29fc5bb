using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Buildit.Build.Outputs;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Recipes;
using Buildit.Core.Trees;
using Buildit.Store.Native;
using Buildit.Testing;

namespace Buildit.Build.Tests.Outputs;

public sealed class OutputCollectorTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_link_in_place_of_a_directory_leads_to_no_file_of_the_host()
    {
        var host = _directory.Write("host/secret", "secret");
        Directory.CreateDirectory(Installed("usr"));
        File.CreateSymbolicLink(Installed("usr/bin"), Path.GetDirectoryName(host)!);
        var recipe = Samples.Recipe();
        var collector = new OutputCollector(recipe, Installed(""), Path.Combine(_directory, "outputs"), 1);
        var error = Assert.Throws<BuilditException>(() => collector.Collect([new ManifestEntry("usr/bin/secret", 'f', 0x1A4, null)]));
        Assert.Contains("not where it says", error.Message, StringComparison.Ordinal);
        Assert.Equal("secret", File.ReadAllText(host));
    }

    [Fact]
    public void Files_go_to_their_outputs_with_plain_modes()
    {
        Install("usr/bin/x", 0x1C0);
        Install("usr/include/x.h", 0x180);
        Install("usr/share/doc/x/README", 0x1FF);
        Install("usr/lib/debug/x.debug", 0x124);
        Assert.Equal(
            ["debug f 644 usr/lib/debug/x.debug", "dev f 644 usr/include/x.h", "doc f 755 usr/share/doc/x/README", "runtime f 755 usr/bin/x"],
            Collect(Samples.Recipe()));
    }

    [Fact]
    public void The_recipe_s_rules_win()
    {
        Install("usr/bin/tool", 0x1ED);
        Install("usr/share/info/x", 0x1A4);
        Install("usr/share/info2", 0x1A4);
        Install("var/lib/x/db", 0x1A4);
        var rules = new OutputRules(
            ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("dev", ImmutableArray.Create("/usr/bin/t*"))]),
            ["/usr/share/info"],
            ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("/usr/bin/tool", new Permission(0x9ED, 1, 2)), KeyValuePair.Create("/var/lib/x", new Permission(0x1C0, 3, 4))]));
        Assert.Equal(
            ["dev f 4755 usr/bin/tool 1:2", "runtime f 644 usr/share/info2", "runtime d 700 var/lib/x 3:4", "runtime f 644 var/lib/x/db"],
            Collect(Samples.Recipe() with { Outputs = rules }));
    }

    [Fact]
    public void Names_of_one_file_are_linked_within_an_output_and_complete_in_each()
    {
        Install("usr/bin/a", 0x1ED);
        foreach (var name in new[] { "usr/bin/b", "usr/include/c", "usr/include/d" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Installed(name))!);
            HardLink.Create(Installed("usr/bin/a"), Installed(name));
        }

        Assert.Equal(["dev f 755 usr/include/c", "dev h 755 usr/include/d -> usr/include/c", "runtime f 755 usr/bin/a", "runtime h 755 usr/bin/b -> usr/bin/a"], Collect(Samples.Recipe()));
        Assert.All(["runtime/usr/bin/a", "runtime/usr/bin/b", "dev/usr/include/c", "dev/usr/include/d"], f => Assert.Equal("usr/bin/a", File.ReadAllText(Path.Combine(_directory, "outputs", f))));
    }

    [Fact]
    public void A_name_of_a_file_survives_when_the_first_one_is_excluded()
    {
        Install("usr/bin/a", 0x1ED);
        HardLink.Create(Installed("usr/bin/a"), Installed("usr/bin/b"));
        Assert.Equal(["runtime f 755 usr/bin/b"], Collect(Samples.Recipe() with { Outputs = OutputRules.Default with { Exclude = ["/usr/bin/a"] } }));
    }

    [Fact]
    public void Empty_directories_and_links_are_kept()
    {
        Directory.CreateDirectory(Installed("var/cache/x"));
        File.CreateSymbolicLink(Installed("var/cache/link"), "/none/../nowhere");
        Assert.Equal(["runtime l 777 var/cache/link -> /none/../nowhere", "runtime d 755 var/cache/x"], Collect(Samples.Recipe()));
    }

    [Fact]
    public void Declared_links_and_files_come_in()
    {
        Install("usr/bin/x", 0x1ED);
        var file = new ResolvedFile("/etc/x.sh", Digest.Of("text"), true, _directory.Write("x.sh", "text"));
        Assert.Equal(
            ["runtime f 755 etc/x.sh", "runtime f 755 usr/bin/x", "runtime l 777 usr/bin/y -> x"],
            Collect(Samples.Recipe() with { Links = Samples.Map(("/usr/bin/y", "x")), Files = [file] }));
    }

    [Theory]
    [InlineData("/usr/bin/x", "'/usr/bin/x' is declared by the recipe and installed by the build")]
    [InlineData("/usr/share/doc/x", "'/usr/share/doc/x' is declared by the recipe and installed by the build")]
    [InlineData("/usr/bin", "'/usr/bin/x' is installed below '/usr/bin', which the recipe declares as a link or file")]
    public void What_is_declared_and_installed_is_an_error(string path, string message)
    {
        Install("usr/bin/x", 0x1ED);
        Install("usr/share/doc/x", 0x1A4);
        var file = new ResolvedFile(path, Digest.Of("text"), false, _directory.Write("x", "text"));
        Assert.Contains("'app/demo-1.0': " + message, Fails(Samples.Recipe() with { Files = [file] }));
        Assert.Contains("'app/demo-1.0': " + message, Fails(Samples.Recipe() with { Links = Samples.Map((path, "x")) }));
    }

    [Theory]
    [InlineData("p", "is neither a file, a directory nor a link")]
    [InlineData("s", "is neither a file, a directory nor a link")]
    [InlineData("f", "is in the manifest, but is not there")]
    public void What_cannot_be_packaged_is_an_error(string kind, string message) => Assert.Equal([$"'app/demo-1.0': '/x' {message}"], Fails(Samples.Recipe(), $"{kind} 644 1 1 x\0"));

    [Theory]
    [InlineData("../../x")]
    [InlineData("/../x")]
    public void A_link_that_leads_out_is_an_error(string target)
    {
        Directory.CreateDirectory(Installed("usr"));
        File.CreateSymbolicLink(Installed("usr/l"), target);
        Assert.Equal([$"'app/demo-1.0': '/usr/l' is a link to '{target}', outside of the root"], Fails(Samples.Recipe()));
    }

    [Fact]
    public void Nothing_installed_is_an_error()
    {
        Directory.CreateDirectory(Installed(""));
        Assert.Equal(["'app/demo-1.0' installed nothing"], Fails(Samples.Recipe()));
    }

    [Fact]
    public void Permissions_of_what_is_not_there_are_an_error()
    {
        Install("usr/bin/x", 0x1ED);
        var rules = OutputRules.Default with { Permissions = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("/usr/bin/z", new Permission(0x1ED, null, null))]) };
        Assert.Equal(["'app/demo' declares permissions for '/usr/bin/z', which it does not install"], Fails(Samples.Recipe() with { Outputs = rules }));
    }

    [Fact]
    public void A_name_that_is_not_UTF_8_is_an_error() =>
        Assert.Contains("has a name that is not UTF-8", Assert.Single(Fails(Samples.Recipe(), "d 755 1 1 x\uFFFD\0")), StringComparison.Ordinal);

    [Fact]
    public void A_manifest_is_read_in_the_order_of_bytes_with_any_name()
    {
        var read = Manifest.Parse(Encoding.UTF8.GetBytes("f 644 2 17 a/b\0f 4755 1 18 a-b c\nd\0d 755 3 19 a\0l 777 1 20 é\0"));
        Assert.Equal([new("a", 'd', 0x1ED, null), new("a-b c\nd", 'f', 0x9ED, null), new("a/b", 'f', 0x1A4, "17"), new("é", 'l', 0x1FF, null)], read);
    }

    [Theory]
    [InlineData("/usr/bin", "/usr/bin", true)]
    [InlineData("/usr/bin", "/usr/bin/x/y", true)]
    [InlineData("/usr/bin", "/usr/binary", false)]
    [InlineData("/usr/*.a", "/usr/x.a", true)]
    [InlineData("/usr/*.a", "/usr/lib/x.a", false)]
    [InlineData("/usr/**.a", "/usr/lib/x.a", true)]
    [InlineData("/usr/**", "/usr/a\nb", true)]
    [InlineData("/usr/?", "/usr/xy", false)]
    [InlineData("/usr/a.b", "/usr/aXb", false)]
    [InlineData("/usr/[a]", "/usr/a", false)]
    [InlineData("/usr/a", "/usr/a\n", false)]
    [InlineData("usr/a", "/usr/a", false)]
    public void A_glob_means_paths_and_what_is_below_them(string glob, string path, bool matches) => Assert.Equal(matches, PathGlob.Compile(glob).IsMatch(path));

    private string Installed(string path) => Path.Combine(_directory, "root", path);

    private void Install(string path, int mode) => File.SetUnixFileMode(_directory.Write("root/" + path, path), (UnixFileMode)mode);

    private string[] Collect(ResolvedRecipe recipe, string? manifest = null)
    {
        var entries = Manifest.Parse(manifest is null ? Find() : Encoding.UTF8.GetBytes(manifest));
        Directory.CreateDirectory(Installed(""));
        var outputs = new OutputCollector(recipe, Installed(""), Path.Combine(_directory, "outputs"), 1).Collect(entries);
        return [.. outputs.SelectMany(o => o.Value.Tree.Entries.Where(e => IsContent(e, o.Value.Tree)).Select(e => o.Key + " " + Show(e)))];
    }

    private string[] Fails(ResolvedRecipe recipe, string? manifest = null)
    {
        WorkAgain();
        var error = Assert.Throws<BuilditException>(() => Collect(recipe, manifest));
        Assert.Equal(ExitCode.Failed, error.Code);
        return [.. error.Diagnostics.Select(d => d.Message)];
    }

    // A collector moves what it takes; a second look at the same files needs them back.
    private void WorkAgain()
    {
        var outputs = Path.Combine(_directory, "outputs");
        foreach (var file in Directory.Exists(outputs) ? Directory.EnumerateFiles(outputs, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).ToArray() : [])
        {
            var path = Path.GetRelativePath(outputs, file);
            File.Move(file, Installed(path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..]), overwrite: true);
        }
    }

    private static bool IsContent(TreeEntry entry, Tree tree) =>
        entry.Kind != EntryKind.Directory || entry.Mode != 0x1ED || !tree.Entries.Any(e => e.Path.StartsWith(entry.Path + "/", StringComparison.Ordinal));

    private static string Show(TreeEntry e) =>
        $"{e.Kind switch { EntryKind.Directory => 'd', EntryKind.File => 'f', EntryKind.Symlink => 'l', _ => 'h' }} {Convert.ToString(e.Mode, 8)} {e.Path}"
        + (e.Target is null ? "" : " -> " + e.Target) + (e.Uid + e.Gid == 0 ? "" : $" {e.Uid}:{e.Gid}");

    /// <summary>What the last phase of a build does.</summary>
    private byte[] Find()
    {
        using var find = Process.Start(new ProcessStartInfo("find", [".", "-mindepth", "1", "-printf", "%y %m %n %i %P\\0"]) { WorkingDirectory = Installed(""), RedirectStandardOutput = true })!;
        using var output = new MemoryStream();
        find.StandardOutput.BaseStream.CopyTo(output);
        find.WaitForExit();
        return output.ToArray();
    }
}
