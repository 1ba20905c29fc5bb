using System.Collections.Immutable;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Locks;

namespace Buildit.Core.Tests.Graphs;

/// <summary>A workspace whose package app/demo uses every feature of a recipe.</summary>
internal sealed class Demo
{
    public const string Recipe = "pkgs/app/demo/pkg.yaml";

    public MemoryWorkspace Files { get; private init; } = Everything("/ws");

    public Platform Platform { get; set; } = Platform.LinuxAmd64;

    /// <summary>Where the archive has its .debs.</summary>
    public string Pool { get; set; } = "pool";

    /// <summary>What its .debs call their versions.</summary>
    public string DebVersion { get; set; } = "1";

    /// <summary>name=deb version -> names that it depends on; libc and libgcc depend on each other, as Debian's packages do.</summary>
    public SortedDictionary<string, (string Deb, string Depends)> Debs { get; } = new(StringComparer.Ordinal)
    {
        ["coreutils"] = ("coreutils 1", "libc"),
        ["dash"] = ("dash 1", "libc"),
        ["data"] = ("data 1", ""),
        ["libc"] = ("libc 1", "libgcc"),
        ["libgcc"] = ("libgcc 1", "libc"),
        ["tool"] = ("tool 1", "libc"),
    };

    /// <summary>"package path" -> link text.</summary>
    public SortedDictionary<string, string> DebianLinks { get; } = new(StringComparer.Ordinal) { ["tool /usr/bin/cc"] = "tool" };

    /// <summary>What a lock says.</summary>
    public Dictionary<Lookup, Pin> Pins { get; } = [];

    /// <summary>What the last graph asked of the lock.</summary>
    public Pins? Asked { get; private set; }

    public static Demo At(string root) => new() { Files = Everything(root) };

    /// <summary>A recipe of one version with a source and nothing else.</summary>
    public static string Simple(string name, string more = "") =>
        $"name: {name}\nversions:\n  1.0:\n    sources: [{{url: 'https://example.org/{name}-1.0.tar.gz', sha256: {Digest.Of(name).Hex}}}]\nstyle: plain\n{more}";

    /// <summary>The id of a commit.</summary>
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    /// <summary>A recipe with a git source.</summary>
    public static string Git(string revision, string url = "https://example.org/x.git") => $"name: x\nversions:\n  1.0:\n    sources: [{{git: '{url}', {revision}}}]\nstyle: plain\n";

    public Package Package(string atom = "app/demo")
    {
        var bag = new DiagnosticBag();
        var package = Find(atom, bag);
        Assert.Equal([], bag.Items.Select(Mistakes.Show));
        return package!;
    }

    public RecipeKey Key(string atom = "app/demo") => Package(atom).Key;

    public Package? Find(string atom, DiagnosticBag bag) => Find(Graph(bag), atom);

    /// <summary>A graph of the workspace, or of another one in its place.</summary>
    public GraphBuilder Graph(DiagnosticBag bag, GraphMemory? memory = null, IWorkspace? files = null) => new(files ?? Files, Distribution(), Asked = new((lookup, _) => Pins.GetValueOrDefault(lookup)), Platform, bag, memory);

    public static Package? Find(GraphBuilder graph, string atom) => graph.Named(new(atom, new(new("test", atom), 1, 1)));

    /// <summary>The lock that pins its .debs.</summary>
    public PackagesLock Lock => new(Debs.ToImmutableSortedDictionary(
        d => d.Key,
        d => new LockedPackage(d.Key, DebVersion, "amd64", $"{Pool}/{d.Key}.deb", 1, Digest.Of(d.Value.Deb), [.. d.Value.Depends.Split(' ', StringSplitOptions.RemoveEmptyEntries)]),
        StringComparer.Ordinal));

    /// <summary>The lock as a file.</summary>
    public SourceText LockText => new("packages.lock", PackagesLockFile.Print(Lock, "a test"));

