using Buildit.Core.Graphs;

namespace Buildit.Core.Tests.Graphs;

public class PackageGraphTests
{
    [Fact]
    public void Every_package_comes_once_and_after_what_it_names()
    {
        var graph = PackageGraph.Of([new Demo().Package()]);
        Assert.Equal(
            ["debian/libgcc", "debian/libc", "debian/tool", "lib/aaa", "lib/ccc", "lib/bbb", "lib/ssl", "debian/data", "debian/coreutils", "debian/dash", "app/demo"],
            graph.Packages.Select(p => p.Name));
        var place = graph.Packages.Select((p, i) => (p.Key, i)).ToDictionary(p => p.Key, p => p.i);
        Assert.All(graph.Packages.OfType<Package.Built>(), p => Assert.All(PackageGraph.DependenciesOf(p), d => Assert.True(place[d.Package.Key] < place[p.Key])));
    }

    [Fact]
    public void One_package_asked_for_in_two_ways_is_one()
    {
        var demo = new Demo();
        Assert.Single(PackageGraph.Of([demo.Package("lib/ccc"), demo.Package("lib/ccc-1.0")]).Packages);
    }

    [Fact]
    public void Dependencies_are_told_with_their_roles()
    {
        var demo = new Demo();
        demo.Files.With("pkgs/g/x/pkg.yaml", "base: debian/tool\nneeds: {runtime: [debian/data]}\n").With("pkgs/g/group/pkg.yaml", "name: group\nneeds: {runtime: [lib/ccc]}\n");
        Assert.Equal(
            ["Tool debian/tool", "Tool lib/aaa", "Lib lib/bbb", "Lib lib/ssl", "Runtime debian/data", "Test debian/coreutils", "Test debian/dash"],
            PackageGraph.DependenciesOf(demo.Package()).Select(d => $"{d.Role} {d.Package.Name}"));
        Assert.Equal(["Depends debian/libc", "Runtime debian/data"], PackageGraph.DependenciesOf(demo.Package("g/x")).Select(d => $"{d.Role} {d.Package.Name}"));
        Assert.Equal(["Member lib/ccc"], PackageGraph.DependenciesOf(demo.Package("g/group")).Select(d => $"{d.Role} {d.Package.Name}"));
    }
}
