using System.Collections.Immutable;
using System.Globalization;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Store.Layers;

namespace Buildit.Images.Composition;

/// <summary>One layer of an image: a package output, several neighbours among them, or the container layer (no parts).</summary>
/// <param name="Parts">The package outputs in it.</param>
/// <param name="Source">Its files.</param>
public sealed record LayerGroup(ImmutableArray<ImagePart> Parts, LayerSource Source)
{
    /// <summary>For the image's history.</summary>
    public string Title => Parts.IsEmpty ? "container layer" : string.Join(", ", Parts);

    /// <summary>One package output alone is its own canonical tar; several are merged into one tree, as new as the newest of them.</summary>
    internal static LayerGroup Of(ImmutableArray<ImagePart> parts)
    {
        if (parts is [var only])
        {
            return new(parts, LayerSource.Of(only.Tree));
        }

        // The parts are known to fit together: the root was composed from them.
        var entries = HardLinks.Restore(PartMerger.Merge(parts, new DiagnosticBag()).Values);
        return new(parts, Flat(entries, parts.Max(p => p.Tree.Tree.Mtime)));
    }

    /// <summary>Everything of an image in one layer.</summary>
    internal static LayerGroup Whole(ImageRoot root) => new(root.Parts, Flat(root.Base is null ? root.Entries : [.. root.Entries.Where(e => e.Part?.IsBase != true || root.IsInContainerLayer(e.Entry.Path))], root.Mtime));

    private static LayerSource Flat(ImmutableArray<RootEntry> entries, long mtime)
    {
        var open = entries.ToDictionary(e => e.Entry.Path, e => e.Open, StringComparer.Ordinal);
        return new(Tree.Create(entries.Select(e => e.Entry), mtime), entry => open[entry.Path]());
    }
}

/// <summary>Decides which package outputs share a layer.</summary>
public static class LayerPlan
{
    /// <summary>
    /// One layer a package output, and the container layer last. If that is more than <paramref name="maxLayers"/>, the two neighbours that are smallest together
    /// are merged until it fits: the large ones stay alone, where sharing them between images saves most.
    /// </summary>
    public static ImmutableArray<LayerGroup> Make(ImageRoot root, int maxLayers)
    {
        if (maxLayers < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(maxLayers), maxLayers.ToString(CultureInfo.InvariantCulture));
        }

        maxLayers -= root.Base?.Layers.Length ?? 0;
        if (maxLayers < 1)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"the base image has {root.Base!.Layers.Length} layers, so that none is left for what lies on it", "allow more: 'layers: {max: N}', 127 at most");
        }

        ImmutableArray<LayerGroup> layers = maxLayers == 1 && root.Parts.Length > 0
            ? [LayerGroup.Whole(root)]
            : [.. Neighbours(root.Parts, maxLayers - 1).Select(LayerGroup.Of), new LayerGroup([], root.ContainerLayer)];
        LayerCheck.Verify(root, layers);
        return layers;
    }

    private static List<ImmutableArray<ImagePart>> Neighbours(ImmutableArray<ImagePart> parts, int most)
    {
        var groups = parts.Select(p => ImmutableArray.Create(p)).ToList();
        var sizes = parts.Select(p => p.Tree.Tree.Entries.Sum(e => e.Size)).ToList();
        while (groups.Count > most)
        {
            var at = Enumerable.Range(0, groups.Count - 1).MinBy(i => sizes[i] + sizes[i + 1]);
            groups[at] = groups[at].AddRange(groups[at + 1]);
            sizes[at] += sizes[at + 1];
            groups.RemoveAt(at + 1);
            sizes.RemoveAt(at + 1);
        }

        return groups;
    }
}
