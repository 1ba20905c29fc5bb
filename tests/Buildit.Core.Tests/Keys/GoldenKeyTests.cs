using Buildit.Core.Git;
using Buildit.Core.Locks;
using Buildit.Core.Tests.Graphs;
using Buildit.Testing;

namespace Buildit.Core.Tests.Keys;

/// <summary>Keys that must never change by accident: one recipe per feature, its preimage and key checked in under tests/golden/keys.</summary>
public class GoldenKeyTests
{
    private static readonly Dictionary<string, Action<MemoryWorkspace>> Features = new()
    {
        ["source"] = f => Add(f, ""),
        ["local-source"] = f => f.With("pkgs/g/x/pkg.yaml", "name: x\nversions:\n  1.0:\n    sources: [{path: src, unpack: true}]\nstyle: plain\n").With("pkgs/g/x/src/main.c", "int main;\n"),
        ["git-source"] = f => f.With("pkgs/g/x/pkg.yaml", Demo.Git("branch: main, submodules: true")),
        ["locked-patch"] = f => Add(f, "", "patches: {https://example.org/a.patch: why}"),
        ["patches"] = f => Add(f.With("pkgs/g/x/a.patch", "a\n").With("pkgs/g/x/b.patch", "b\n"), "", "patches: [{file: b.patch}, {file: a.patch, strip: 2}]"),
        ["flags"] = f => Add(f, "use:\n  one: {default: on, configure: [--one]}\n  two: {configure: [--two], configure-off: [--no-two], needs: {libs: [lib/ccc]}}\n"),
        ["needs"] = f => Add(f, "needs: {tools: [debian/tool], libs: [lib/bbb, lib/aaa], runtime: [debian/data]}\n"),
        ["phases"] = f => Add(f, "build:\n  build: |\n    first line\n    second line\nconfigure: ['--with space', '--é']\n"),
        ["helper-files"] = f => Add(f.With("pkgs/g/x/files/run", "run\n", true).With("pkgs/g/x/files/sub/conf", "conf\n"), ""),
        ["links-and-files"] = f => Add(f.With("pkgs/g/x/conf", "conf\n"), "links: {/usr/bin/y: x, /usr/bin/a: /usr/bin/x}\nfiles: {/etc/x.conf: conf}\n"),
        ["outputs"] = f => Add(f, "outputs:\n  keep-symbols: true\n  exclude: [/usr/share/**]\n  dev: {include: [/usr/sdk, /usr/lib/*.a]}\n  runtime:\n    permissions:\n      /usr/bin/x: {mode: '4755'}\n      /var/x: {owner: '5:6'}\n"),
        ["test"] = f => Add(f, "test: |\n  x --version\n"),
        ["date"] = f => Add(f, "date: 2024-05-01T12:30:00Z\n"),
        ["environment"] = f => Add(f, "environment: {B: two words, A: \"1\"}\n"),
        ["replaces"] = f => Add(f, "replaces: [debian/tool, debian/data]\n"),
        ["derived"] = f => Add(f.With("pkgs/g/base/pkg.yaml", Demo.Simple("base", "use: {one: {configure: [--one]}}\n")).With("pkgs/g/x/a.patch", "a\n"), "", derived: "base: g/base-1.0\npatches: {a.patch: why}\nuse: {with: [one]}\nconfigure: [--last]\nneeds: {libs: [lib/aaa]}\nlinks: {/a: b}\n"),
        ["plain-file"] = f => f.With("pkgs/g/x/pkg.yaml", $"name: x\nversions:\n  1.0:\n    sources: [{{url: 'https://example.org/x.bin', unpack: false, sha256: {Digest.Of("x").Hex}}}]\nbuild: {{install: 'true'}}\n"),
        ["phases-over-a-style"] = f => Add(f, "build: {check: make test, install: make all}\n"),
        ["needs-of-flags"] = f => Add(f, "use:\n  one: {default: on, needs: {tools: [debian/tool], libs: [lib/aaa]}}\n  two: {needs-off: {runtime: [debian/data]}}\n"),
        ["adapted"] = f => f.With("pkgs/g/x/pkg.yaml", "base: debian/tool\nlinks: {/usr/bin/x: tool}\nneeds: {runtime: [lib/aaa]}\n"),
        ["derived-twice"] = f => Add(f.With("pkgs/g/base/pkg.yaml", Demo.Simple("base", "links: {/a: b, /c: d}\n")).With("pkgs/g/middle/pkg.yaml", "base: g/base\nlinks: {/a: e}\n").With("pkgs/g/middle/files/a", "1\n").With("pkgs/g/x/files/a", "2\n"), "", derived: "base: g/middle\nlinks: {/c: f}\n"),
        ["group"] = f => f.With("pkgs/g/x/pkg.yaml", "name: x\nneeds: {tools: [debian/tool, lib/aaa]}\nlinks: {/usr/bin/cc: gcc}\nfiles: {/etc/x: x.conf}\n").With("pkgs/g/x/x.conf", "conf\n"),
    };

    public static TheoryData<string> Names => [.. Features.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Key_of_a_recipe_with(string feature)
    {
        var demo = new Demo();
        Features[feature](demo.Files);
        demo.Pins[new Lookup.RemotePatch("https://example.org/a.patch")] = new(Digest.Of("a.patch"));
        demo.Pins[new Lookup.GitSource(new("https://example.org/x.git", new(GitRevisionKind.Branch, "main")) { Submodules = true })] = new(Digest.Of("tree"), Demo.Commit);
        Check(feature, demo.Package("g/x"));
    }

    [Fact]
    public void Key_of_a_distribution_package() => Check("debian", new Demo().Package("debian/tool"));

    [Fact]
    public void Key_of_everything_at_once() => Check("everything", new Demo().Package());

    private static void Check(string name, Core.Graphs.Package package)
    {
        Golden.Check($"tests/golden/keys/{name}.preimage", package.Preimage);
        Golden.Check($"tests/golden/keys/{name}.key", $"{package.Key.Uuid} {package.Key}\n");
    }

    private static void Add(MemoryWorkspace files, string more, string version = "", string? derived = null) => files.With(
        "pkgs/g/x/pkg.yaml", derived ?? Demo.Simple("x", more).Replace("\nstyle:", version.Length > 0 ? $"\n    {version}\nstyle:" : "\nstyle:", StringComparison.Ordinal));
}
