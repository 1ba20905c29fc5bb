using System.Collections.Immutable;
using Buildit.Build.Sharing;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Sboms;
using Buildit.Store.Binhosts;

namespace Buildit.Cli.Sboms;

/// <summary>A bill of materials for a binhost: a blob for each format, with a further name for each record that it is about.</summary>
/// <param name="Subject">What it is about, for people.</param>
/// <param name="Records">Keys of the records.</param>
/// <param name="Documents">The blobs.</param>
internal sealed record PushedSbom(string Subject, ImmutableArray<Digest> Records, ImmutableArray<(SbomFormat Format, PushedBlob Blob)> Documents)
{
    /// <summary>Writes it in all formats.</summary>
    public static PushedSbom Of(Sbom sbom, ImmutableArray<Digest> records) => new(sbom.Version.Length == 0 ? sbom.Name : $"{sbom.Name}-{sbom.Version}", records, [.. SbomFormat.All.Select(f => (f, Blob(f.Write(sbom))))]);

    /// <summary>Puts what is not there. The records must be there, so that the binhost keeps it as long as them.</summary>
    public async Task<PushReport> PutAsync(BinhostWriter writer, CancellationToken cancel)
    {
        var (count, bytes) = (0, 0L);
        var lost = await writer.PutBlobsAsync(Documents.Select(d => d.Blob), size =>
        {
            Interlocked.Increment(ref count);
            Interlocked.Add(ref bytes, size);
        }, cancel);
        if (lost.Count > 0)
        {
            return PushReport.Nothing with { Failed = [($"the bill of materials of {Subject}", lost.First().Value)] };
        }

        foreach (var (format, blob) in Documents)
        {
            foreach (var record in Records)
            {
                await writer.LinkAsync(BinhostLayout.Sbom(record, format), blob.Digest, cancel);
            }
        }

        return PushReport.Nothing with { Blobs = count, Bytes = bytes };
    }

    private static PushedBlob Blob(byte[] document) => new(Digest.Of(document), document.Length, () => new MemoryStream(document));
}
