using Buildit.Build.Actions;
using Buildit.Core.Graphs;
using Buildit.Core.Recipes;
using Buildit.Testing;

namespace Buildit.Build.Tests.Actions;

/// <summary>A change of a script is a change of FormatVersions.SandboxProfile.</summary>
public class BuildScriptTests
{
    private static readonly BuildConditions Usual = new() { Jobs = 2 };

    public static TheoryData<string> Names => ["plain", "everything"];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_script_is_as_checked_in(string name)
    {
        foreach (var (path, text) in BuildScript.Files(Recipe(name), Usual))
        {
            Golden.Check($"tests/golden/scripts/{name}/{path}", text);
        }

        Golden.Check($"tests/golden/scripts/{name}/environment", string.Concat(BuildEnvironment.Of(Recipe(name), 5, Usual).Select(e => $"{e.Key}={e.Value}\n")));
    }

    [Fact]
    public void No_name_of_a_recipe_reaches_the_shell_as_code()
    {
        const string evil = "a'; rm -rf /; $(x) `y` \n#";
        var recipe = Samples.Recipe() with { Sources = [Samples.Source(evil, evil)], Patches = [Samples.Patch(evil)], Configure = [evil], Environment = Samples.Map(("X", evil)) };
        var script = BuildScript.Files(recipe, Usual)["build.sh"];
        Assert.DoesNotContain("rm -rf", script, StringComparison.Ordinal);
        Assert.DoesNotContain("$(x)", script, StringComparison.Ordinal);
        Assert.DoesNotContain("`", script, StringComparison.Ordinal);
    }

    private static ResolvedRecipe Recipe(string name) => name == "plain" ? Samples.Recipe() : Samples.Recipe() with
    {
        Sources = [Samples.Source("", "demo-1.0.tar.gz"), Samples.Source("extra", "extra.tar.gz")],
        Patches = [Samples.Patch("one.patch"), Samples.Patch("odd name'.patch") with { Strip = 0 }],
        Phases = Samples.Map(("prepare", "autoreconf"), ("configure", "./configure \"$@\"\n"), ("build", "make\n"), ("check", "make check\n"), ("install", "make install\n")),
        Configure = ["--with space"],
        Environment = Samples.Map(("CFLAGS", "-O2"), ("HOME", "/elsewhere")),
        Enabled = ["a"],
        Flags = ["a", "b"],
        Outputs = OutputRules.Default with { KeepSymbols = true },
    };
}
