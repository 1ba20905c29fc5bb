using Buildit.Build.Engine;
using Buildit.Cli;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>The engine, put together as the program does it, for a workspace of this checkout and on the shared store.</summary>
internal sealed class SharedSession : IDisposable
{
    private readonly Session _session;

    public SharedSession(string directory)
    {
        var bag = new DiagnosticBag();
        var workspace = Workspace.Find(Settings.Find(directory, directory, bag) with { StoreDirectory = Repository.SharedStore }, bag);
        bag.ThrowIfErrors();
        _session = new(workspace, new EngineOptions(), static _ => { }, static _ => { });
    }

    public Session Session => _session;

    /// <summary>A package by name (<c>category/name</c>), or of the recipe in a directory, with all that it needs at run time.</summary>
    public async Task<IReadOnlyList<Realised>> RuntimeClosureAsync(string nameOrDirectory)
    {
        var bag = new DiagnosticBag();
        var graph = new GraphBuilder(_session.Files, _session.Workspace.Distribution!.Packages, new((_, _) => null), Platform.LinuxAmd64, bag);
        var package = Path.IsPathRooted(nameOrDirectory)
            ? graph.FromDirectory(nameOrDirectory, null)
            : graph.Named(new(nameOrDirectory, new(new("test", nameOrDirectory), 1, 1, nameOrDirectory.Length)));
        bag.ThrowIfErrors();
        return await _session.Engine.RuntimeClosureAsync([package!], Need.Run, CancellationToken.None);
    }

    /// <summary>The directory of a root with these packages.</summary>
    public Task<string> ComposeAsync(IEnumerable<Realised> packages) =>
        _session.Roots.ComposeAsync([.. packages.SelectMany(p => p.Parts(_session.Store, "runtime"))], CancellationToken.None);

    public void Dispose() => _session.Dispose();
}
