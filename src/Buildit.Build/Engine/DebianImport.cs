using System.Collections.Immutable;
using Buildit.Core.Debian;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Records;
using Buildit.Store;
using Buildit.Store.Debian;

namespace Buildit.Build.Engine;

/// <summary>Makes distribution packages real: fetch, verify, unpack into outputs, register. Fetching and unpacking of different packages overlap.</summary>
/// <param name="importerOf">Opens a package; what a package may be compressed with depends on whether the tool for it is there.</param>
public sealed class DebianImport(ContentStore store, RecordKeeper records, IPackageSources sources, Func<LockedPackage, DebImporter> importerOf, Action<BuildEvent> report) : IDisposable
{
    private readonly SemaphoreSlim _unpacking = new(Environment.ProcessorCount);

    /// <summary>Imports one .deb, unless it was imported before with other dependencies: those are no part of its files.</summary>
    public async Task<Realised> ImportAsync(Package.Imported package, CancellationToken cancel)
    {
        if (records.Find(KeyOf(package)) is { } same)
        {
            report(new BuildEvent.CutOff(package));
            return await records.KeepAgainAsync(package, same, cancel);
        }

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

    private ImmutableArray<ImportedOutput> Unpack(Package.Imported package, string deb, string work, CancellationToken cancel)
    {
        using var file = File.OpenRead(deb);
        return importerOf(package.Pin).Import(file, work, package.Pin, package.Links, cancel);
    }

    private async Task<Realised> KeepAsync(Package.Imported package, ImmutableArray<ImportedOutput> outputs, CancellationToken cancel)
    {
        var trees = await Task.Run(() => outputs.ToImmutableSortedDictionary(o => o.Name, o => store.PrepareTree(o.Tree, o.Directory), StringComparer.Ordinal), cancel);
        var date = outputs.Select(o => o.Tree.Mtime).DefaultIfEmpty(0).Max();
        return await records.KeepAsync(
            package, KeyOf(package), trees, [.. package.Companions.Select(c => c.Name)], [], [MaterialOf(package.Pin)], date, cancel);
    }

    private static BuildKey KeyOf(Package.Imported package) => new(RecipeKeys.OfImport(package.Pin, package.Links, package.Companions).Digest);

    private static Material MaterialOf(LockedPackage pin) => new(Path.GetFileName(pin.Path), $"pkg:deb/debian/{Uri.EscapeDataString(pin.Name)}@{Uri.EscapeDataString(pin.Version)}?arch={pin.Architecture}", pin.Sha256);
}
