using Buildit.Core;
using Buildit.Core.Graphs;

namespace Buildit.Store;

/// <summary>
/// Keeps what is remembered of a workspace's packages in the store, a file for each workspace, version of the program and platform. A cache: it may be deleted,
/// and if it cannot be written, the next run reads all files again.
/// </summary>
/// <param name="store">Where it is kept.</param>
/// <param name="workspace">All that decides about packages besides files and their state.</param>
public sealed class GraphMemoryFile(ContentStore store, string workspace)
{
    private readonly string _path = Path.Combine(store.Paths.Graphs, Digest.Of(workspace).Hex);

    /// <summary>What was written last; nothing if that is damaged.</summary>
    public GraphMemory Read()
    {
        try
        {
            return File.Exists(_path) ? GraphMemoryFormat.Read(File.ReadAllBytes(_path)) ?? GraphMemory.Empty : GraphMemory.Empty;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return GraphMemory.Empty;
        }
    }

    /// <summary>Writes it for the next run. It has its digest within, so that there is no need to wait for the disk.</summary>
    public void Write(GraphMemory memory)
    {
        if (store.IsReadOnly)
        {
            return;
        }

        var temporary = store.NewWorkPath("graph");
        try
        {
            File.WriteAllBytes(temporary, GraphMemoryFormat.Write(memory));
            File.Move(temporary, _path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
        }
    }
}
