using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Images.Composition;
using Buildit.Images.ContainerLayers;
using Buildit.Store.Layers;

namespace Buildit.Images.Tests.Composition;

public sealed class BaseImageTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Files_of_packages_go_before_those_of_the_base_and_no_layer_repeats_it()
    {
        var root = Root(Base((Sample.File("etc/a"), "base"), (Sample.File("etc/b"), "base"), (Sample.Link("usr/l", "x"), "")), Part("own", (Sample.File("etc/a"), "own"), (Sample.Link("usr/l", "y"), "")))!;
        Assert.Equal(("own", "the base"), (root.Find("etc/a")!.Owner, root.Find("etc/b")!.Owner));
        Assert.Equal("y", root.Find("usr/l")!.Entry.Target);
        var layers = LayerPlan.Make(root, 64);
        Assert.Equal(["own (runtime)", "container layer"], layers.Select(l => l.Title));
        Assert.DoesNotContain(layers, l => l.Source.Tree.Entries.Any(e => e.Path == "etc/b"));
    }

    [Fact]
    public void A_directory_keeps_what_the_base_says_of_it_though_a_package_s_layer_names_it_plainly()
    {
        var root = Root(Base((Sample.Directory("srv", 0x1C0, 7), "")), Part("own", (Sample.File("srv/x"), "x")))!;
        Assert.Equal((0x1C0, 7), (root.Find("srv")!.Entry.Mode, root.Find("srv")!.Entry.Uid));
        Assert.Contains(root.ContainerLayer.Tree.Entries, e => e is { Path: "srv", Uid: 7 });
    }

    [Fact]
    public void Directories_of_the_base_that_every_root_has_are_not_made_again()
    {
        var root = Root(Base((Sample.Directory("tmp", 0x1FF), ""), (Sample.Link("bin", "usr/bin"), ""), (Sample.Directory("lib"), ""), (Sample.File("usr/bin/b"), "b")), Part("own", (Sample.File("usr/lib/x"), "x")))!;
        Assert.Equal(0x1FF, root.Find("tmp")!.Entry.Mode);
        Assert.Equal(["dev", "etc", "proc", "root", "run", "sys", "var"], root.ContainerLayer.Tree.Entries.Select(e => e.Path));
    }

    [Fact]
    public void A_file_in_place_of_a_directory_of_the_base_is_a_mistake_and_so_is_the_reverse()
    {
        var bag = new DiagnosticBag();
        Assert.Null(Root(Base((Sample.Directory("a"), ""), (Sample.File("b"), "")), Part("own", (Sample.File("a"), ""), (Sample.Directory("b"), "")), bag));
        Assert.Contains(bag.Items, d => d.Message.Contains("'the base' and 'own' both have '/a'", StringComparison.Ordinal));
    }

    [Fact]
    public void The_base_s_layers_count_among_those_that_an_image_may_have()
    {
        var root = Root(Base((Sample.File("etc/a"), "base")), Part("own", (Sample.File("etc/b"), "own")))!;
        var one = Assert.Single(LayerPlan.Make(root, 2));
        Assert.Contains(one.Source.Tree.Entries, e => e.Path == "etc/b");
        Assert.DoesNotContain(one.Source.Tree.Entries, e => e.Path == "etc/a");
        Assert.Contains("1 layers", Assert.Throws<BuilditException>(() => LayerPlan.Make(root, 1)).Message, StringComparison.Ordinal);
    }

    private static ImageRoot? Root(BaseImage below, ImagePart part, DiagnosticBag? bag = null) => ImageRoot.Compose([part], ContainerFiles.Empty, Sample.Date, bag ?? new(), below);

    private ImagePart Part(string name, params (TreeEntry, string)[] files) => Sample.Part(_directory, name, files);

    private BaseImage Base(params (TreeEntry, string)[] files) =>
        new("base", Digest.Of("base"), "{}"u8.ToArray(), [new(Digest.Of("layer"), 1, "tar", Digest.Of("layer"), "/nowhere")], Part("the base", files) with { IsBase = true });
}
