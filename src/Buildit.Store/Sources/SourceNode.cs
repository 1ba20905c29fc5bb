using Buildit.Core.Trees;

namespace Buildit.Store.Sources;

/// <summary>A path of a source tree: a directory, a symbolic link with its target, or a name of a file.</summary>
internal sealed record SourceNode(EntryKind Kind, long Mtime, string? Target = null, SourceFile? File = null);

/// <summary>A file of a source tree. Hard links are nodes with the same instance, so it must not be a record.</summary>
internal sealed class SourceFile(long length, bool executable, Func<Stream> open)
{
    public long Length { get; } = length;

    public bool Executable { get; } = executable;

    public Stream Open() => open();
}
