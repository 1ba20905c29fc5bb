using System.Collections.Immutable;
using Buildit.Build.Outputs;

namespace Buildit.Build.Tests.Outputs;

public sealed class NeedsFinderTests
{
    private static readonly Dictionary<string, string> Owners = new(StringComparer.Ordinal)
    {
        ["usr/lib/x86_64-linux-gnu/libz.so.1"] = "zlib",
        ["usr/lib/app/libz.so.1"] = "app-private",
        ["usr/bin/python3"] = "python",
        ["usr/bin/dash"] = "dash",
    };

    [Fact]
    public void A_run_path_wins_over_the_loader_s_own_directories() => Assert.Equal(
        ["libz.so.1 app-private", "libgone.so "],
        Resolve(new([], Needed(("libz.so.1", ["usr/lib/app"]), ("libgone.so", ["usr/lib/app"])), None)));

    [Fact]
    public void What_the_recipe_says_is_opened_is_resolved_like_what_files_load() => Assert.Equal(["libz.so.1 zlib", "liby.so.1 "], Resolve(new([], Needed(), None), "libz.so.1", "liby.so.1"));

    [Fact]
    public void Interpreters_are_found_by_path_in_merged_directories_and_commands_of_env_by_name() => Assert.Equal(
        ["/bin/dash dash", "perl ", "python3 python"],
        Resolve(new([], Needed(), None.Add("/bin/dash", "f").Add("python3", "f").Add("perl", "f"))));

    private static ImmutableSortedDictionary<string, string> None { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    private static ImmutableSortedDictionary<string, NeedingFile> Needed(params (string Soname, ImmutableArray<string> Directories)[] all) =>
        all.Aggregate(ImmutableSortedDictionary.Create<string, NeedingFile>(Comparer<string>.Create((a, b) => string.CompareOrdinal(b, a))), (map, n) => map.Add(n.Soname, new("f", n.Directories)));

    private static IEnumerable<string> Resolve(FoundNeeds found, params string[] opened) => NeedsFinder.Resolve(found, [.. opened], Owners.GetValueOrDefault).Select(r => $"{r.Need} {r.Provider}");
}
