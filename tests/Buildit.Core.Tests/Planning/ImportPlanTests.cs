using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Planning;
using Buildit.Core.Tests.Graphs;

namespace Buildit.Core.Tests.Planning;

/// <summary>Plans with distribution packages, whose dependencies are no part of what an import does. Plans of builds are compared with what the engine does in Buildit.Build.Tests.</summary>
public class ImportPlanTests
{
    private readonly Demo _demo = new();
    private readonly There _there = new();

    [Fact]
    public void Nothing_is_there_and_everything_is_imported_once_by_name()
    {
        Assert.Equal(
            ["Import coreutils", "Import dash", "Import data", "Import libc", "Import libgcc", "Import tool"],
            Plan(_demo.Package()).Steps.OfType<PlanStep.Import>().Select(i => $"Import {i.Pin.Name}"));
        Assert.All(Plan(_demo.Package()).Steps.OfType<PlanStep.Import>(), i => Assert.True(i.IsFetched));
    }

    [Fact]
    public void A_deb_that_is_there_is_not_fetched_unless_it_is_too_short()
    {
        _there.Sizes[Digest.Of("dash 1")] = 1;
        _there.Sizes[Digest.Of("libc 1")] = 0;
        var fetched = Plan(_demo.Package("debian/dash")).Steps.OfType<PlanStep.Import>().Where(i => i.IsFetched).Select(i => i.Pin.Name);
        // Only the package itself is asked for, not what it depends on.
        Assert.Empty(fetched);
        Assert.Equal(["libc", "libgcc"], Plan(_demo.Package("debian/dash"), withRuntime: true).Steps.OfType<PlanStep.Import>().Where(i => i.IsFetched).Select(i => i.Pin.Name));
    }

    [Fact]
    public void A_deb_that_was_imported_with_other_dependencies_is_not_imported_again()
    {
        var before = (Package.Imported)_demo.Package("debian/tool");
        _there.Actions[BuildKeys.Of(before)] = RuntimeGraphTests.Recorded(before, "debian/libc");
        _demo.Debs["libc"] = ("libc 2", "libgcc");
        var after = _demo.Package("debian/tool");
        Assert.NotEqual(before.Key, after.Key);
        Assert.Equal(["Import debian/libc", "Import debian/libgcc", "CutOff debian/tool"], Plan(after, withRuntime: true).Steps.Select(s => $"{s.GetType().Name} {s.Package.Name}"));
    }

    private Plan Plan(Package package, bool withRuntime = false)
    {
        var request = new PlanRequest { Packages = [package], WithRuntime = withRuntime };
        return Planner.Make(request, request.Graph, _there);
    }

    private sealed class There : IAvailability
    {
        public bool IsElsewhere(Package package, Buildit.Core.Records.Need need) => false;

        public Dictionary<Digest, long> Sizes { get; } = [];

        public Dictionary<BuildKey, Buildit.Core.Records.Record> Actions { get; } = [];

        public Buildit.Core.Records.Record? Find(Package package, Buildit.Core.Records.Need need) => null;

        public Buildit.Core.Records.Record? Find(Package.Built package, BuildKey key, Func<Buildit.Core.Records.Record, bool> fits, Buildit.Core.Records.Need need) => null;

        public Buildit.Core.Records.Record? FindImport(Package.Imported package) => Actions.GetValueOrDefault(BuildKeys.Of(package));

        public bool WasMade(Package package) => false;

        public long? SizeOf(Digest file) => Sizes.TryGetValue(file, out var size) ? size : null;
    }
}
