using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Recipes;
using Buildit.Core.Tests.Graphs;

namespace Buildit.Core.Tests.Keys;

/// <summary>Everything that can influence a build changes its key, and nothing else does.</summary>
public class KeyMutationTests
{
    private const string At = "pkgs/app/demo/";

    internal static readonly Dictionary<string, Action<Demo>> Reaching = new()
    {
        ["name"] = d => d.Files.Rename("pkgs/app/demo/", "pkgs/app/other/"),
        ["version"] = d => d.Files.Edit(Demo.Recipe, "  1.0:", "  1.1:"),
        ["source digest"] = d => d.Files.Edit(Demo.Recipe, Digest.Of("demo 1.0").Hex, Digest.Of("other").Hex),
        ["source strip"] = d => d.Files.Edit(Demo.Recipe, "{path: local, name: extra}", "{path: local, name: extra, strip: 0}"),
        ["source name"] = d => d.Files.Edit(Demo.Recipe, "name: extra", "name: more"),
        ["source unpack"] = d => d.Files.Edit(Demo.Recipe, "unpack: false", "unpack: true"),
        ["name of a file that is not unpacked"] = d => d.Files.Edit(Demo.Recipe, "org/demo.txt", "org/other.txt"),
        ["local source content"] = d => d.Files.With(At + "local/main.c", "int main2;\n"),
        ["local source mode"] = d => d.Files.With(At + "local/run", "run\n", executable: true),
        ["local source file name"] = d => d.Files.Without(At + "local/run").With(At + "local/run2", "run\n"),
        ["first patch"] = d => d.Files.With(At + "patches/one.patch", "One\n"),
        ["second patch"] = d => d.Files.With(At + "patches/two.patch", "Two\n"),
        ["patch order"] = d => d.Files.Edit(Demo.Recipe, "one.patch", "x").Edit(Demo.Recipe, "two.patch", "one.patch").Edit(Demo.Recipe, "patches/x", "patches/two.patch"),
        ["patch strip"] = d => d.Files.Edit(Demo.Recipe, "strip: 0", "strip: 2"),
        ["patch versions"] = d => d.Files.Edit(Demo.Recipe, ">=1.0", ">1.0"),
        ["phase prepare"] = d => d.Files.Edit(Demo.Recipe, "autoreconf", "autoreconf -f"),
        ["phase check"] = d => d.Files.Edit(Demo.Recipe, "make check", "make test"),
        ["phase of its own for the style's"] = d => d.Files.Edit(Demo.Recipe, "prepare:", "install: make all\n  prepare:"),
        ["style's configure"] = d => d.Files.Edit("pkgs/styles/plain.yaml", "./configure", "sh ./configure"),
        ["style's build"] = d => d.Files.Edit("pkgs/styles/plain.yaml", "build: make", "build: make all"),
        ["style's install"] = d => d.Files.Edit("pkgs/styles/plain.yaml", "make install", "make install-strip"),
        ["style's tools"] = d => d.Files.Edit("pkgs/styles/plain.yaml", "phases:", "needs: {tools: [debian/coreutils]}\nphases:"),
        ["configure argument"] = d => d.Files.Edit(Demo.Recipe, "--demo", "--demo=2"),
        ["configure order"] = d => d.Files.Edit(Demo.Recipe, "[--prefix=/usr, --demo]", "[--demo, --prefix=/usr]"),
        ["environment value"] = d => d.Files.Edit(Demo.Recipe, "-O2", "-O3"),
        ["environment name"] = d => d.Files.Edit(Demo.Recipe, "LEVEL:", "LEVEL2:"),
        ["flag on"] = d => d.Files.Edit(Demo.Recipe, "default: off", "default: on"),
        ["flag off"] = d => d.Files.Edit(Demo.Recipe, "default: on", "default: off"),
        ["flag's name"] = d => d.Files.Edit(Demo.Recipe, "  fast:", "  faster:"),
        ["need of a flag"] = d => d.Files.Edit(Demo.Recipe, "[lib/ssl]", "[lib/ccc]"),
        ["argument of a flag"] = d => d.Files.Edit(Demo.Recipe, "--with-ssl", "--with-tls"),
        ["argument of a flag that is off"] = d => d.Files.Edit(Demo.Recipe, "--slow", "--slower"),
        ["tool"] = d => d.Files.Edit(Demo.Recipe, "[debian/tool, lib/aaa]", "[debian/tool]"),
        ["library"] = d => d.Files.Edit(Demo.Recipe, "libs: [lib/bbb]", "libs: [lib/bbb, lib/ccc]"),
        ["runtime need"] = d => d.Files.Edit(Demo.Recipe, "runtime: [debian/data]", "runtime: []"),
        ["role of a need"] = d => d.Files.Edit(Demo.Recipe, "tools: [debian/tool, lib/aaa]\n  libs: [lib/bbb]", "tools: [debian/tool]\n  libs: [lib/aaa, lib/bbb]"),
        [".deb of a tool"] = d => d.Debs["tool"] = ("tool 2", "libc"),
        [".deb that a tool depends on"] = d => d.Debs["libgcc"] = ("libgcc 2", "libc"),
        [".deb that the test runs with"] = d => d.Debs["dash"] = ("dash 2", "libc"),
        ["dependency of a .deb"] = d => d.Debs["tool"] = ("tool 1", "data libc"),
        ["link of a .deb"] = d => d.DebianLinks["tool /usr/bin/cc"] = "gcc",
        ["link of a .deb that a tool depends on"] = d => d.DebianLinks["libgcc /usr/lib/x"] = "y",
        ["link"] = d => d.Files.Edit(Demo.Recipe, "/usr/bin/d: demo", "/usr/bin/d: demo2"),
        ["link's path"] = d => d.Files.Edit(Demo.Recipe, "/usr/bin/d:", "/usr/bin/f:"),
        ["included path"] = d => d.Files.Edit(Demo.Recipe, "/usr/lib/demo/sdk", "/usr/lib/demo"),
        ["output of an included path"] = d => d.Files.Edit(Demo.Recipe, "dev: {include", "doc: {include"),
        ["excluded path"] = d => d.Files.Edit(Demo.Recipe, "/usr/share/info", "/usr/share/man"),
        ["symbols"] = d => d.Files.Edit(Demo.Recipe, "outputs:", "outputs:\n  keep-symbols: true"),
        ["opened library"] = d => d.Files.Edit(Demo.Recipe, "    permissions:", "    dlopen: [libnss_dns.so.2]\n    permissions:"),
        ["permission's mode"] = d => d.Files.Edit(Demo.Recipe, "4755", "0755"),
        ["permission's user"] = d => d.Files.Edit(Demo.Recipe, "\"0:10\"", "\"1:10\""),
        ["permission's group"] = d => d.Files.Edit(Demo.Recipe, "\"0:10\"", "\"0:11\""),
        ["permission's capabilities"] = d => d.Files.Edit(Demo.Recipe, "mode: \"4755\",", "mode: \"4755\", capabilities: cap_kill=ep,"),
        ["permission's path"] = d => d.Files.Edit(Demo.Recipe, "/usr/bin/demo:", "/usr/bin/demo2:"),
        ["helper file's content"] = d => d.Files.With(At + "files/start.sh", "#!/bin/bash\n", executable: true),
        ["helper file's name"] = d => d.Files.Without(At + "files/start.sh").With(At + "files/run.sh", "#!/bin/sh\n", executable: true),
        ["helper file's execute bit"] = d => d.Files.With(At + "files/start.sh", "#!/bin/sh\n", executable: false),
        ["further helper file"] = d => d.Files.With(At + "files/empty", ""),
        ["placed file's content"] = d => d.Files.With(At + "files/demo.conf", "a = 2\n"),
        ["placed file's path"] = d => d.Files.Edit(Demo.Recipe, "/etc/demo.conf", "/etc/demo.cfg"),
        ["test"] = d => d.Files.Edit(Demo.Recipe, "demo --version", "demo --help"),
        ["date"] = d => d.Files.Edit(Demo.Recipe, "2024-05-01", "2024-05-02"),
        ["replaces"] = d => d.Files.Edit(Demo.Recipe, "replaces: [debian/data]", "replaces: [debian/data, debian/tool]"),
        ["platform"] = d => d.Platform = new("linux", "arm64"),
        ["library's source"] = d => d.Files.Edit("pkgs/lib/bbb/pkg.yaml", Digest.Of("bbb").Hex, Digest.Of("other").Hex),
        ["library's library"] = d => d.Files.Edit("pkgs/lib/ccc/pkg.yaml", Digest.Of("ccc").Hex, Digest.Of("other").Hex),
        ["order of sources"] = d => d.Files.Edit(Demo.Recipe, "      - {path: local, name: extra}\n", "").Edit(Demo.Recipe, "    patches:\n", "      - {path: local, name: extra}\n    patches:\n"),
        ["further patch"] = d => d.Files.Edit(Demo.Recipe, "    patches:\n", "    patches:\n      - {file: patches/two.patch}\n"),
        ["order of excluded paths"] = d => d.Files.Edit(Demo.Recipe, "exclude: [/usr/share/info]", "exclude: [/usr/share/man, /usr/share/info]"),
        ["argument of a flag that is off, left out"] = d => d.Files.Edit(Demo.Recipe, "    configure-off: [--slow]\n", ""),
        ["need of a flag that is off"] = d => d.Files.Edit(Demo.Recipe, "    configure-off: [--slow]\n", "    configure-off: [--slow]\n    needs-off: {runtime: [lib/ccc]}\n"),
        ["placed file's execute bit"] = d => d.Files.With(At + "files/demo.conf", "a = 1\n", executable: true),
        ["phase left out"] = d => d.Files.Edit(Demo.Recipe, "  prepare: autoreconf\n", ""),
        ["another version"] = d => d.Files.Edit(Demo.Recipe, "  1.0:", "  0.9:\n    sources: []\n  1.0:"),
    };