    /// <summary>The file that declares the links.</summary>
    public SourceText DistributionText => new("distribution.yaml", "links:\n" + string.Concat(DebianLinks.GroupBy(l => l.Key.Split(' ')[0]).Select(g => $"  {g.Key}:\n" + string.Concat(g.Select(l => $"    {l.Key.Split(' ')[1]}: {l.Value}\n")))));

    private DistributionPackages Distribution()
    {
        var links = DebianLinks.Select(l => (l.Key.Split(' '), l.Value)).GroupBy(l => l.Item1[0]).ToImmutableSortedDictionary(
            g => g.Key, g => g.ToImmutableSortedDictionary(l => l.Item1[1], l => l.Value, StringComparer.Ordinal), StringComparer.Ordinal);
        return new(new() { Suite = "s", Components = ["main"], Architecture = "amd64", Keyring = "k", Mirrors = [], Links = links }, Lock);
    }

    private static MemoryWorkspace Everything(string root) => new MemoryWorkspace(root)
        .With("pkgs/styles/plain.yaml", "phases:\n  configure: ./configure \"$@\"\n  build: make\n  install: make install\n")
        .With("pkgs/lib/aaa/pkg.yaml", Simple("aaa"))
        .With("pkgs/lib/bbb/pkg.yaml", Simple("bbb", "needs: {libs: [lib/ccc]}\n"))
        .With("pkgs/lib/ccc/pkg.yaml", Simple("ccc"))
        .With("pkgs/lib/ssl/pkg.yaml", Simple("ssl"))
        .With("pkgs/lib/fast/pkg.yaml", Simple("fast"))
        .With("pkgs/app/demo/patches/one.patch", "one\n")
        .With("pkgs/app/demo/patches/two.patch", "two\n")
        .With("pkgs/app/demo/files/demo.conf", "a = 1\n")
        .With("pkgs/app/demo/files/start.sh", "#!/bin/sh\n", executable: true)
        .With("pkgs/app/demo/local/main.c", "int main;\n")
        .With("pkgs/app/demo/local/run", "run\n")
        .With(Recipe, Text);

    private static readonly string Text = $$"""
        # A demonstration.
        name: demo
        summary: A demonstration
        homepage: https://demo.example.org/
        license: MIT
        author: Somebody <somebody@example.org>
        versions:
          1.0:
            sources:
              - url: https://demo.example.org/demo-1.0.tar.gz
                sha256: {{Digest.Of("demo 1.0").Hex}}
                mirrors: [https://mirror.example.org/demo-1.0.tar.gz]
              - {path: local, name: extra}
              - {url: https://demo.example.org/demo.txt, name: text, unpack: false, sha256: {{Digest.Of("text").Hex}}}
            patches:
              - {file: patches/one.patch, description: first}
              - {file: patches/two.patch, strip: 0, versions: '>=1.0'}
          2.0:
            sources: [{url: https://demo.example.org/demo-2.0.tar.gz, sha256: {{Digest.Of("demo 2.0").Hex}}}]
        needs:
          tools: [debian/tool, lib/aaa]
          libs: [lib/bbb]
          runtime: [debian/data]
        use:
          ssl:
            default: on
            description: transport security
            needs: {libs: [lib/ssl]}
            configure: [--with-ssl]
          fast:
            default: off
            description: speed
            needs: {libs: [lib/fast]}
            configure: [--fast]
            configure-off: [--slow]
        configure: [--prefix=/usr, --demo]
        environment:
          CFLAGS: -O2
          LEVEL: one
        style: plain
        build:
          prepare: autoreconf
          check: make check
        outputs:
          dev: {include: [/usr/lib/demo/sdk]}
          runtime:
            permissions:
              /usr/bin/demo: {mode: "4755", owner: "0:10"}
          exclude: [/usr/share/info]
        test: demo --version
        links:
          /usr/bin/d: demo
          /usr/bin/e: demo
        files:
          /etc/demo.conf: files/demo.conf
        replaces: [debian/data]
        timeout: 30m
        date: 2024-05-01
        """;
}
