using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Explanations;
using Buildit.Core.Keys;
using Buildit.Core.Trees;

namespace Buildit.Core.Tests.Explanations;

public class ImageCausesTests
{
    private static readonly SourceText Text = new("container.yaml", "- vars: {name: small, version: 1}\n- image: {type: oci}\n");

    [Fact]
    public void Nothing_is_said_of_equal_images() => Assert.Empty(Between(Image(), Image()));

    [Fact]
    public void What_changed_in_an_image_is_told_part_by_part()
    {
        var causes = Between(
            Image(text: "- vars: {name: small, version: 1}\n- image: {type: aci}\n", date: 0, compressor: "a", parts: [$"a/b runtime {Digest.Of("1").Hex}", $"c/d runtime {Digest.Of("2").Hex}"], files: [File("etc/motd", 0x1A4), File("etc/old", 0x1A4)]),
            Image(date: 86400, compressor: "b", parts: [$"a/b runtime {Digest.Of("3").Hex}", $"e/f runtime {Digest.Of("4").Hex}"], files: [File("etc/motd", 0x180), File("etc/new", 0x1A4)]));
        Assert.Equal(
            [
                "container.yaml changed (container.yaml:2)",
                "source date: 1970-01-01T00:00:00Z -> 1970-01-02T00:00:00Z ()",
                "compressor: a -> b ()",
                "package a/b (runtime) changed ()",
                "package e/f (runtime) added ()",
                "package c/d (runtime) removed ()",
                "/etc/motd: mode 0644 -> mode 0600 (container.yaml:2)",
                "/etc/new added (container.yaml:2)",
                "/etc/old removed (container.yaml:2)",
            ],
            causes.Select(c => $"{c.Sentence} ({c.Place})"));
        Assert.Equal([" - vars: {name: small, version: 1}", "-- image: {type: aci}", "+- image: {type: oci}"], causes[0].Diff.AsEnumerable());
    }

    private static TreeEntry File(string path, int mode) => new(path, EntryKind.File) { Mode = mode };

    private static System.Collections.Immutable.ImmutableArray<Cause> Between(Preimage old, Preimage now) =>
        new ImageCauses(ContainerParser.Parse(Text, "/", new())!, path => path.Length == 0 ? null : new SourceSpan(Text, 2, 1)).Between(old, now);

    private static Preimage Image(string? text = null, long date = 0, string compressor = "", string[]? parts = null, TreeEntry[]? files = null)
    {
        var w = new CanonicalWriter("image", 1).Put("container", text ?? Text.Text).Put("format", "Oci").Put("date", date).Put("compressor", compressor).Put("part", parts ?? []);
        return Preimage.Parse(w.Put("files", Tree.Create(files ?? [], date).Print()).Put("declared", (files ?? []).Select(f => f.Path).ToArray()).Preimage);
    }
}
