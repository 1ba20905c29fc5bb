using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Core.Tests.Graphs;

public class GraphBuilderTests
{
    private const string Base = "pkgs/g/base/pkg.yaml";

    [Theory]
    [InlineData("app/demos", ExitCode.Unresolvable, "there is no package 'app/demos' | did you mean 'app/demo'?")]
    [InlineData("app/demo-9.9", ExitCode.Unresolvable, "'app/demo' has no version '9.9' | it has 1.0, 2.0")]
    [InlineData("debian/tol", ExitCode.Unresolvable, "'debian/tol' is not in packages.lock | did you mean 'debian/tool'? If not, run 'buildit lock' to add it and what it depends on")]
    [InlineData("demo", ExitCode.InvalidInput, "'demo' is not the name of a package | write category/name or category/name-version, for example www-servers/nginx")]
    public void A_name_that_cannot_be_found_is_an_error(string atom, ExitCode code, string message)
    {
        var error = Fails(new Demo(), atom);
        Assert.Equal(code, error.Code);
        Assert.Equal(message, Show(Assert.Single(error.Diagnostics)));
    }

    [Theory]
    [InlineData("use: {with: [sl]}", "'g/base' has no use flag 'sl' | did you mean 'ssl'? its flags: fast, quic, ssl")]
    [InlineData("use: {with: [quic], without: [ssl]}", "use flag 'quic' of 'g/base' requires 'ssl', which is off | add 'ssl' to 'with', or 'quic' to 'without'")]
    [InlineData("patches: {none.patch: x}", "there is no patch 'none.patch' | it is looked for in '/ws/pkgs/g/x'")]
    [InlineData("needs: {libs: [lib/nothing]}", "there is no package 'lib/nothing' | recipe trees: /ws/pkgs")]
    public void A_derived_recipe_s_mistake_is_an_error(string more, string message) =>
        Assert.Equal(message, Show(Assert.Single(Fails(Derived(more), "g/x").Diagnostics)));

    [Fact]
    public void Flags_bring_their_needs_and_arguments_by_their_final_state()
    {
        var plain = Built(Derived(""), "g/x");
        Assert.Equal(["lib/ssl", "lib/slow"], plain.Libs.Select(l => l.Name).OrderDescending(StringComparer.Ordinal));
        Assert.Equal(["--all", "--with-ssl", "--no-fast"], plain.Recipe.Configure.AsEnumerable());
        Assert.Equal(["ssl"], plain.Recipe.Enabled);

        var changed = Built(Derived("use: {with: [fast], without: [ssl]}\nconfigure: [--last]\n"), "g/x");
        Assert.Equal(["lib/fast"], changed.Libs.Select(l => l.Name));
        Assert.Equal(["--all", "--fast", "--last"], changed.Recipe.Configure.AsEnumerable());
        Assert.Equal(["fast", "quic", "ssl"], changed.Recipe.Flags);
    }

    [Fact]
    public void A_chain_of_derived_recipes_adds_up_and_the_last_one_decides()
    {
        var demo = Derived("patches: {one.patch: x}\nuse: {with: [fast]}\nlinks: {/a: first, /b: b}\nconfigure: [--x]\n");
        demo.Files.With("pkgs/g/x/one.patch", "1").With("pkgs/g/x/files/f", "x").With("pkgs/g/base/files/f", "base").With("pkgs/g/base/files/g", "base")
            .With("pkgs/g/y/pkg.yaml", "base: g/x\npatches: {two.patch: y}\nuse: {without: [fast]}\nlinks: {/a: second}\nconfigure: [--y]\n").With("pkgs/g/y/two.patch", "2");
        var built = Built(demo, "g/y");
        Assert.Equal("g/base-1.0", built.DisplayName);
        Assert.Equal(["one.patch", "two.patch"], built.Recipe.Patches.Select(p => p.FileName));
        Assert.Equal(["--all", "--with-ssl", "--no-fast", "--x", "--y"], built.Recipe.Configure.AsEnumerable());
        Assert.Equal([("/a", "second"), ("/b", "b")], built.Recipe.Links.Select(l => (l.Key, l.Value)));
        Assert.Equal([("f", Digest.Of("x")), ("g", Digest.Of("base"))], built.Recipe.HelperFiles.Select(f => (f.Path, f.Digest)));
        Assert.Equal("pkgs/g/y/pkg.yaml", built.Recipe.Text.Path);
    }

