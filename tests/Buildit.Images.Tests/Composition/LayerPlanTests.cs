using Buildit.Core.Diagnostics;
using Buildit.Images.Composition;

namespace Buildit.Images.Tests.Composition;

public sealed class LayerPlanTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Each_package_output_is_a_layer_and_the_container_layer_is_last()
    {
        var layers = LayerPlan.Make(Root(), 64);
        Assert.Equal(["a (runtime)", "b (runtime)", "c (runtime)", "d (runtime)", "container layer"], layers.Select(l => l.Title));
        Assert.Equal(layers[0].Parts[0].Tree.DiffId, layers[0].Source.DiffId);
    }

    [Theory]
    [InlineData(5, "a|b|c|d|")]
    [InlineData(4, "a,b|c|d|")]
    [InlineData(3, "a,b|c,d|")]
    [InlineData(2, "a,b,c,d|")]
    [InlineData(1, "a,b,c,d")]
    public void Small_neighbours_share_a_layer_if_there_are_too_many(int most, string expected) =>
        Assert.Equal(expected, string.Join('|', LayerPlan.Make(Root(), most).Select(l => string.Join(',', l.Parts.Select(p => p.Package)))));

    [Fact]
    public void The_largest_stay_alone_wherever_they_are()
    {
        var root = Sample.Root([Part("a", 900), Part("b", 1), Part("c", 2), Part("d", 800), Part("e", 3), Part("f", 4)]);
        Assert.Equal("a|b,c|d|e,f|", string.Join('|', LayerPlan.Make(root, 5).Select(l => string.Join(',', l.Parts.Select(p => p.Package)))));
    }

    [Fact]
    public void A_name_that_would_delete_a_file_is_refused()
    {
        var root = Sample.Root([Sample.Part(_directory, "a", (Sample.File("usr/.wh.x"), "x"))]);
        Assert.Throws<BuilditException>(() => LayerPlan.Make(root, 64));
    }

    private ImageRoot Root() => Sample.Root(
    [
        Part("a", 10), Part("b", 20), Part("c", 1000), Part("d", 30),
    ]);

    private ImagePart Part(string name, int size) => Sample.Part(_directory, name, (Sample.File("usr/share/" + name), new string('x', size)), (Sample.File("usr/share/same"), "same"));
}
