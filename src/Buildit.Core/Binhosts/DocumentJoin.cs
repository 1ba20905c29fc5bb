using System.Text;
using Buildit.Core.Records;

namespace Buildit.Core.Binhosts;

/// <summary>
/// What two have made of one document, each without knowing of the other, brought together: for places that cannot let one wait for the other. Signatures and layers of a
/// record, images of an index and lines of a list are all kept; of anything else, and of records that say different things, ours counts.
/// </summary>
public static class DocumentJoin
{
    /// <summary>Both together.</summary>
    /// <param name="path">Name of the document.</param>
    /// <param name="ours">What we have written.</param>
    /// <param name="theirs">What somebody else has written.</param>
    public static ReadOnlyMemory<byte> Of(string path, ReadOnlyMemory<byte> ours, ReadOnlyMemory<byte> theirs) => path switch
    {
        BinhostLayout.ImageIndex => OciIndex.Join(theirs, ours) ?? ours,
        BinhostLayout.KeyList => Lines(ours, theirs),
        _ when BinhostLayout.IsRecord(path) => Envelopes(ours, theirs) ?? ours,
        _ => ours,
    };

    private static ReadOnlyMemory<byte>? Envelopes(ReadOnlyMemory<byte> ours, ReadOnlyMemory<byte> theirs) =>
        Envelope.Read(ours) is { } a && Envelope.Read(theirs) is { } b && a.Payload.Span.SequenceEqual(b.Payload.Span) ? b.With(a).Write() : default(ReadOnlyMemory<byte>?);

    private static ReadOnlyMemory<byte> Lines(ReadOnlyMemory<byte> ours, ReadOnlyMemory<byte> theirs)
    {
        var lines = new[] { ours, theirs }.SelectMany(t => Encoding.UTF8.GetString(t.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return Encoding.UTF8.GetBytes(string.Concat(lines.Distinct().Order(StringComparer.Ordinal).Select(l => l + "\n")));
    }
}
