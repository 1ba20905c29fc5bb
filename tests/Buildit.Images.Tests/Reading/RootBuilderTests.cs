using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Images.Reading;
using Buildit.Store.Archives;

namespace Buildit.Images.Tests.Reading;

/// <summary>Layers lie over each other as the OCI specification says.</summary>
public class RootBuilderTests
{
    [Fact]
    public void Later_layers_win() => Assert.Equal(["a 644", "b 600"], Root([Sample.File("a"), Sample.File("b")], [Sample.File("b", mode: 0x180)]));

    [Fact]
    public void A_whiteout_removes_a_file_or_a_directory_with_all_that_is_in_it() =>
        Assert.Equal(["d 755", "d/keep 644", "e.x 644"], Root([Sample.Directory("d"), Sample.File("d/a"), Sample.File("d/keep"), Sample.Directory("e"), Sample.File("e/f/g"), Sample.File("e.x")], [Sample.File("d/.wh.a"), Sample.File(".wh.e")]));

    [Fact]
    public void A_whiteout_does_not_remove_what_its_own_layer_brings() =>
        Assert.Equal(["a 600"], Root([Sample.File("a")], [Sample.File("a", mode: 0x180), Sample.File(".wh.a")]));

    [Fact]
    public void An_opaque_whiteout_removes_all_that_was_in_the_directory() =>
        Assert.Equal(["d 755", "d/new 644", "x 644"], Root([Sample.Directory("d"), Sample.File("d/a"), Sample.File("d/b/c"), Sample.File("x")], [Sample.File("d/new"), Sample.File("d/.wh..wh..opq")]));

    [Fact]
    public void An_opaque_whiteout_at_the_top_removes_everything() => Assert.Equal(["b 644"], Root([Sample.File("a"), Sample.File("d/a")], [Sample.File("b"), Sample.File(".wh..wh..opq")]));

    [Fact]
    public void A_file_in_the_place_of_a_directory_takes_away_what_was_in_it() => Assert.Equal(["d 644"], Root([Sample.Directory("d"), Sample.File("d/a")], [Sample.File("d")]));

    [Fact]
    public void A_path_through_a_link_is_refused_also_if_another_layer_made_the_link()
    {
        AssertRefused("its entry 'a/f' leads through 'a', which is no directory", [Sample.Link("a", "/tmp"), Sample.File("a/f")]);
        AssertRefused("its entry 'a/b' leads through 'a', which is no directory", [Sample.Link("a", "x")], [Sample.Directory("a/b"), Sample.File("a/b/f")]);
        AssertRefused("its entry 'b' is a further name of 'a', which is no file in it", [Sample.Link("a", "/etc/passwd"), Sample.HardLink("b", "a")]);
        AssertRefused("its entry 'b' is a further name of 'd/none', which is no file in it", [Sample.Directory("d"), Sample.HardLink("b", "d/none")]);
    }

    private static void AssertRefused(string said, params TreeEntry[][] layers) => Assert.EndsWith(said, Assert.Throws<BuilditException>(() => Root(layers).ToArray()).Message, StringComparison.Ordinal);

    private static IEnumerable<string> Root(params TreeEntry[][] layers)
    {
        var root = new RootBuilder();
        foreach (var layer in layers)
        {
            root.Add([.. layer.Select(e => new ListedFile(e, null, null))]);
        }

        root.Check();
        return root.Entries.Select(e => $"{e.Path} {Convert.ToString(e.Mode, 8)}");
    }
}
