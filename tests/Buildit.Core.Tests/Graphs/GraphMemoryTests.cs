using Buildit.Core.Diagnostics;
using Buildit.Core.Git;
using Buildit.Core.Graphs;
using Buildit.Core.Locks;
using Buildit.Core.Recipes;

namespace Buildit.Core.Tests.Graphs;

/// <summary>A graph that is remembered is the graph that would be read.</summary>
public sealed class GraphMemoryTests
{
    private const string Target = "app/demo";

    /// <summary>Name of a change -> the change of a workspace that was read before.</summary>
    private static readonly Dictionary<string, Action<Demo>> Changes = new(StringComparer.Ordinal)
    {
        ["nothing"] = _ => { },
        ["recipe"] = d => d.Files.Edit(Demo.Recipe, "--prefix=/usr", "--prefix=/opt"),
        ["comment"] = d => d.Files.Edit(Demo.Recipe, "# A demonstration.", "# Another."),
        ["recipe of a library"] = d => d.Files.With("pkgs/lib/ccc/pkg.yaml", Demo.Simple("ccc", "date: 2020-01-01\n")),
        ["style"] = d => d.Files.Edit("pkgs/styles/plain.yaml", "build: make", "build: make all"),
        ["patch"] = d => d.Files.With("pkgs/app/demo/patches/one.patch", "another\n"),
        ["helper file"] = d => d.Files.With("pkgs/app/demo/files/demo.conf", "a = 2\n"),
        ["mode of a helper file"] = d => d.Files.With("pkgs/app/demo/files/demo.conf", "a = 1\n", executable: true),
        ["further helper file"] = d => d.Files.With("pkgs/lib/aaa/files/new", "new\n"),
        ["helper file gone"] = d => d.Files.Without("pkgs/app/demo/files/start.sh"),
        ["local source"] = d => d.Files.With("pkgs/app/demo/local/main.c", "int other;\n"),
        ["further file of a local source"] = d => d.Files.With("pkgs/app/demo/local/more.c", "int more;\n"),
        [".deb"] = d => d.Debs["tool"] = ("tool 2", "libc"),
        [".deb behind a .deb"] = d => d.Debs["libgcc"] = ("libgcc 2", "libc"),
        ["link of a .deb"] = d => d.DebianLinks["tool /usr/bin/c99"] = "tool",
    };

