using System.Text;
using Buildit.Core.Differences;
using Buildit.Core.Explanations;
using Buildit.Core.Graphs;
using Buildit.Core.Tests.Graphs;
using Buildit.Core.Tests.Keys;
using Buildit.Core.Trees;
using Buildit.Testing;

namespace Buildit.Core.Tests.Explanations;

/// <summary>Why something is built, as values: every input that can change is named, with its place.</summary>
public class ExplainerTests
{
    private const string Bbb = "pkgs/lib/bbb/pkg.yaml";
    private const string Ccc = "pkgs/lib/ccc/pkg.yaml";

    [Fact]
    public void Every_input_that_reaches_a_key_is_named_with_the_place_where_it_is_declared()
    {
        var text = new StringBuilder();
        foreach (var (what, change) in KeyMutationTests.Reaching.Where(r => r.Key != "name"))
        {
            var now = new Demo();
            change(now);
            var causes = Explain(now, new Demo().Package()).Causes;
            Assert.NotEmpty(causes);
            Assert.All(causes.Where(c => c.Kind != "platform"), c => Assert.True(c.Place is not null, $"{what}: {c.Sentence} has no place"));
            text.Append(what).Append('\n').AppendJoin("", causes.Select(Show));
        }

        Golden.Check("tests/golden/explain/causes.txt", text.ToString());
    }

    [Fact]
    public void What_was_never_built_is_told_as_such() => Assert.True(Explain(new Demo()).IsFirst);

    [Fact]
    public void What_was_built_from_the_same_and_is_gone_is_told_as_such() => Assert.True(Explain(new Demo(), new Demo().Package()).IsLost);

    [Fact]
    public void The_nearest_record_counts_and_of_equally_near_ones_the_newest()
    {
        var (far, near, nearer) = (new Demo(), new Demo(), new Demo());
        far.Files.Edit(Demo.Recipe, "-O2", "-O1").Edit(Demo.Recipe, "LEVEL: one", "LEVEL: two");
        near.Files.Edit(Demo.Recipe, "-O2", "-O0");
        nearer.Files.Edit(Demo.Recipe, "-O2", "-O3");
        Assert.Equal("-O3", Assert.Single(Explain(new Demo(), near.Package(), nearer.Package(), far.Package()).Causes).Old);
        Assert.Equal("-O0", Assert.Single(Explain(new Demo(), nearer.Package(), near.Package(), far.Package()).Causes).Old);
    }

    [Fact]
    public void A_change_far_below_is_found_and_not_the_keys_on_the_way_to_it()
    {
        var now = new Demo();
        now.Files.Edit(Ccc, "style: plain\n", "style: plain\nbuild: {install: make  install}\n");
        var explanation = Explain(now, new Demo().Package());
        var cause = Assert.Single(explanation.Causes);
        Assert.Equal(("lib/ccc", "phase install changed", "pkgs/lib/ccc/pkg.yaml:6"), (cause.Package, cause.Sentence, cause.Place!.ToString()));
        Assert.Equal(["-make install", "+make  install"], cause.Diff.AsEnumerable());
        Assert.True(explanation.Follows);
    }

    [Fact]
    public void Two_changes_at_once_are_two_causes_and_its_own_comes_first()
    {
        var now = new Demo();
        now.Files.Edit(Bbb, "needs:", "environment: {A: b}\nneeds:").Edit(Demo.Recipe, "--demo", "--other");
        var explanation = Explain(now, new Demo().Package());
        Assert.Equal(["app/demo: configure argument 2: --demo -> --other", "lib/bbb: environment A added: b"], explanation.Causes.Select(c => $"{c.Package}: {c.Sentence}"));
        Assert.False(explanation.Follows);
        Assert.Single(explanation.Own);
    }

    [Fact]
    public void A_dependency_that_was_built_already_is_compared_with_what_was_built_from_it_then()
    {
        // lib/ccc was changed and built by itself; app/demo still is of the old one.
        var now = new Demo();
        now.Files.Edit(Ccc, "style: plain\n", "style: plain\ndate: 2020-01-01\n");
        var cause = Assert.Single(Explain(now, new Demo().Package(), now.Package("lib/ccc")).Causes);
        Assert.Equal(("lib/ccc", "source date: of the newest file -> 2020-01-01T00:00:00Z"), (cause.Package, cause.Sentence));
    }