    /// <summary>A change of each property of what a build is told; null: it is meant not to count.</summary>
    private static readonly Dictionary<string, Func<ResolvedRecipe, ResolvedRecipe>?> Properties = new()
    {
        [nameof(ResolvedRecipe.Name)] = r => r with { Name = "app/other" },
        [nameof(ResolvedRecipe.Version)] = r => r with { Version = "9" },
        [nameof(ResolvedRecipe.Platform)] = r => r with { Platform = new("linux", "arm64") },
        [nameof(ResolvedRecipe.Sources)] = r => r with { Sources = r.Sources[1..] },
        [nameof(ResolvedRecipe.Patches)] = r => r with { Patches = r.Patches[1..] },
        [nameof(ResolvedRecipe.HelperFiles)] = r => r with { HelperFiles = r.HelperFiles[1..] },
        [nameof(ResolvedRecipe.Phases)] = r => r with { Phases = r.Phases.Remove("build") },
        [nameof(ResolvedRecipe.Configure)] = r => r with { Configure = r.Configure[1..] },
        [nameof(ResolvedRecipe.Environment)] = r => r with { Environment = r.Environment.Remove("LEVEL") },
        [nameof(ResolvedRecipe.Enabled)] = r => r with { Enabled = r.Enabled.Clear() },
        [nameof(ResolvedRecipe.Flags)] = r => r with { Flags = r.Flags.Add("other") },
        [nameof(ResolvedRecipe.Outputs)] = r => r with { Outputs = OutputRules.Default },
        [nameof(ResolvedRecipe.Test)] = r => r with { Test = null },
        [nameof(ResolvedRecipe.Links)] = r => r with { Links = r.Links.Clear() },
        [nameof(ResolvedRecipe.Files)] = r => r with { Files = [] },
        [nameof(ResolvedRecipe.Date)] = r => r with { Date = null },
        [nameof(ResolvedRecipe.Declaration)] = null,
        [nameof(ResolvedRecipe.Text)] = null,
        [nameof(ResolvedRecipe.Timeout)] = null,
        [nameof(ResolvedRecipe.Summary)] = null,
        [nameof(ResolvedRecipe.License)] = null,
        [nameof(ResolvedRecipe.Homepage)] = null,
        [nameof(ResolvedRecipe.Cpe)] = null,
    };

