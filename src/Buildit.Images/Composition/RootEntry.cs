using Buildit.Core.Trees;

namespace Buildit.Images.Composition;

/// <summary>One path of an image's root and where it comes from.</summary>
/// <param name="Entry">What is there.</param>
/// <param name="Part">The package output that brings it; null = the container layer.</param>
/// <param name="Mtime">Modification time in the merged root.</param>
/// <param name="Open">Gives a regular file's bytes.</param>
public sealed record RootEntry(TreeEntry Entry, ImagePart? Part, long Mtime, Func<Stream> Open)
{
    /// <summary>The owner, for messages.</summary>
    public string Owner => Part?.Package ?? "the container";
}