    [Fact]
    public void What_a_dependency_was_made_of_may_be_forgotten()
    {
        var now = new Demo();
        now.Files.Edit(Bbb, "needs:", "environment: {A: b}\nneeds:");
        var history = new MemoryHistory().Built(new Demo().Package()).Forget("lib/bbb");
        var cause = Assert.Single(new Explainer(history, null).Explain(now.Package()).Causes);
        Assert.Equal("lib/bbb: something that this store does not remember changed", $"{cause.Package}: {cause.Sentence}");
    }

    [Fact]
    public void What_a_use_flag_brings_is_told_with_the_flag()
    {
        var now = new Demo();
        now.Files.Edit(Demo.Recipe, "default: off", "default: on");
        var cause = Assert.Single(Explain(now, new Demo().Package()).Causes);
        Assert.Equal("use flag fast switched on", cause.Sentence);
        Assert.Equal(["configure argument 4: --slow -> --fast", "library lib/fast added"], cause.Details.AsEnumerable());
    }

    [Fact]
    public void A_patch_of_a_derived_recipe_is_named_with_its_line_and_one_that_is_gone_by_the_record()
    {
        var (before, now) = (Derived("one\n", "  patches/b.patch: second\n"), Derived("two\n", ""));
        var causes = Explain(now.Package("my/demo"), now, before.Package("my/demo")).Causes;
        Assert.Equal(["patch 3 of 3 a.patch changed (pkgs/my/demo/pkg.yaml:3)", "patch b.patch removed (pkgs/my/demo/pkg.yaml:2)"], causes.Select(c => $"{c.Sentence} ({c.Place})"));

        static Demo Derived(string patch, string more)
        {
            var demo = new Demo();
            demo.Files.With("pkgs/my/demo/pkg.yaml", $"base: app/demo\npatches:\n  patches/a.patch: first\n{more}").With("pkgs/my/demo/patches/a.patch", patch).With("pkgs/my/demo/patches/b.patch", "b\n");
            return demo;
        }
    }

    [Fact]
    public void Another_version_of_a_deb_is_told_with_both_versions_and_the_line_of_the_lock()
    {
        var now = new Demo { DebVersion = "2" };
        now.Debs["libgcc"] = ("libgcc 2", "libc");
        var causes = Explain(now, new Demo().Package()).Causes;
        var cause = Assert.Single(causes);
        Assert.Equal("debian/libgcc: version: 1 -> 2", $"{cause.Package}: {cause.Sentence}");
        Assert.Matches("^packages.lock:[0-9]+$", cause.Place!.ToString());
        Assert.Equal("Version: 2", now.LockText.Line(cause.Place.Line!.Value));
        Assert.Equal("Package: libgcc", now.LockText.Line(cause.Place.Line!.Value - 1));
    }

    [Fact]
    public void A_deb_that_others_depend_on_now_is_told_once()
    {
        var now = new Demo();
        now.Debs["libc"] = ("libc 1", "data libgcc");
        var cause = Assert.Single(Explain(now, new Demo().Package()).Causes);
        Assert.Equal("dependency on debian/data added", cause.SentenceOfPackage);
    }

    [Fact]
    public void The_line_of_a_change_within_a_phase_is_told()
    {
        var (before, now) = (new Demo(), new Demo());
        before.Files.Edit(Demo.Recipe, "  check: make check\n", "  check: |\n    one\n    two\n    three\n");
        now.Files.Edit(Demo.Recipe, "  check: make check\n", "  check: |\n    one\n    two \n    three\n");
        var cause = Assert.Single(Explain(now, before.Package()).Causes);
        Assert.Equal("    two ", now.Files.ReadText("/ws/" + Demo.Recipe)!.Line(cause.Place!.Line!.Value));
    }

    [Fact]
    public void Of_a_local_source_the_files_that_changed_are_told()
    {
        var now = new Demo();
        now.Files.With("pkgs/app/demo/local/main.c", "int other;\n");
        var history = new MemoryHistory().Built(new Demo().Package());
        var cause = Assert.Single(new Explainer(history, null, new Changes(["a", "b/c"])).Explain(now.Package()).Causes);
        Assert.Equal("source 2 of 3 local changed", cause.Sentence);
        Assert.Equal(["a added", "b/c added"], cause.Details.AsEnumerable());
        cause = Assert.Single(new Explainer(history, null, new Changes([.. Enumerable.Range(0, 20).Select(i => $"{i}")])).Explain(now.Package()).Causes);
        Assert.Equal(13, cause.Details.Length);
        Assert.Equal("... and 8 more files", cause.Details[^1]);
    }

