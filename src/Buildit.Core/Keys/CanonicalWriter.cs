using System.Globalization;
using System.Text;

namespace Buildit.Core.Keys;

/// <summary>
/// The one way into a key. Every value is written as <c>tag LENGTH value\n</c>, where LENGTH counts the value's UTF-8 bytes, so that no two
/// sequences of calls give the same text; and the text stays readable, because it is kept as the preimage that explains a key.
/// </summary>
public sealed class CanonicalWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>Starts a preimage of one kind in one format version.</summary>
    public CanonicalWriter(string kind, int formatVersion) => Put(kind, formatVersion);

    /// <summary>Writes one text. Tags are our own words: lower-case letters and '-'.</summary>
    public CanonicalWriter Put(string tag, string value)
    {
        _text.Append(CultureInfo.InvariantCulture, $"{tag} {Encoding.UTF8.GetByteCount(value)} {value}\n");
        return this;
    }

    /// <summary>Writes one number.</summary>
    public CanonicalWriter Put(string tag, long value) => Put(tag, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Writes one digest.</summary>
    public CanonicalWriter Put(string tag, Digest value) => Put(tag, value.Hex);

    /// <summary>Writes a list in the order given, its length first.</summary>
    public CanonicalWriter Put(string tag, IReadOnlyCollection<string> values)
    {
        Put(tag + "-count", values.Count);
        foreach (var value in values)
        {
            Put(tag, value);
        }

        return this;
    }

    /// <summary>Writes a sorted map, its length first.</summary>
    public CanonicalWriter Put(string tag, IReadOnlyCollection<KeyValuePair<string, string>> values)
    {
        Put(tag + "-count", values.Count);
        foreach (var (key, value) in values)
        {
            Put(tag + "-name", key).Put(tag, value);
        }

        return this;
    }

    /// <summary>The preimage so far.</summary>
    public string Preimage => _text.ToString();

    /// <summary>The digest of the preimage's UTF-8 bytes.</summary>
    public Digest Digest => Digest.Of(Preimage);
}
