using System.Collections.Immutable;
using Buildit.Cli.Locks;
using Buildit.Cli.Offline;
using Buildit.Cli.Registries;
using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Bundles;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Locks;
using Buildit.Core.Recipes;
using Buildit.Core.Trust;

namespace Buildit.Cli.Bundles;

/// <summary>Gathers what a bundle holds: the workspace as people wrote it, everything that it is built from, keys, and the program.</summary>
/// <param name="session">Has the store with all inputs.</param>
/// <param name="inputs">The targets.</param>
/// <param name="leftOut">Absolute paths that stay away, whatever directory they are in.</param>
internal sealed class BundleContent(Session session, IReadOnlyList<TargetInputs> inputs, ImmutableArray<string> leftOut)
{
    // What a build leaves beside a container.
    private static readonly ImmutableArray<string> Results = ["out", "binhost", "artifacts", BundleLayout.Own, BundleLayout.Configuration];

    private readonly BundleFiles _files = new();
    private readonly BundlePlaces _places = new(session.Workspace, BundlePlaces.RootOf(session.Workspace, [.. inputs.Select(i => i.Graph.Target).Where(t => t is not Target.PackageName).Select(t => t.Path)]));

    /// <summary>What the bundle is made for, as it is named there.</summary>
    public ImmutableArray<string> Targets => [.. inputs.Select(i => i.Graph.Target).Select(t => t is Target.PackageName ? t.Written : _places.Of(t.Path) is { Length: > 0 } place ? place : ".")];

    /// <summary>Everything.</summary>
    /// <param name="binhost">A directory with what was pushed for the bundle; null = no outputs.</param>
    /// <param name="keys">Whose signatures count for that.</param>
    public BundleFiles Gather(string? binhost, IReadOnlyList<PublicKey> keys)
    {
        AddWorkspace();
        AddInputs();
        if (binhost is not null)
        {
            _files.AddDirectory(BundleLayout.Binhost, binhost, static f => Path.GetFileName(f).StartsWith('.'));
        }

        foreach (var key in binhost is null ? [] : keys)
        {
            _files.AddText($"{BundleLayout.Keys}/{key.Id.Hex}.pub", key.Print());
        }

        _files.AddText(BundleLayout.Configuration, Configuration(binhost is null ? [] : keys));
        _files.AddText(BundleLayout.Launcher, BundleLauncher.Text(Targets), executable: true);
        // Symbols and documentation are for who develops it.
        _files.AddDirectory(BundleLayout.Program, AppContext.BaseDirectory.TrimEnd('/'), static f => Path.GetExtension(f) is ".pdb" or ".dbg" or ".xml");
        return _files;
    }

    private void AddWorkspace()
    {
        foreach (var (tree, place) in session.Workspace.RecipeTrees.Zip(_places.Trees))
        {
            _files.AddDirectory(place, tree, IsLeftOut);
        }

        AddLocksOfCheckouts();
        foreach (var target in inputs.Select(i => i.Graph.Target).Where(t => t is not Target.PackageName))
        {
            _files.AddDirectory(_places.Of(target.Path)!, target.Path, f => IsLeftOut(f) || (Path.GetDirectoryName(f) == target.Path && Results.Contains(Path.GetFileName(f))));
        }

        var bag = new DiagnosticBag();
        foreach (var (directory, path, span) in inputs.SelectMany(LocalFiles))
        {
            AddLocal(directory, path, span, bag);
        }

        bag.ThrowIfErrors();
    }

    private void AddInputs()
    {
        _files.AddText($"{BundleLayout.Binhost}/{BinhostLayout.LayoutMarker}", BinhostLayout.LayoutMarkerText);
        _files.AddText($"{BundleLayout.Binhost}/{BinhostLayout.ImageIndex}", System.Text.Encoding.UTF8.GetString(OciIndex.Empty));
        foreach (var digest in inputs.SelectMany(i => i.Digests).Concat(inputs.Select(i => i.Graph.Container).OfType<Container>().SelectMany(new StoredImages(session.Store).BlobsOf)).Distinct())
        {
            var file = session.Store.VerifiedBlobPath(digest) ?? throw new BuilditException(ExitCode.StoreFailed, $"{digest} vanished from the store", "run the command again");
            _files.AddFile($"{BundleLayout.Binhost}/{BinhostLayout.Blob(digest)}", file, digest);
        }
    }

    /// <summary>A directory in which a recipe or container is, a path that it names from there, and where it does.</summary>
    private static IEnumerable<(string Directory, string Path, SourceSpan Span)> LocalFiles(TargetInputs target)
    {
        var packages = PackageGraph.Of([.. target.Graph.Packages.Select(p => p.Package)]).Packages.OfType<Package.Built>();
        return packages.SelectMany(p => p.Recipe.Sources).Where(s => s.Origin is Source.Local).Select(s => (s.Directory, ((Source.Local)s.Origin).Path, s.Origin.Span))
            .Concat((target.Graph.Container?.Steps ?? []).OfType<Step.Sync>().Select(s => (target.Graph.Target.Path, s.Source.Value, s.Source.Span)));
    }

    private void AddLocal(string directory, string written, SourceSpan span, DiagnosticBag bag)
    {
        var path = Path.GetFullPath(Path.Combine(directory, written)).TrimEnd('/');
        if (!_places.IsReachable(directory, path))
        {
            bag.Error(span, $"'{written}' is outside of what is bundled", $"move it below '{session.Workspace.Display(_places.Root)}', or put a .buildit-config.yaml into a directory that holds it as well");
        }
        else if (Directory.Exists(path))
        {
            _files.AddDirectory(_places.Of(path)!, path, IsLeftOut);
        }
        else if (File.Exists(path))
        {
            _files.AddFile(_places.Of(path)!, path);
        }
    }

    /// <summary>What recipes of a git repository looked up is pinned beside the configuration; in a bundle they are directories like others, with their locks in them.</summary>
    private void AddLocksOfCheckouts()
    {
        var locks = TargetLock.OfCheckouts(session.Workspace);
        foreach (var file in Directory.Exists(locks) ? Directory.EnumerateFiles(locks, PinLockFile.Name, SearchOption.AllDirectories) : [])
        {
            var name = Path.GetRelativePath(locks, file);
            if (session.Workspace.RecipeTrees.FirstOrDefault(t => session.Workspace.IsCheckout(t) && Directory.Exists(Path.Combine(t, Path.GetDirectoryName(name)!))) is { } tree)
            {
                var beside = LockFile.Read(Path.Combine(tree, name), session.Workspace.Display).Pins;
                _files.AddText(_places.Of(Path.Combine(tree, name))!, PinLockFile.Print(beside.With(LockFile.Read(file, session.Workspace.Display).Pins.Pins)));
            }
        }
    }

    /// <summary>A configuration of its own: the one that counts here may name places of this machine, and passwords.</summary>
    private string Configuration(IReadOnlyList<PublicKey> keys) => $"""
        # Written by 'buildit bundle export'
        recipes: [{string.Join(", ", _places.Trees.Select(t => $"'{(t.Length == 0 ? "." : t).Replace("'", "''", StringComparison.Ordinal)}'"))}]
        binhosts:
          - {BundleBinhost(keys)}

        """;

    private static string BundleBinhost(IReadOnlyList<PublicKey> keys) =>
        $"{{name: bundle, url: {BundleLayout.Binhost}, keys: [{string.Join(", ", keys.Select(k => $"{BundleLayout.Keys}/{k.Id.Hex}.pub"))}]}}";

    private bool IsLeftOut(string path) => Path.GetFileName(path) == ".git" || leftOut.Contains(path);
}
