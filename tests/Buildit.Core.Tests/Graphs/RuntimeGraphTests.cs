using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Core.Tests.Graphs;

public class RuntimeGraphTests
{
    private readonly Demo _demo = new();

    public RuntimeGraphTests() => _demo.Files.With("pkgs/g/app/pkg.yaml", Demo.Simple("app", "needs: {tools: [debian/tool], libs: [lib/bbb, lib/ssl], runtime: [debian/data]}\n"));

    [Fact]
    public void What_records_say_and_what_files_show_are_the_reasons()
    {
        var graph = Graph("g/app", [Link("/usr/bin/demo", "g/app", "libccc.so", "lib/ccc"), Link("/usr/bin/also", "g/app", "libccc.so", "lib/ccc")], ("g/app", "lib/ccc debian/data lib/ssl"));
        Assert.Equal(
            [
                " -> g/app: asked for (place)",
                "g/app -> debian/data: declared runtime need ()",
                "g/app -> lib/ccc: loads libccc.so (/usr/bin/also /usr/bin/demo)",
                "g/app -> lib/ssl: recorded when it was built ()",
            ],
            graph.Edges.Select(Show));
    }

    [Fact]
    public void The_chain_is_the_shortest_and_ends_in_a_circle_of_Debian_s()
    {
        var graph = Graph("g/app", [], ("g/app", "debian/tool lib/bbb"), ("lib/bbb", "lib/ccc"));
        Assert.Equal([" -> g/app: asked for (place)", "g/app -> debian/tool: recorded when it was built ()", "debian/tool -> debian/libc: Debian dependency ()", "debian/libc -> debian/libgcc: Debian dependency ()"], graph.ChainTo("debian/libgcc").Select(Show));
        Assert.Empty(graph.ChainTo("debian/dash"));
    }

    [Fact]
    public void What_is_replaced_is_left_out_and_its_stand_in_takes_the_edges()
    {
        _demo.Files.With("pkgs/g/x/pkg.yaml", Demo.Simple("x", "needs: {libs: [lib/ccc], runtime: [g/y]}\n")).With("pkgs/g/y/pkg.yaml", Demo.Simple("y", "replaces: [lib/ccc]\n"));
        var graph = Graph("g/x", [], ("g/x", "lib/ccc g/y"));
        Assert.Equal(["g/x", "g/y"], graph.Packages.Select(p => p.Package.Name));
        Assert.Equal([" -> g/x: asked for (place)", "g/x -> g/y: declared runtime need ()"], graph.Edges.Select(Show));
    }

    [Fact]
    public void Files_of_the_container_need_packages_too()
    {
        var graph = Graph("g/app", [Link("/opt/run", null, "libccc.so", "g/app"), Link("/usr/bin/demo", "g/app", "libmine.so", null)], ("g/app", ""));
        Assert.Equal([" -> g/app: asked for, loads libccc.so (place /opt/run)"], graph.Edges.Select(Show));
    }

    [Fact]
    public void A_package_without_a_record_is_missing_and_two_of_one_name_clash()
    {
        var closure = RuntimeClosure.Of([_demo.Package("g/app")], p => p.Name == "lib/bbb" ? null : Recorded(p, p.Name == "g/app" ? "lib/bbb" : ""));
        Assert.Equal(["g/app"], closure.Packages.Select(p => p.Package.Name));
        Assert.Equal(["lib/bbb"], closure.Missing.Select(p => p.Name));
        var error = Assert.Throws<BuilditException>(() => RuntimeClosure.Of([_demo.Package("app/demo-1.0"), _demo.Package("app/demo-2.0")], p => Recorded(p, "")));
        Assert.Equal(ExitCode.Unresolvable, error.Code);
    }

    [Fact]
    public void What_is_excluded_is_left_out_with_what_only_it_needs_and_no_edge_leads_there()
    {
        var package = _demo.Package("g/app");
        var closure = RuntimeClosure.Of([package], new HashSet<string> { "lib/bbb" }, p => Recorded(p, p.Name switch { "g/app" => "lib/bbb debian/data", "lib/bbb" => "lib/ccc", _ => "" }));
        Assert.Equal(["debian/data", "g/app"], closure.Packages.Select(p => p.Package.Name));
        Assert.Empty(closure.Missing);
        Assert.Equal(["g/app -> debian/data: declared runtime need ()"], RuntimeGraph.Of(closure, [], [Link("/usr/bin/demo", "g/app", "libb.so", "lib/bbb")]).Edges.Select(Show));
    }

    [Fact]
    public void What_a_recipe_says_is_opened_is_a_reason_without_files() => Assert.Equal(
        [" -> g/app: asked for (place)", "g/app -> lib/ccc: opens libccc.so ()"],
        Graph("g/app", [new("", "g/app", ReasonKind.Dlopen, "libccc.so", "/usr/lib/libccc.so", "lib/ccc")], ("g/app", "lib/ccc")).Edges.Select(Show));

    private RuntimeGraph Graph(string top, FileLink[] links, params (string Package, string Needs)[] records)
    {
        var needs = records.ToDictionary(r => r.Package, r => r.Needs, StringComparer.Ordinal);
        var package = _demo.Package(top);
        var closure = RuntimeClosure.Of([package], p => Recorded(p, needs.GetValueOrDefault(p.Name, "")));
        return RuntimeGraph.Of(closure, [(package, new(ReasonKind.Asked, "", ["place"]))], links);
    }

    private static FileLink Link(string file, string? owner, string soname, string? provider) => new(file, owner, ReasonKind.Library, soname, "/usr/lib/" + soname, provider);

    internal static Buildit.Core.Records.Record Recorded(Package package, string needs) => new()
    {
        Package = package.Name,
        Version = package.Version,
        Platform = Platform.LinuxAmd64,
        RecipeKey = package.Key,
        BuildKey = new(package.Key.Digest),
        Outputs = ImmutableSortedDictionary<string, Digest>.Empty,
        RuntimeNeeds = [.. needs.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
        Sonames = [],
        Materials = [],
        Preimage = Digest.Of(package.Preimage),
        SourceDate = 0,
    };

    private static string Show(RuntimeEdge e) => $"{e.From} -> {e.To}: {string.Join(", ", e.Reasons.Select(r => r.Words))} ({string.Join(' ', e.Reasons.SelectMany(r => r.Files))})";
}
