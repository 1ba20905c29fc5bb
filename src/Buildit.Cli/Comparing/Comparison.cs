using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Differences;
using Buildit.Core.Explanations;
using Buildit.Images.Reading;

namespace Buildit.Cli.Comparing;

/// <summary>What differs between two things.</summary>
internal sealed record Comparison(Side Old, Side New)
{
    /// <summary>Inputs that differ, down to those that people declared.</summary>
    public ImmutableArray<Cause> Inputs { get; init; } = [];

    /// <summary>Sets of files: outputs of packages by name; of images and containers, the root.</summary>
    public ImmutableArray<FilesComparison> Files { get; init; } = [];

    /// <summary>Documents of images that differ, by name.</summary>
    public ImmutableArray<(string Name, ImmutableArray<JsonChange> Changes)> Documents { get; init; } = [];

    /// <summary>The layers of images side by side, if they differ.</summary>
    public ImmutableArray<(ImageLayer? Old, ImageLayer? New)> Layers { get; init; } = [];

    /// <summary>What could not be compared, and why.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Whether no difference was found.</summary>
    public bool IsEqual => Inputs.IsEmpty && Files.All(f => f.IsEqual) && Documents.IsEmpty && Layers.IsEmpty;
}

/// <summary>What differs between two sets of files.</summary>
/// <param name="Name">The output; <c>root</c> for an image.</param>
/// <param name="Old">Digest of what there was, if it has one.</param>
/// <param name="New">Digest of what there is, if it has one.</param>
/// <param name="Changes">Paths that differ; empty, too, if only times do.</param>
internal sealed record FilesComparison(string Name, Digest? Old, Digest? New, ImmutableArray<FileChange> Changes)
{
    /// <summary>Whether they are the same.</summary>
    public bool IsEqual => Old == New && Changes.IsEmpty;
}
