using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core.Graphs;

namespace Buildit.Build.Actions;

/// <summary>The environment of a build, made from nothing: the host's never gets in. Part of the sandbox profile (FormatVersions.SandboxProfile).</summary>
public static class BuildEnvironment
{
    /// <summary>What every command in a sandbox gets.</summary>
    public static ImmutableSortedDictionary<string, string> Base { get; } = new Dictionary<string, string>
    {
        ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin",
        ["HOME"] = "/build/home",
        ["TZ"] = "UTC",
        ["LANG"] = "C.UTF-8",
        ["LC_ALL"] = "C.UTF-8",
        ["TMPDIR"] = "/tmp",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>What the phases of a recipe get. $JOBS is the one value that may differ between builds of one key.</summary>
    public static ImmutableSortedDictionary<string, string> Of(ResolvedRecipe recipe, long sourceDate, BuildConditions conditions) => conditions.Environment.SetItems(new Dictionary<string, string>
    {
        ["SOURCE_DATE_EPOCH"] = sourceDate.ToString(CultureInfo.InvariantCulture),
        ["JOBS"] = conditions.Jobs.ToString(CultureInfo.InvariantCulture),
        ["INPUT"] = BuildScript.SourceDirectory,
        ["INPUT_DIR"] = BuildScript.SourceDirectory,
        ["OUTPUT"] = BuildScript.InstallDirectory,
        ["OUTPUT_DIR"] = BuildScript.InstallDirectory,
        ["FILES"] = "/src/files",
        ["NAME"] = recipe.Name,
        ["VERSION"] = recipe.Version,
        ["USE"] = string.Join(' ', recipe.Enabled),
        ["USE_KNOWN"] = string.Join(' ', recipe.Flags),
    }).SetItems(recipe.Environment);
}
