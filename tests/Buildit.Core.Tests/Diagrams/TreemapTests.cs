using Buildit.Core.Diagrams;

namespace Buildit.Core.Tests.Diagrams;

public sealed class TreemapTests
{
    private static readonly long[] Weights = [600, 100, 300, 0, 600, 200, 200, 400, 1];

    [Fact]
    public void Areas_have_the_proportions_of_the_weights()
    {
        var tiles = Treemap.Place(Weights, 16, 9);
        Assert.Equal(Weights.Count(w => w > 0), tiles.Length);
        Assert.All(tiles, t => Assert.Equal(16.0 * 9 * Weights[t.Index] / Weights.Sum(), t.Width * t.Height, 6));
    }

    [Fact]
    public void Tiles_fill_the_area_without_lying_over_each_other()
    {
        var tiles = Treemap.Place(Weights, 3, 4);
        Assert.All(tiles, t => Assert.True(t.X >= -1e-9 && t.Y >= -1e-9 && t.X + t.Width <= 3 + 1e-9 && t.Y + t.Height <= 4 + 1e-9, t.ToString()));
        foreach (var (a, b) in tiles.SelectMany(a => tiles.Where(b => b.Index > a.Index).Select(b => (a, b))))
        {
            var across = Math.Min(a.X + a.Width, b.X + b.Width) - Math.Max(a.X, b.X);
            var down = Math.Min(a.Y + a.Height, b.Y + b.Height) - Math.Max(a.Y, b.Y);
            Assert.True(across < 1e-9 || down < 1e-9, $"{a} and {b}");
        }
    }

    [Fact]
    public void The_example_of_its_inventors_comes_out_as_theirs()
    {
        // "Squarified Treemaps", figure 5: 6, 6, 4, 3, 2, 2, 1 in an area of 6 x 4.
        var tiles = Treemap.Place([6, 6, 4, 3, 2, 2, 1], 6, 4);
        Assert.Equal((0, 0.0, 0.0, 3.0, 2.0), (tiles[0].Index, tiles[0].X, tiles[0].Y, tiles[0].Width, tiles[0].Height));
        Assert.Equal((1, 0.0, 2.0, 3.0, 2.0), (tiles[1].Index, tiles[1].X, tiles[1].Y, tiles[1].Width, tiles[1].Height));
        Assert.Equal((3.0, 0.0), (tiles[2].X, tiles[2].Y));
        Assert.Equal(12.0 / 7, tiles[2].Width, 6);
    }

    [Fact]
    public void Nothing_gives_nothing() => Assert.Empty(Treemap.Place([0, 0], 1, 1));
}
