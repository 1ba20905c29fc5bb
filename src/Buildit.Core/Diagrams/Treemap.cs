using System.Collections.Immutable;

namespace Buildit.Core.Diagrams;

/// <summary>A place in a treemap.</summary>
/// <param name="Index">Of the weight that it stands for.</param>
/// <param name="X">From the left.</param>
/// <param name="Y">From the top.</param>
/// <param name="Width">To the right.</param>
/// <param name="Height">Downwards.</param>
public readonly record struct Tile(int Index, double X, double Y, double Width, double Height);

/// <summary>Lays weights out as rectangles whose areas have their proportions, as square as can be (Bruls, Huizing and van Wijk, "Squarified Treemaps", 2000).</summary>
public static class Treemap
{
    /// <summary>The tiles, largest first; they fill the whole area. What weighs nothing has none.</summary>
    public static ImmutableArray<Tile> Place(IReadOnlyList<long> weights, double width, double height)
    {
        var total = weights.Sum(w => (double)w);
        var left = new Queue<(int Index, double Area)>(weights.Select((w, i) => (Index: i, Weight: w)).Where(w => w.Weight > 0)
            .OrderByDescending(w => w.Weight).ThenBy(w => w.Index).Select(w => (w.Index, w.Weight * width * height / total)));
        var tiles = ImmutableArray.CreateBuilder<Tile>();
        var free = new Tile(-1, 0, 0, width, height);
        while (left.Count > 0)
        {
            var row = Row(left, Math.Min(free.Width, free.Height));
            free = Put(row, free, tiles);
        }

        return tiles.ToImmutable();
    }

    /// <summary>Takes as many as make a row along a side whose worst tile is best.</summary>
    private static List<(int Index, double Area)> Row(Queue<(int Index, double Area)> left, double side)
    {
        var row = new List<(int Index, double Area)> { left.Dequeue() };
        while (left.TryPeek(out var next) && Worst([.. row.Select(r => r.Area), next.Area], side) <= Worst([.. row.Select(r => r.Area)], side))
        {
            row.Add(left.Dequeue());
        }

        return row;
    }

    /// <summary>The greatest ratio of a tile's sides in a row.</summary>
    private static double Worst(double[] areas, double side)
    {
        var sum = areas.Sum();
        return Math.Max(side * side * areas.Max() / (sum * sum), sum * sum / (side * side * areas.Min()));
    }

    /// <summary>Puts a row at the shorter side of what is free, and gives what is free then.</summary>
    private static Tile Put(List<(int Index, double Area)> row, Tile free, ImmutableArray<Tile>.Builder tiles)
    {
        var isColumn = free.Width >= free.Height;
        var thickness = row.Sum(r => r.Area) / (isColumn ? free.Height : free.Width);
        var (x, y) = (free.X, free.Y);
        foreach (var (index, area) in row)
        {
            var length = area / thickness;
            tiles.Add(isColumn ? new(index, x, y, thickness, length) : new(index, x, y, length, thickness));
            (x, y) = isColumn ? (x, y + length) : (x + length, y);
        }

        return isColumn
            ? free with { X = free.X + thickness, Width = Math.Max(0, free.Width - thickness) }
            : free with { Y = free.Y + thickness, Height = Math.Max(0, free.Height - thickness) };
    }
}