    private static readonly Dictionary<string, Action<Demo>> Silent = new()
    {
        ["comment"] = d => d.Files.Edit(Demo.Recipe, "# A demonstration.", "# Something else.\n\n"),
        ["order of keys"] = d => d.Files.Edit(Demo.Recipe, "license: MIT\n", "").Edit(Demo.Recipe, "timeout: 30m\n", "license: MIT\ntimeout: 30m\n"),
        ["order of the environment"] = d => d.Files.Edit(Demo.Recipe, "  CFLAGS: -O2\n  LEVEL: one\n", "  LEVEL: one\n  CFLAGS: -O2\n"),
        ["order of links"] = d => d.Files.Edit(Demo.Recipe, "  /usr/bin/d: demo\n  /usr/bin/e: demo\n", "  /usr/bin/e: demo\n  /usr/bin/d: demo\n"),
        ["order of needs"] = d => d.Files.Edit(Demo.Recipe, "[debian/tool, lib/aaa]", "[lib/aaa, debian/tool]"),
        ["order of phases"] = d => d.Files.Edit(Demo.Recipe, "  prepare: autoreconf\n  check: make check\n", "  check: make check\n  prepare: autoreconf\n"),
        ["spelling of a text"] = d => d.Files.Edit(Demo.Recipe, "LEVEL: one", "LEVEL: \"one\""),
        ["patch's description"] = d => d.Files.Edit(Demo.Recipe, "description: first", "description: second"),
        ["patch's file name"] = d => d.Files.Without(At + "patches/one.patch").With(At + "patches/first.patch", "one\n").Edit(Demo.Recipe, "one.patch", "first.patch"),
        ["flag's description"] = d => d.Files.Edit(Demo.Recipe, "transport security", "secrecy"),
        ["need of a flag that is off"] = d => d.Files.Edit(Demo.Recipe, "[lib/fast]", "[lib/ccc]"),
        ["version that is not chosen"] = d => d.Files.Edit(Demo.Recipe, Digest.Of("demo 2.0").Hex, Digest.Of("other").Hex),
        ["summary"] = d => d.Files.Edit(Demo.Recipe, "summary: A demonstration", "summary: Another"),
        ["homepage"] = d => d.Files.Edit(Demo.Recipe, "homepage: https://demo", "homepage: https://other"),
        ["license"] = d => d.Files.Edit(Demo.Recipe, "MIT", "ISC"),
        ["author"] = d => d.Files.Edit(Demo.Recipe, "Somebody", "Nobody"),
        ["URL"] = d => d.Files.Edit(Demo.Recipe, "url: https://demo.example.org/demo-1.0.tar.gz", "url: https://other.example.org/demo_1.0.orig.tar.xz"),
        ["mirrors"] = d => d.Files.Edit(Demo.Recipe, "mirrors: [https://mirror", "mirrors: [https://other"),
        ["timeout"] = d => d.Files.Edit(Demo.Recipe, "30m", "2h"),
        ["allowed reference"] = d => d.Files.Edit(Demo.Recipe, "    permissions:", "    allow-references: [/usr/bin/perl]\n    permissions:"),
        ["package that nobody needs"] = d => d.Debs["unused"] = ("unused 1", ""),
        ["link of a package that nobody needs"] = d => d.DebianLinks["unused /x"] = "y",
        ["place of a .deb"] = d => d.Pool = "pool/other",
        ["version of a .deb whose bytes are the same"] = d => d.DebVersion = "2",
        ["order of permissions"] = d => d.Files.Edit(Demo.Recipe, "      /usr/bin/demo: {mode: \"4755\", owner: \"0:10\"}\n", "      /usr/bin/demo: {owner: \"0:10\", mode: \"4755\"}\n"),
        ["spelling of a mode"] = d => d.Files.Edit(Demo.Recipe, "mode: \"4755\"", "mode: 04755"),
        ["spelling of a truth"] = d => d.Files.Edit(Demo.Recipe, "default: on", "default: True"),
        ["need that is there twice, by way of a flag"] = d => d.Files.Edit(Demo.Recipe, "libs: [lib/bbb]", "libs: [lib/bbb, lib/ssl]"),
        ["style of another name with the same text"] = d => d.Files.With("pkgs/styles/same.yaml", d.Files.ReadText("/ws/pkgs/styles/plain.yaml")!.Text).Edit(Demo.Recipe, "style: plain", "style: same"),
        ["style's text written in the recipe"] = d => d.Files.Edit(Demo.Recipe, "style: plain\nbuild:\n", "build:\n  configure: ./configure \"$@\"\n  build: make\n  install: make install\n"),
        ["line ends of the file"] = d => d.Files.Edit(Demo.Recipe, "\n", "\r\n"),
        ["file beside the recipe that nothing names"] = d => d.Files.With(At + "patches/three.patch", "three\n"),
    };

