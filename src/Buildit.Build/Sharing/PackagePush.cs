using System.Collections.Immutable;
using System.Text;
using Buildit.Build.Engine;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Store;
using Buildit.Store.Binhosts;
using Buildit.Store.Compression;
using Buildit.Store.Layers;
using Buildit.Store.Trust;

namespace Buildit.Build.Sharing;

/// <summary>
/// Pushes packages: blobs first, then the record of each package whose blobs are all there, then the catalog. A package that fails does not keep the others back, and has no
/// record. What is there already is not even read here.
/// </summary>
/// <param name="store">Has the outputs.</param>
/// <param name="records">Has the records.</param>
/// <param name="layers">Keeps what was compressed.</param>
/// <param name="runtime">Compresses runtime outputs: as the images that they are in, so that the blob is the image's layer.</param>
/// <param name="others">Compresses the other outputs.</param>
/// <param name="writer">The binhost.</param>
/// <param name="options">How to push.</param>
public sealed class PackagePush(ContentStore store, RecordKeeper records, LayerCache layers, ICompressor runtime, ICompressor others, BinhostWriter writer, PushOptions options)
{
    /// <summary>Pushes packages all of whose outputs are in the store.</summary>
    public async Task<PushReport> PushAsync(IReadOnlyCollection<Realised> packages, CancellationToken cancel)
    {
        var there = await writer.FindRecordsAsync(packages.Select(p => p.Record.RecipeKey.Digest), cancel);
        var held = await writer.FindBlobsAsync([.. there.Values.SelectMany(e => e.Layers.Select(l => (l.Digest, l.Size))), .. packages.Select(p => (p.Package.Key.Digest, (long)Encoding.UTF8.GetByteCount(p.Package.Preimage)))], cancel);
        var (pushed, unchanged, failed) = (new List<PushedRecord>(), new List<PushedPackage>(), new List<(string, string)>());
        // One after the other: compression itself uses all processors.
        foreach (var package in packages)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                if (await PrepareAsync(package, there.GetValueOrDefault(package.Record.RecipeKey.Digest), held, cancel) is { } record)
                {
                    pushed.Add(record);
                }
                else
                {
                    unchanged.Add(new(package, there[package.Record.RecipeKey.Digest], IsNew: false));
                }
            }
            catch (Exception e) when (e is BuilditException or IOException or UnauthorizedAccessException)
            {
                failed.Add((package.Package.DisplayName, e.Message));
            }
        }

        return await PushAsync(pushed, unchanged, failed, cancel);
    }

    private async Task<PushReport> PushAsync(List<PushedRecord> records, List<PushedPackage> unchanged, List<(string, string)> failed, CancellationToken cancel)
    {
        var (count, bytes) = (0, 0L);
        var lost = await writer.PutBlobsAsync(records.SelectMany(r => r.Blobs), size =>
        {
            Interlocked.Increment(ref count);
            Interlocked.Add(ref bytes, size);
        }, cancel);
        var (rows, needed, done) = (new List<CatalogRow>(), new List<string>(), new List<PushedPackage>(unchanged));
        foreach (var record in records)
        {
            if (record.Blobs.Select(b => b.Digest).FirstOrDefault(lost.ContainsKey) is { IsEmpty: false } missing)
            {
                failed.Add((record.Subject, lost[missing]));
            }
            else if (await PutAsync(record, cancel) is { } reason)
            {
                failed.Add((record.Subject, reason));
            }
            else
            {
                rows.AddRange(record.Rows);
                done.Add(new(record.Package, record.Envelope, IsNew: true));
                needed.AddRange(record.Envelope.Layers.Select(l => l.Digest).Concat(record.Blobs.Select(b => b.Digest)).Select(BinhostLayout.Blob).Append(BinhostLayout.Record(record.Key)));
            }
        }

        await writer.AddToCatalogAsync(rows, needed, cancel);
        return new(rows.Count(r => r.Key == r.Record), unchanged.Count, count, bytes, [.. failed.Order()]) { Packages = [.. done.OrderBy(p => p.Package.Package.Name, StringComparer.Ordinal)] };
    }

    private async Task<string?> PutAsync(PushedRecord record, CancellationToken cancel)
    {
        try
        {
            await writer.PutRecordAsync(record.Key, record.Envelope, cancel);
            if (record.Log is { } log)
            {
                await writer.LinkAsync(BinhostLayout.Log(record.Key), log, cancel);
            }

            return null;
        }
        catch (PlaceException e)
        {
            return e.Message;
        }
    }

    /// <summary>What is to be pushed of a package; null if the binhost has it.</summary>
    private async Task<PushedRecord?> PrepareAsync(Realised package, Envelope? there, IReadOnlySet<Digest> held, CancellationToken cancel)
    {
        var envelope = records.FindEnvelope(package.Package) ?? throw new IOException("its record vanished from the store");
        // What came from elsewhere was signed there; to sign it again would be to say that it was made here.
        if (envelope.Signatures.IsEmpty && options.Key is { } key)
        {
            envelope = key.Sign(envelope, store.Index);
        }

        var isSame = there?.Payload.Span.SequenceEqual(envelope.Payload.Span) == true;
        var forms = (there?.Layers ?? []).Where(l => held.Contains(l.Digest)).ToArray();
        var isWhole = there is not null && RecordFormat.Open(there) is { } record && record.Outputs.Values.All(o => forms.Any(f => f.DiffId == o)) && held.Contains(package.Package.Key.Digest);
        if (isWhole && (isSame ? !options.Sources && !options.Logs && envelope.Signatures.All(s => there!.Signatures.Any(t => t.KeyId == s.KeyId)) : IsTrusted(there!)))
        {
            return null;
        }

        var (layersOf, blobs) = await LayersAsync(package, forms, cancel);
        var log = options.Logs ? Blob(Path.Combine(store.Paths.Logs, package.Package.Key + ".log")) : null;
        var preimage = Encoding.UTF8.GetBytes(package.Package.Preimage);
        blobs.Add(new(package.Package.Key.Digest, preimage.Length, () => new MemoryStream(preimage)));
        blobs.AddRange(options.Sources ? Sources(package.Record) : []);
        blobs.AddRange(log is null ? [] : [log]);
        return new(package, package.Package.Key.Digest, envelope with { Layers = layersOf }, RowsOf(package.Record), [.. blobs], log?.Digest);
    }

    private bool IsTrusted(Envelope there) => options.Trust.Judge(there, options.Now) is null;

    /// <summary>A form of each output: one that the binhost has, else the one that images have or will have as a layer.</summary>
    private async Task<(ImmutableArray<LayerForm> Forms, List<PushedBlob> Blobs)> LayersAsync(Realised package, LayerForm[] there, CancellationToken cancel)
    {
        var (forms, blobs) = (ImmutableArray.CreateBuilder<LayerForm>(), new List<PushedBlob>());
        foreach (var (output, diffId) in package.Record.Outputs.DistinctBy(o => o.Value))
        {
            if (there.FirstOrDefault(f => f.DiffId == diffId) is { } form)
            {
                forms.Add(form);
                continue;
            }

            var tree = store.FindTree(diffId) ?? throw new IOException("not all of its outputs are in the store");
            var layer = layers.Find(diffId, runtime) ?? await layers.GetAsync(LayerSource.Of(tree), output == "runtime" ? runtime : others, cancel);
            forms.Add(new(diffId, layer.MediaType, layer.Digest, layer.Size));
            blobs.Add(new(layer.Digest, layer.Size, () => File.OpenRead(layer.Path)));
        }

        return (forms.ToImmutable(), blobs);
    }

    private IEnumerable<PushedBlob> Sources(Record record) => record.Materials.Select(m => m.Digest).Distinct().Where(store.HasBlob)
        .Select(d => new PushedBlob(d, new FileInfo(store.Paths.Blob(d)).Length, () => File.OpenRead(store.Paths.Blob(d))));

    private static PushedBlob? Blob(string file)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        using var stream = File.OpenRead(file);
        return new(Digest.Of(stream), stream.Length, () => File.OpenRead(file));
    }

    private static ImmutableArray<CatalogRow> RowsOf(Record record)
    {
        var (recipe, build) = (record.RecipeKey.Digest, record.BuildKey.Digest);
        var row = new CatalogRow(recipe, recipe) { Subject = new("package", record.Package, record.Version) };
        return recipe == build ? [row] : [row, new(build, recipe)];
    }
}
