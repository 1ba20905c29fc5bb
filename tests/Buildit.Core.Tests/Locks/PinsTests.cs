using Buildit.Core.Diagnostics;
using Buildit.Core.Git;
using Buildit.Core.Locks;
using Buildit.Core.Tests.Graphs;

namespace Buildit.Core.Tests.Locks;

/// <summary>What a graph asks of locks.</summary>
public class PinsTests
{
    private const string Url = "https://example.org/x.git";
    private static readonly Lookup.GitSource Main = new(new(Url, new(GitRevisionKind.Branch, "main")));
    private static readonly Lookup.RemotePatch Fix = new("https://example.org/fix.patch");

    [Fact]
    public void What_is_in_no_lock_is_known_with_its_place_also_in_what_a_package_is_built_with()
    {
        var demo = With("{git: 'https://example.org/x.git', branch: main}");
        demo.Files.With("pkgs/g/top/pkg.yaml", Demo.Simple("top", "needs: {libs: [g/x]}\n").Replace("\nstyle:", "\n    patches: {https://example.org/fix.patch: why}\nstyle:", StringComparison.Ordinal));
        Assert.NotNull(demo.Find("g/top", new DiagnosticBag()));
        Assert.Equal(["pkgs/g/x/pkg.yaml:4:21", "pkgs/g/top/pkg.yaml:5:15"], demo.Asked!.Wanted.Select(w => w.Span.ToString()));
        Assert.Equal([Main, Fix], demo.Asked.Wanted.Where(w => w.Pin is null).Select(w => w.Lookup));
    }

    [Fact]
    public void A_pin_gives_the_digest_and_the_commit_that_is_told()
    {
        var demo = With("{git: 'https://example.org/x.git', branch: main}");
        demo.Pins[Main] = new(Digest.Of("tree"), Demo.Commit);
        var source = ((Core.Graphs.Package.Built)demo.Package("g/x")).Recipe.Sources.Single();
        Assert.Equal((Digest.Of("tree"), Demo.Commit, "x"), (source.Digest, source.Commit, source.FileName));
    }

    [Fact]
    public void What_a_recipe_says_itself_is_not_asked_for()
    {
        var demo = With($"{{git: 'https://example.org/x.git', commit: {Demo.Commit}, sha256: {Digest.Of("tree").Hex}}}");
        var source = ((Core.Graphs.Package.Built)demo.Package("g/x")).Recipe.Sources.Single();
        Assert.Equal((Digest.Of("tree"), Demo.Commit), (source.Digest, source.Commit));
        Assert.Empty(demo.Asked!.Wanted);
    }

    [Fact]
    public void What_another_version_declares_is_not_asked_for_but_not_unused_either()
    {
        var demo = new Demo();
        demo.Files.With("pkgs/g/x/pkg.yaml", "name: x\nversions:\n  2.0: {}\n  1.0:\n    sources: [{git: 'https://example.org/x.git', branch: main}]\n    patches: {https://example.org/fix.patch: why}\nstyle: plain\n");
        demo.Package("g/x");
        Assert.Empty(demo.Asked!.Wanted);
        Assert.True(demo.Asked.IsDeclared(Main) && demo.Asked.IsDeclared(Fix));
        Assert.False(demo.Asked.IsDeclared(new Lookup.RemotePatch("https://example.org/other.patch")));
    }

    [Theory]
    [InlineData("branch: main", "https://example.org/x.git")]
    [InlineData("tag: v1", "https://example.org/x.git")]
    [InlineData("branch: main, submodules: true", "https://example.org/x.git")]
    [InlineData("branch: main", "git@other.example.org:y.git")]
    public void The_key_knows_the_content_alone(string revision, string url)
    {
        Assert.Equal(KeyOf("branch: main", Url, "tree", Demo.Commit), KeyOf(revision, url, "tree", new('f', 40)));
        Assert.NotEqual(KeyOf("branch: main", Url, "tree", Demo.Commit), KeyOf(revision, url, "other tree", Demo.Commit));
    }

    private static Core.Keys.RecipeKey KeyOf(string revision, string url, string tree, string commit)
    {
        var demo = new Demo();
        demo.Files.With("pkgs/g/x/pkg.yaml", Demo.Git(revision, url));
        demo.Find("g/x", new DiagnosticBag());
        demo.Pins[demo.Asked!.Wanted.Single().Lookup] = new(Digest.Of(tree), commit);
        return demo.Key("g/x");
    }

    private static Demo With(string source)
    {
        var demo = new Demo();
        demo.Files.With("pkgs/g/x/pkg.yaml", $"name: x\nversions:\n  1.0:\n    sources: [{source}]\nstyle: plain\n");
        return demo;
    }
}
