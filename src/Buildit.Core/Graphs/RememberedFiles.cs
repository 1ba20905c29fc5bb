using System.Collections.Concurrent;

namespace Buildit.Core.Graphs;

/// <summary>What is remembered of packages, as far as the files that they were made from are as they were.</summary>
internal sealed class RememberedFiles(GraphMemory memory, IWorkspace workspace)
{
    // Shared by all look-aheads: what lies below several packages is looked at once.
    private readonly ConcurrentDictionary<string, bool> _ahead = new(StringComparer.Ordinal);

    /// <summary>What is remembered under a name, if nothing that it was made from has changed.</summary>
    public RememberedPackage? Find(string name) => memory.Find(name) is { } known && known.Inputs.All(i => workspace.Stamp(i.Path) == i.Stamp) ? known : null;

    /// <summary>
    /// Asks the file system, on another processor and while the graph grows, whether the files are as they were when what is remembered below this name was found out.
    /// </summary>
    public void LookAhead(string name)
    {
        if (memory.Find(name) is { } root && _ahead.TryAdd(name, true))
        {
            _ = Task.Run(() => LookBelow(root));
        }
    }

    private void LookBelow(RememberedPackage root)
    {
        var waiting = new Stack<RememberedPackage>([root]);
        while (waiting.TryPop(out var known))
        {
            foreach (var input in known.Inputs)
            {
                _ = workspace.Stamp(input.Path);
            }

            foreach (var below in known.Roles.SelectMany(names => names).Where(name => _ahead.TryAdd(name, true)).Select(memory.Find).OfType<RememberedPackage>().Reverse())
            {
                waiting.Push(below);
            }
        }
    }
}
