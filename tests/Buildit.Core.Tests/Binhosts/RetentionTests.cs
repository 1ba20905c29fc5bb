using Buildit.Core.Binhosts;
using Buildit.Core.Binhosts.Keeping;
using Buildit.Core.Keys;

namespace Buildit.Core.Tests.Binhosts;

public class RetentionTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(50);
    private static readonly HashSet<Digest> None = [];

    [Fact]
    public void Of_each_name_the_newest_stay_however_old_they_are() =>
        Assert.Equal(["a3", "a4", "b1"], Kept(new(2, Start.AddDays(100)), [Package("a", 1), Package("a", 4), Package("a", 2), Package("a", 3), Package("b", 1)]));

    [Fact]
    public void What_is_young_stays_however_many_there_are() =>
        Assert.Equal(["a2", "a3", "a4"], Kept(new(1, Start.AddDays(2)), [Package("a", 1), Package("a", 2), Package("a", 3), Package("a", 4)]));

    [Fact]
    public void Nothing_takes_the_newest_away() => Assert.Equal(["a2"], Kept(new(0, Start.AddDays(100)), [Package("a", 1), Package("a", 2)]));

    [Fact]
    public void Of_those_written_at_the_same_time_the_higher_version_is_the_newer() =>
        Assert.Equal(["a10"], Kept(new(1, Start.AddDays(100)), [Package("a", 9) with { Written = Start }, Package("a", 10) with { Written = Start }, Package("a", 8) with { Written = Start }]));

    [Fact]
    public void Packages_and_images_of_one_name_are_counted_apart() =>
        Assert.Equal(["a1", "image a2"], Kept(new(1, Start.AddDays(100)), [Package("a", 1), Image("a", 2)]));

    [Fact]
    public void What_is_tagged_or_pinned_stays()
    {
        var (pinned, tagged) = (Package("a", 1), Image("i", 1));
        Holding[] all = [pinned, Package("a", 2), Package("a", 3), tagged, Image("i", 2)];
        Assert.Equal(["a1", "a3", "image i1", "image i2"], Names(all, new Retention(1, Start.AddDays(100)).Kept(all, new HashSet<Digest> { tagged.Image }, new HashSet<Digest> { pinned.Key })));
    }

    [Fact]
    public void What_runs_with_something_that_stays_stays_and_so_do_the_packages_of_an_image()
    {
        var lib = Package("lib", 1);
        var under = Package("under", 1);
        var middle = Package("middle", 1) with { RunsWith = [under.Key] };
        Holding[] all =
        [
            lib, Package("lib", 9), under, Package("under", 9), middle, Package("middle", 9),
            Package("app", 1) with { RunsWith = [middle.Key] },
            Image("i", 1) with { Materials = [lib.Outputs[0], Digest.Of("container.yaml")] },
        ];
        Assert.Equal(["app1", "image i1", "lib1", "lib9", "middle1", "middle9", "under1", "under9"], Kept(new(1, Start.AddDays(100)), all));
    }

    [Fact]
    public void The_imports_that_a_distribution_package_depends_on_stay_and_of_equal_ones_the_newest()
    {
        var (deb, gone) = (Digest.Of("libc.deb"), Digest.Of("gone.deb"));
        var preimage = Preimage.Parse(new CanonicalWriter("debian", 1).Put("name", "curl").Put("closure", "gone").Put("closure-deb", gone).Put("closure", "libc").Put("closure-deb", deb).Preimage);
        Holding[] all =
        [
            Package("debian/curl", 1).With(preimage),
            Package("debian/libc", 1) with { Materials = [deb] }, Package("debian/libc", 2) with { Materials = [deb] },
            Package("debian/libc", 3) with { Materials = [deb], OtherKeys = [Digest.Of("other links")] }, Package("debian/libc", 9),
            Package("app", 1) with { Materials = [deb] }, Package("app", 9),
        ];
        Assert.Equal(["app9", "debian/curl1", "debian/libc2", "debian/libc3", "debian/libc9"], Kept(new(1, Start.AddDays(100)), all));
    }

    [Fact]
    public void Of_records_with_one_output_the_newest_is_enough_for_an_image()
    {
        var (older, newer) = (Package("lib", 1), Package("lib", 2));
        Holding[] all = [older, newer with { Outputs = older.Outputs }, Package("lib", 3), Image("i", 1) with { Materials = older.Outputs }];
        Assert.Equal(["image i1", "lib2", "lib3"], Kept(new(1, Start.AddDays(100)), all));
    }

    [Fact]
    public void Pins_are_read_as_they_were_written()
    {
        var list = new PinList(PinList.Empty.Pins.Add(Digest.Of("b"), "app/b-1").Add(Digest.Of("a"), "an image 2"));
        Assert.Equal(list.Pins, PinList.Parse(list.Print())!.Pins);
        Assert.Null(PinList.Parse("<html>"u8));
        Assert.Empty(PinList.Parse([])!.Pins);
    }

    [Fact]
    public void Every_digest_in_a_document_is_found()
    {
        var (one, two) = (Digest.Of("one"), Digest.Of("two"));
        Assert.Equal([one, two], OciIndex.DigestsIn(System.Text.Encoding.UTF8.GetBytes($$"""{"config":{"digest":"{{one}}"},"layers":[{"x":{"digest":"{{two}}"} },{"digest":3}],"digest":"md5:1"}"""))!.OrderBy(d => d == two));
        Assert.Null(OciIndex.DigestsIn("<html>"u8.ToArray()));
        Assert.Null(OciIndex.DigestsIn("{\"digest\": \"\\ud800\"}"u8.ToArray()));
    }

    private static IEnumerable<string> Kept(Retention retention, Holding[] all) => Names(all, retention.Kept(all, None, None));

    private static IEnumerable<string> Names(Holding[] all, IReadOnlySet<Digest> kept) => all.Where(h => kept.Contains(h.Key)).Select(h => (h.IsImage ? "image " : "") + h.Subject.Name + h.Subject.Version).Order(StringComparer.Ordinal);

    private static Holding Package(string name, int day) => new(Digest.Of($"{name} {day}"), new("package", name, $"{day}"), Start.AddDays(day)) { Outputs = [Digest.Of($"output {name} {day}")] };

    private static Holding Image(string name, int day) => new(Digest.Of($"image {name} {day}"), new("oci", name, $"{day}"), Start.AddDays(day)) { Image = Digest.Of($"manifest {name} {day}") };
}
