using System.Collections.Immutable;
using Buildit.Core.Debian;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Store;
using Buildit.Store.Debian;

namespace Buildit.Build.Engine;

/// <summary>Makes distribution packages real: fetch, verify, unpack into outputs, register. Fetching and unpacking of different packages overlap.</summary>
public sealed class DebianImport(ContentStore store, RecordKeeper records, IPackageSources sources, Action<BuildEvent> report) : IDisposable
{
    private readonly SemaphoreSlim _unpacking = new(Environment.ProcessorCount);

    /// <summary>Imports one .deb.</summary>
    public async Task<Realised> ImportAsync(Package.Imported package, CancellationToken cancel)
    {
        var deb = await sources.DebAsync(package.Pin, cancel);
        var work = store.NewWorkPath("deb");
        Directory.CreateDirectory(work);
        try
        {
            ImmutableArray<ImportedOutput> outputs;
            using (await _unpacking.EnterAsync(cancel))
            {
                outputs = await Task.Run(() => Unpack(package, deb, work, cancel), cancel);
            }

            var realised = await KeepAsync(package, outputs, cancel);
            report(new BuildEvent.Imported(package));
            return realised;
        }
        finally
        {
            WorkDirectory.Delete(work);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _unpacking.Dispose();

    private static ImmutableArray<ImportedOutput> Unpack(Package.Imported package, string deb, string work, CancellationToken cancel)
    {
        using var file = File.OpenRead(deb);
        return DebImporter.Import(file, work, package.Pin, package.Links, cancel);
    }

    private async Task<Realised> KeepAsync(Package.Imported package, ImmutableArray<ImportedOutput> outputs, CancellationToken cancel)
    {
        var trees = await Task.Run(() => outputs.ToImmutableSortedDictionary(o => o.Name, o => store.PrepareTree(o.Tree, o.Directory), StringComparer.Ordinal), cancel);
        var date = outputs.Select(o => o.Tree.Mtime).DefaultIfEmpty(0).Max();
        return await records.KeepAsync(
            package, new(package.Key.Digest), trees, [.. package.Companions.Select(c => c.Name)], [], [MaterialOf(package.Pin)], date, cancel);
    }

    private static Material MaterialOf(LockedPackage pin) => new(Path.GetFileName(pin.Path), $"pkg:deb/debian/{Uri.EscapeDataString(pin.Name)}@{Uri.EscapeDataString(pin.Version)}?arch={pin.Architecture}", pin.Sha256);
}
