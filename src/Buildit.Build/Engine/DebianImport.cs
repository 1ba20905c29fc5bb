using System.Collections.Immutable;
using Buildit.Core.Debian;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Records;
using Buildit.Store;
using Buildit.Store.Debian;
using Buildit.Store.Trees;

namespace Buildit.Build.Engine;

/// <summary>Makes distribution packages real: fetch, verify, unpack into outputs, register. Fetching and unpacking of different packages overlap.</summary>
public sealed class DebianImport(ContentStore store, RecordKeeper records, IPackageSources sources, Action<BuildEvent> report) : IDisposable
{
    private readonly SemaphoreSlim _unpacking = new(Environment.ProcessorCount);

    /// <summary>Imports one .deb, unless it was imported before with other dependencies: those are no part of its files.</summary>
    public async Task<Realised> ImportAsync(Package.Imported package, CancellationToken cancel)
    {
        if (records.Find(BuildKeys.Of(package), Need.All) is { } same)
        {
            report(new BuildEvent.CutOff(package));
            return await records.KeepAgainAsync(package, same, cancel);
        }

        var work = store.NewWorkPath("deb");
        Directory.CreateDirectory(work);
        try
        {
            var outputs = await UnpackAsync(package, work, cancel);
            var date = outputs.Values.Select(o => o.Tree.Mtime).DefaultIfEmpty(0).Max();
            var realised = await records.KeepAsync(
                package, BuildKeys.Of(package), outputs, [.. package.Companions.Select(c => c.Name)], [], [MaterialOf(package.Pin)], date, cancel);
            report(new BuildEvent.Imported(package));
            return realised;
        }
        finally
        {
            WorkDirectory.Delete(work);
        }
    }

    /// <summary>Unpacks one .deb into outputs, by name, below a directory; nothing of it is part of the store yet.</summary>
    public async Task<ImmutableSortedDictionary<string, StoredTree>> UnpackAsync(Package.Imported package, string work, CancellationToken cancel)
    {
        var deb = await sources.DebAsync(package.Pin, cancel);
        using (await _unpacking.EnterAsync(cancel))
        {
            return await Task.Run(
                () =>
                {
                    using var file = File.OpenRead(deb);
                    return DebImporter.Import(file, work, package.Pin, package.Links, cancel)
                        .ToImmutableSortedDictionary(o => o.Name, o => store.PrepareTree(o.Tree, o.Directory), StringComparer.Ordinal);
                },
                cancel);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _unpacking.Dispose();

    private static Material MaterialOf(LockedPackage pin) => new(Path.GetFileName(pin.Path), $"pkg:deb/debian/{Uri.EscapeDataString(pin.Name)}@{Uri.EscapeDataString(pin.Version)}?arch={pin.Architecture}", pin.Sha256);
}