    public static TheoryData<string> Names => [.. Changes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_graph_after_a_change_is_the_one_that_would_be_read(string change)
    {
        var demo = new Demo();
        var memory = Read(demo, GraphMemory.Empty, out _);
        Changes[change](demo);
        var package = (Package.Built)Remembered(demo, memory, out _);
        var expected = (Package.Built)demo.Package();
        Assert.Equal(expected.Key, package.Key);
        Assert.Equal(expected.Preimage, package.Preimage);
        Assert.Equal(expected.Recipe.Configure.AsEnumerable(), package.Recipe.Configure);
        Assert.Equal(NamesOf(expected), NamesOf(package));
    }

    [Fact]
    public void What_has_not_changed_is_not_read()
    {
        var demo = new Demo();
        var memory = Read(demo, GraphMemory.Empty, out var key);
        var bag = new DiagnosticBag();
        var graph = demo.Graph(bag, memory, new Unread(demo.Files));
        Assert.Equal(key, Demo.Find(graph, Target)!.Key);
        Assert.Empty(graph.Learned);
        Assert.Empty(bag.Items);
    }

    [Fact]
    public void Only_what_changed_and_what_depends_on_it_is_made_anew()
    {
        var demo = new Demo();
        var memory = Read(demo, GraphMemory.Empty, out _);
        demo.Files.With("pkgs/lib/ccc/pkg.yaml", Demo.Simple("ccc", "date: 2020-01-01\n"));
        Remembered(demo, memory, out var learned);
        Assert.Equal(["app/demo", "lib/bbb", "lib/ccc"], learned.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_looks_something_up_is_made_anew_since_another_lock_may_count_and_what_needs_it_is_remembered()
    {
        var demo = new Demo();
        var main = new Lookup.GitSource(new("https://example.org/x.git", new(GitRevisionKind.Branch, "main")));
        demo.Files.With("pkgs/lib/ccc/pkg.yaml", Demo.Git("branch: main").Replace("name: x", "name: ccc", StringComparison.Ordinal));
        demo.Pins[main] = new(Digest.Of("tree"), Demo.Commit);
        var memory = Read(demo, GraphMemory.Empty, out var before);
        Assert.DoesNotContain("lib/ccc", memory.Packages.Keys);
        Assert.Equal(before, Remembered(demo, memory, out var learned).Key);
        Assert.Empty(learned);
        Assert.Equal(main, Assert.Single(demo.Asked!.Wanted).Lookup);

        demo.Pins[main] = new(Digest.Of("another tree"), Demo.Commit);
        Assert.Equal(demo.Key(), Remembered(demo, memory, out _).Key);
        Assert.NotEqual(before, demo.Key());
    }

    [Fact]
    public void A_mistake_is_found_though_the_package_was_right_before()
    {
        var demo = new Demo();
        var memory = Read(demo, GraphMemory.Empty, out _);
        demo.Files.Without("pkgs/lib/ccc/pkg.yaml");
        var bag = new DiagnosticBag();
        Assert.Null(Demo.Find(demo.Graph(bag, memory), Target));
        Assert.True(bag.HasErrors);
    }

    [Fact]
    public void Files_that_change_while_they_are_used_are_noticed()
    {
        var demo = new Demo();
        var memory = Read(demo, GraphMemory.Empty, out _);
        var package = (Package.Built)Remembered(demo, memory, out _);
        demo.Files.Edit(Demo.Recipe, "--prefix=/usr", "--prefix=/opt");
        var error = Assert.Throws<BuilditException>(() => package.Recipe);
        Assert.Contains("changed while", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_changed_a_moment_ago_is_not_remembered()
    {
        var demo = new Demo();
        var bag = new DiagnosticBag();
        var graph = demo.Graph(bag, null, new Unread(demo.Files) { IsReadable = true, Fresh = "/ws/pkgs/lib/ccc/pkg.yaml" });
        Assert.NotNull(Demo.Find(graph, Target));
        Assert.DoesNotContain("lib/ccc", graph.Learned.Keys);
        Assert.Contains("lib/bbb", graph.Learned.Keys);
    }

    [Fact]
    public void It_is_kept_as_bytes_that_tell_damage()
    {
        var memory = Read(new(), GraphMemory.Empty, out _);
        var bytes = GraphMemoryFormat.Write(memory);
        Assert.Equal(bytes, GraphMemoryFormat.Write(GraphMemoryFormat.Read(bytes)!));
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = bytes.ToArray();
            damaged[i] ^= 1;
            Assert.Null(GraphMemoryFormat.Read(damaged));
        }

        Assert.Null(GraphMemoryFormat.Read(bytes[..^1]));
        Assert.Null(GraphMemoryFormat.Read([]));
    }

    private static GraphMemory Read(Demo demo, GraphMemory memory, out Core.Keys.RecipeKey key)
    {
        key = Remembered(demo, memory, out var learned).Key;
        return memory.With(learned);
    }

    private static Package Remembered(Demo demo, GraphMemory memory, out IReadOnlyDictionary<string, RememberedPackage> learned)
    {
        var bag = new DiagnosticBag();
        var graph = demo.Graph(bag, memory);
        var package = Demo.Find(graph, Target);
        Assert.Empty(bag.Items);
        learned = graph.Learned;
        return package!;
    }

    private static IEnumerable<string> NamesOf(Package.Built p) => p.Tools.Concat(p.Libs).Concat(p.Runtime).Concat(p.TestTools).Concat(p.Companions).Select(d => d.DisplayName + " " + d.Key).Concat(p.Replaces)
        .Concat(p.RemoteFiles.Select(f => $"{f.Name} {f.Digest} {string.Join(' ', f.Addresses)} {f.HasMirrors}"));

    /// <summary>A workspace whose files can be looked at, but not read.</summary>
    private sealed class Unread(MemoryWorkspace files) : IWorkspace
    {
        public bool IsReadable { get; init; }

        public string? Fresh { get; init; }

        public IReadOnlyList<string> RecipeTrees => files.RecipeTrees;

        public IReadOnlyList<string> RecipeNames => files.RecipeNames;

        private MemoryWorkspace Files => IsReadable ? files : throw new InvalidOperationException("a file was read");

        public string Combine(string directory, string relative) => files.Combine(directory, relative);

        public FileStamp? Stamp(string path) => path == Fresh ? null : files.Stamp(path);

        public SourceText? ReadText(string path) => Files.ReadText(path);

        public (Digest Digest, bool Executable)? Hash(string path) => Files.Hash(path);

        public IReadOnlyList<string> List(string directory) => Files.List(directory);

        public Digest? HashSource(Source.Local source, string path) => Files.HashSource(source, path);
    }
}
