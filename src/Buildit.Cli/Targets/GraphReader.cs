using System.Globalization;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Locks;
using Buildit.Store;

namespace Buildit.Cli.Targets;

/// <summary>Makes graphs with what is remembered of the workspace from earlier runs, and remembers what is new.</summary>
internal sealed class GraphReader(Session session, Pins pins, Platform platform)
{
    /// <summary>What <paramref name="read"/> makes of a graph; mistakes go to the bag.</summary>
    public T Read<T>(DiagnosticBag bag, Func<GraphBuilder, T> read) => DeepStack.Run(() => ReadHere(bag, read));

    private T ReadHere<T>(DiagnosticBag bag, Func<GraphBuilder, T> read)
    {
        var file = new GraphMemoryFile(session.Store, Workspace());
        var memory = file.Read();
        var mistakes = new DiagnosticBag();
        var builder = Builder(mistakes, memory);
        var result = read(builder);
        if (mistakes.Items.Count > 0)
        {
            // Whoever has to mend something wants to know the place of it, which no memory has.
            builder = Builder(bag, GraphMemory.Empty);
            result = read(builder);
        }

        // A warning is told until somebody has mended it: what has one is read again each time.
        if (builder.Learned.Count > 0 && mistakes.Items.All(d => d.Severity == Severity.Error))
        {
            file.Write(memory.With(builder.Learned));
        }

        return result;
    }

    private GraphBuilder Builder(DiagnosticBag bag, GraphMemory memory) => new(session.Files, session.Workspace.Distribution?.Packages, pins, platform, bag, memory);

    // Another program may make other keys of the same files.
    private string Workspace() => string.Create(
        CultureInfo.InvariantCulture,
        $"{typeof(RecipeKeys).Module.ModuleVersionId} {platform}\n{string.Join('\n', session.Workspace.RecipeTrees)}");
}