    public static TheoryData<string> ReachingNames => [.. Reaching.Keys];

    public static TheoryData<string> PropertyNames => [.. Properties.Keys];

    public static TheoryData<string> Phases => [.. Phase.Names];

    public static TheoryData<string> SilentNames => [.. Silent.Keys];

    [Theory]
    [MemberData(nameof(ReachingNames))]
    public void Changes_the_key(string what)
    {
        var demo = new Demo();
        Reaching[what](demo);
        Assert.NotEqual(new Demo().Key(), demo.Key(what == "name" ? "app/other" : "app/demo"));
    }

    [Theory]
    [MemberData(nameof(SilentNames))]
    public void Leaves_the_key(string what)
    {
        var demo = new Demo();
        Silent[what](demo);
        Assert.Equal(new Demo().Package().Preimage, demo.Package().Preimage);
    }

    [Theory]
    [MemberData(nameof(PropertyNames))]
    public void Property_of_what_a_build_is_told(string name)
    {
        var package = (Package.Built)new Demo().Package();
        var (key, action) = (RecipeKeys.OfRecipe(package.Recipe, [], [], [], [], []).Digest, RecipeKeys.OfAction(package.Recipe, Digest.Of("root"), [], null).Digest);
        var changed = Properties[name] is { } change ? change(package.Recipe) : package.Recipe with { Timeout = TimeSpan.FromDays(1), Summary = "other", License = "other", Homepage = "other", Cpe = "other" };
        Assert.Equal(Properties[name] is null, key == RecipeKeys.OfRecipe(changed, [], [], [], [], []).Digest);
        Assert.Equal(Properties[name] is null, action == RecipeKeys.OfAction(changed, Digest.Of("root"), [], null).Digest);
    }