    [Fact]
    public void Patches_are_applied_to_the_versions_that_they_name()
    {
        var demo = Derived("patches:\n  - {file: old.patch, versions: '<1.0'}\n  - {file: new.patch, versions: '>=1.0 <2'}\n");
        demo.Files.With("pkgs/g/x/new.patch", "new");
        Assert.Equal(["new.patch"], Built(demo, "g/x").Recipe.Patches.Select(p => p.FileName));
    }

    [Fact]
    public void A_derived_recipe_has_no_version_but_its_base_s()
    {
        Assert.Equal("1.0", Built(Derived(""), "g/x-1.0").Version);
        var error = Fails(Derived(""), "g/x-2.0");
        Assert.Equal(ExitCode.Unresolvable, error.Code);
        Assert.Equal("'g/x' has no version '2.0' | it is derived from 'g/base-1.0' and has only version 1.0", Show(Assert.Single(error.Diagnostics)));
    }

    [Fact]
    public void A_base_that_leads_back_is_an_error()
    {
        var demo = new Demo();
        demo.Files.With("pkgs/g/x/pkg.yaml", "base: g/y\n").With("pkgs/g/y/pkg.yaml", "base: g/x\n").With("pkgs/g/z/pkg.yaml", "base: g/z\n");
        Assert.Equal("'g/y' is derived from itself | a chain of 'base' must end at a recipe that has none", Show(Assert.Single(Fails(demo, "g/x").Diagnostics)));
        Assert.StartsWith("'g/z' is derived from itself", Show(Assert.Single(Fails(demo, "g/z").Diagnostics)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_distribution_package_takes_links_and_runtime_needs_and_has_another_key_then()
    {
        var demo = new Demo();
        demo.Files.With("pkgs/g/x/pkg.yaml", "base: debian/tool\nlinks: {/usr/bin/t: tool}\nneeds: {runtime: [debian/libgcc]}\n");
        var package = Assert.IsType<Package.Imported>(demo.Package("g/x"));
        Assert.Equal("tool", package.Links["/usr/bin/t"]);
        Assert.Contains("debian/libgcc", package.Companions.Select(c => c.Name));
        Assert.NotEqual(demo.Key("debian/tool"), demo.Key("g/x"));
    }

    [Fact]
    public void A_distribution_package_has_no_source_to_patch_or_configure()
    {
        var demo = new Demo();
        demo.Files.With("pkgs/g/x/pkg.yaml", "base: debian/tool\nuse: {with: [fast]}\n");
        Assert.StartsWith("'debian/tool' is imported as it is", Show(Assert.Single(Fails(demo, "g/x").Diagnostics)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cycle_is_shown_whole_and_once()
    {
        var demo = new Demo();
        demo.Files.With("pkgs/lib/ccc/pkg.yaml", Demo.Simple("ccc", "needs: {libs: [lib/bbb]}\n"));
        Assert.Equal("dependency cycle: lib/bbb -> lib/ccc -> lib/bbb | one of these packages must do without the next one", Show(Assert.Single(Fails(demo, "app/demo").Diagnostics)));
    }

    [Fact]
    public void All_mistakes_are_told_at_once_and_the_smallest_exit_code_wins()
    {
        var error = Fails(Derived("needs: {libs: [lib/one]}\npatches: {none.patch: x}\n"), "g/x");
        Assert.Equal(["there is no patch 'none.patch'", "there is no package 'lib/one'"], error.Diagnostics.Select(d => d.Message).OrderDescending(StringComparer.Ordinal));
        Assert.Equal(ExitCode.InvalidInput, error.Code);
    }

    [Fact]
    public void A_distribution_package_without_a_distribution_says_what_to_do()
    {
        var bag = new DiagnosticBag();
        Assert.Null(new GraphBuilder(new Demo().Files, null, new((_, _) => null), Platform.LinuxAmd64, bag).Named(new("debian/tool", new(new("t", "x"), 1, 1))));
        Assert.Contains("no recipe tree declares a distribution", Assert.Single(bag.Items).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Distribution_packages_that_need_each_other_have_keys_and_a_closure()
    {
        var demo = new Demo();
        Assert.NotEqual(demo.Key("debian/libc"), demo.Key("debian/libgcc"));
        Assert.Equal(["debian/libc", "debian/libgcc", "debian/tool"], Closure.Of([demo.Package("debian/tool")]).Select(p => p.Name));
    }

    [Fact]
    public void The_root_of_a_build_holds_the_libraries_of_libraries_less_what_is_replaced()
    {
        var demo = new Demo();
        demo.Files.With("pkgs/g/x/pkg.yaml", Demo.Simple("x", "needs: {tools: [debian/tool], libs: [lib/bbb]}\nreplaces: [debian/libgcc]\n"));
        var x = demo.Package("g/x");
        Assert.Equal(["debian/libc", "debian/libgcc", "debian/tool", "lib/bbb", "lib/ccc"], Closure.Of([.. Built(demo, "g/x").Tools, .. Built(demo, "g/x").Libs]).Select(p => p.Name));
        Assert.Equal(["debian/libc", "debian/tool", "g/x", "lib/bbb", "lib/ccc"], Closure.Of([x, demo.Package("debian/tool")]).Select(p => p.Name));
    }

    [Fact]
    public void Two_versions_of_one_package_do_not_meet()
    {
        var error = Assert.Throws<BuilditException>(() => Closure.Of([new Demo().Package("app/demo-1.0"), new Demo().Package("app/demo-2.0")]));
        Assert.Equal(ExitCode.Unresolvable, error.Code);
        Assert.Matches("^two different packages of one name meet: 'app/demo-[12].0' \\(.*\\) and 'app/demo-[12].0' \\(.*\\)$", error.Message);
    }

    [Fact]
    public void A_helper_file_that_cannot_be_read_is_an_error() =>
        Assert.Contains("cannot be read", Assert.Single(Fails(new Demo(), "app/demo", new Broken(new Demo().Files)).Diagnostics).Message, StringComparison.Ordinal);

    private static Demo Derived(string more)
    {
        var demo = new Demo();
        demo.Files.With("pkgs/lib/slow/pkg.yaml", Demo.Simple("slow")).With(Base, Demo.Simple("base", """
            configure: [--all]
            use:
              ssl: {default: on, needs: {libs: [lib/ssl]}, configure: [--with-ssl]}
              fast: {needs: {libs: [lib/fast]}, needs-off: {libs: [lib/slow]}, configure: [--fast], configure-off: [--no-fast]}
              quic: {requires: [ssl]}
            """)).With("pkgs/g/x/pkg.yaml", "base: g/base-1.0\n" + more);
        return demo;
    }

    private static Package.Built Built(Demo demo, string atom) => (Package.Built)demo.Package(atom);

    private static BuilditException Fails(Demo demo, string atom, IWorkspace? files = null)
    {
        var bag = new DiagnosticBag();
        var package = files is null ? demo.Find(atom, bag) : new GraphBuilder(files, null, new((_, _) => null), demo.Platform, bag).FromDirectory("/ws/pkgs/lib/aaa", null);
        Assert.Null(package);
        return Assert.Throws<BuilditException>(bag.ThrowIfErrors);
    }

    private static string Show(Diagnostic d) => d.Message + " | " + d.Hint;

    /// <summary>Lists a file that is not there: a link to nothing.</summary>
    private sealed class Broken(MemoryWorkspace files) : IWorkspace
    {
        public IReadOnlyList<string> RecipeTrees => files.RecipeTrees;

        public IReadOnlyList<string> RecipeNames => files.RecipeNames;

        public string Combine(string directory, string relative) => files.Combine(directory, relative);

        public FileStamp? Stamp(string path) => files.Stamp(path);

        public SourceText? ReadText(string path) => files.ReadText(path);

        public (Digest Digest, bool Executable)? Hash(string path) => files.Hash(path);

        public IReadOnlyList<string> List(string directory) => ["gone"];

        public Digest? HashSource(Core.Recipes.Source.Local source, string path) => files.HashSource(source, path);
    }
}
