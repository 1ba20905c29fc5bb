using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Differences;
using Buildit.Core.Explanations;
using Buildit.Core.Keys;
using Buildit.Images.Reading;
using Buildit.Store.Trees;

namespace Buildit.Cli.Comparing;

/// <summary>One of the two things that are compared.</summary>
internal abstract record Side
{
    private Side()
    {
    }

    /// <summary>As the command line names it.</summary>
    public required string Written { get; init; }

    /// <summary>What it is, in a line.</summary>
    public abstract string Title { get; }

    /// <summary>A package: of a target, a HASH or a record.</summary>
    /// <param name="Subject">What went into its key.</param>
    /// <param name="DisplayName">Name and version.</param>
    /// <param name="Key">Its recipe key.</param>
    /// <param name="Outputs">The outputs whose files are in the store; null if it was not built here.</param>
    public sealed record PackageSide(Subject Subject, string DisplayName, RecipeKey Key, ImmutableSortedDictionary<string, OutputFiles>? Outputs) : Side
    {
        public override string Title => $"package {DisplayName}, HASH {Key.Uuid}";
    }

    /// <summary>A container that is described, not an image of it.</summary>
    /// <param name="Container">The container.</param>
    /// <param name="Packages">The packages that its steps name, by name.</param>
    /// <param name="Own">What it puts over its packages.</param>
    /// <param name="Files">What its images' root would be; null if a package is not in the store.</param>
    /// <param name="Absent">A package that is not in the store.</param>
    public sealed record ContainerSide(Container Container, ImmutableSortedDictionary<string, Subject> Packages, FileSet Own, FileSet? Files, string? Absent) : Side
    {
        public override string Title => $"container {Container.DisplayName}";
    }

    /// <summary>An image that was written.</summary>
    public sealed record ImageSide(ImageContent Image) : Side
    {
        public override string Title => $"{Image.Format} image {Image.Digest}";

        public FileSet Files => new(Image.Entries, e => Image.Elves.GetValueOrDefault(e.Path));
    }
}

/// <summary>An output of a package.</summary>
/// <param name="DiffId">Its digest.</param>
/// <param name="Tree">Its files; null if the store does not have them.</param>
internal sealed record OutputFiles(Digest DiffId, StoredTree? Tree);