    /// <summary>Whatever is put into a key from now on needs a line above, too.</summary>
    [Fact]
    public void Every_tag_of_a_preimage_is_changed_by_one_of_these()
    {
        var changed = new HashSet<string>(["sandbox-profile", "outputs-version", "import-version"], StringComparer.Ordinal);
        foreach (var atom in new[] { "app/demo", "debian/tool" })
        {
            foreach (var (what, change) in Reaching)
            {
                var demo = new Demo();
                change(demo);
                changed.UnionWith(ChangedTags(new Demo().Package(atom).Preimage, demo.Package(what == "name" && atom == "app/demo" ? "app/other" : atom).Preimage));
            }
        }

        var tags = new[] { new Demo().Package().Preimage, new Demo().Package("debian/tool").Preimage }.SelectMany(p => CanonicalReader.Read(p).Skip(1)).Select(e => e.Tag).Distinct();
        Assert.Equal([], tags.Where(t => !t.EndsWith("-count", StringComparison.Ordinal) && t is not ("name" or "closure" or "deb") && !changed.Contains(t)));
    }

    private static IEnumerable<string> ChangedTags(string old, string now)
    {
        var (before, after) = (CanonicalReader.Read(old), CanonicalReader.Read(now));
        return before.Except(after).Concat(after.Except(before)).Select(e => e.Tag);
    }

