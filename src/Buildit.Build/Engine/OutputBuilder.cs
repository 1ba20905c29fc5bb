using System.Collections.Immutable;
using Buildit.Build.Actions;
using Buildit.Build.Outputs;
using Buildit.Build.Sandboxing;
using Buildit.Core.Graphs;
using Buildit.Store;
using Buildit.Store.Trees;

namespace Buildit.Build.Engine;

/// <summary>A build with all that it starts from there.</summary>
/// <param name="Package">What is built.</param>
/// <param name="Parts">What its root is made of.</param>
/// <param name="Inputs">Its sources and patches.</param>
public sealed record BuildTask(Package.Built Package, ImmutableArray<RootPart> Parts, BuildInputs Inputs)
{
    /// <summary>In seconds since 1970: declared, or the newest in the sources.</summary>
    public long SourceDate => Package.Recipe.Date ?? Inputs.NewestMtime;
}

/// <summary>Does the work of one build, from inputs to outputs. Nothing of it is part of the store yet.</summary>
public sealed class OutputBuilder(ContentStore store, ActionRunner runner, RootComposer roots)
{
    /// <summary>Runs the action in a composed root, and sorts what it installed into outputs, by name. Throws with phase, command and the log's tail when it fails.</summary>
    public async Task<ImmutableSortedDictionary<string, StoredTree>> BuildAsync(BuildTask task, BuildWork work, BuildConditions conditions, string log, CancellationToken cancel)
    {
        work.Prepare(task.Package.Recipe, task.Inputs, conditions);
        var root = await roots.ComposeAsync(task.Parts, cancel);
        await runner.RunAsync(task, root, work, conditions, log, cancel);
        var collector = new OutputCollector(task.Package.Recipe, work.Installed, work.Outputs, task.SourceDate);
        var collected = await Task.Run(() => collector.Collect(Manifest.Parse(File.ReadAllBytes(work.Manifest))), cancel);
        return await Task.Run(() => collected.ToImmutableSortedDictionary(o => o.Key, o => store.PrepareTree(o.Value.Tree, o.Value.Directory), StringComparer.Ordinal), cancel);
    }
}