    [Fact]
    public void A_long_chain_is_explained_from_below_without_going_down_again_and_again()
    {
        var (before, now) = (Chain("old"), Chain("new"));
        var history = new MemoryHistory();
        Array.ForEach(before, p => history.Remember(p));
        var explainer = new Explainer(history, null);
        var explanations = Array.ConvertAll(now, explainer.Explain);
        Assert.Equal("environment A: old -> new", Assert.Single(explanations[0].Own).Sentence);
        Assert.All(explanations.Skip(1), e => Assert.Equal("p/0", Assert.Single(e.Causes).Package));
        Assert.Equal(0, history.Preimages);

        static Package[] Chain(string value)
        {
            var recipe = ((Package.Built)new Demo().Package("lib/aaa")).Recipe;
            var chain = new List<Package>();
            for (var i = 0; i < 500; i++)
            {
                var own = recipe with { Name = $"p/{i}", Environment = recipe.Environment.SetItem("A", i == 0 ? value : "") };
                var libs = chain.TakeLast(1).ToArray();
                var key = Core.Keys.RecipeKeys.OfRecipe(own, [], libs, [], [], []);
                chain.Add(new Package.Built { Name = own.Name, Version = "1", Key = new(key.Digest), PreimageLater = () => key.Preimage, CompanionsLater = () => [.. libs], RecipeLater = () => own, RemoteFiles = RemoteFile.AllOf(own), Tools = [], Libs = [.. libs], Runtime = [], TestTools = [] });
            }

            return [.. chain];
        }
    }

    [Fact]
    public void Of_a_git_source_the_commits_are_told()
    {
        var (before, now) = (Git("1"), Git("2"));
        Assert.Equal($"source x commit: {new string('1', 40)} -> {new string('2', 40)} (pkgs/g/x/pkg.yaml:4)", Explain(now.Package("g/x"), now, before.Package("g/x")).Causes.Select(c => $"{c.Sentence} ({c.Place})").Single());

        static Demo Git(string digit)
        {
            var demo = new Demo();
            demo.Files.With("pkgs/g/x/pkg.yaml", Demo.Git("branch: main"));
            demo.Pins[new Core.Locks.Lookup.GitSource(new("https://example.org/x.git", new(Core.Git.GitRevisionKind.Branch, "main")))] = new(Digest.Of(digit), string.Concat(Enumerable.Repeat(digit, 40)));
            return demo;
        }
    }

    [Fact]
    public void Control_characters_of_a_value_do_not_reach_a_terminal()
    {
        var now = new Demo();
        now.Files.Edit(Demo.Recipe, "CFLAGS: -O2", "CFLAGS: \"-O2\\e[31m\"");
        Assert.Equal("environment CFLAGS: -O2 -> -O2␛[31m", Assert.Single(Explain(now, new Demo().Package()).Causes).Sentence);
    }

    private sealed class Changes(string[] paths) : ILocalSources
    {
        public System.Collections.Immutable.ImmutableArray<FileChange> ChangesSince(ResolvedSource source, Digest before) =>
            [new(null, new("directory", EntryKind.Directory)), .. paths.Select(p => new FileChange(null, new(p, EntryKind.File)))];
    }

    private static Explanation Explain(Demo now, params Core.Graphs.Package[] before) => Explain(now.Package(), now, before);

    private static Explanation Explain(Core.Graphs.Package package, Demo now, params Core.Graphs.Package[] before)
    {
        var history = before.Aggregate(new MemoryHistory(), (h, p) => h.Built(p));
        return new Explainer(history, new DistributionCauses(history, now.Lock, now.LockText, now.DistributionText)).Explain(package);
    }

    private static string Show(Cause cause) =>
        $"    {cause.Package}: {cause.Sentence} ({cause.Place})\n{string.Concat(cause.Details.Select(b => $"        brings {b}\n"))}{string.Concat(cause.Diff.Select(d => $"        {d}\n"))}";
}