    [Fact]
    public void No_property_of_what_a_build_is_told_is_forgotten() =>
        Assert.Equal(typeof(ResolvedRecipe).GetProperties().Select(p => p.Name).Order(StringComparer.Ordinal), Properties.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Phases))]
    public void Text_of_phase(string phase)
    {
        var (demo, other) = (new Demo(), new Demo());
        demo.Files.Edit(Demo.Recipe, "build:\n  prepare: autoreconf\n  check: make check\n", $"build: {{{phase}: one}}\n");
        other.Files.Edit(Demo.Recipe, "build:\n  prepare: autoreconf\n  check: make check\n", $"build: {{{phase}: one }}\n").Edit(Demo.Recipe, $"{phase}: one }}", $"{phase}: 'one '}}");
        Assert.NotEqual(demo.Key(), other.Key());
    }

    [Fact]
    public void The_place_of_the_workspace_leaves_the_key() => Assert.Equal(new Demo().Key(), Demo.At("/home/somebody/else where").Key());

    [Fact]
    public void Versions_of_formats_are_in_every_preimage()
    {
        var preimage = new Demo().Package().Preimage;
        Assert.StartsWith($"recipe 1 {FormatVersions.Key}\n", preimage, StringComparison.Ordinal);
        Assert.Contains($"\nsandbox-profile 1 {FormatVersions.SandboxProfile}\n", preimage, StringComparison.Ordinal);
        Assert.Contains($"\noutputs-version 1 {FormatVersions.Outputs}\n", preimage, StringComparison.Ordinal);
        Assert.Contains($"\nimport-version 1 {FormatVersions.DebianImport}\n", new Demo().Package("debian/tool").Preimage, StringComparison.Ordinal);
    }

    [Fact]
    public void The_build_key_knows_the_root_and_what_is_needed_at_run_time_but_no_recipe_keys()
    {
        var demo = (Core.Graphs.Package.Built)new Demo().Package();
        var changed = new Demo();
        changed.Files.Edit("pkgs/lib/ccc/pkg.yaml", "style: plain", "style: plain\ndate: 2020-01-01");
        var other = (Core.Graphs.Package.Built)changed.Package();
        Assert.NotEqual(demo.Key, other.Key);

        var root = Digest.Of("root");
        var key = RecipeKeys.OfAction(demo.Recipe, root, demo.Runtime, root).Digest;
        Assert.Equal(key, RecipeKeys.OfAction(other.Recipe, root, other.Runtime, root).Digest);
        Assert.NotEqual(key, RecipeKeys.OfAction(demo.Recipe, Digest.Of("other root"), demo.Runtime, root).Digest);
        Assert.NotEqual(key, RecipeKeys.OfAction(demo.Recipe, root, [], root).Digest);
        Assert.NotEqual(key, RecipeKeys.OfAction(demo.Recipe, root, demo.Runtime, Digest.Of("other tools for the test")).Digest);
    }
}
