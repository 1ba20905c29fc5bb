namespace Buildit.Store.Compression;

/// <summary>Unpacks xz, with the liblzma that lies beside the application.</summary>
public static class Xz
{
    /// <summary>
    /// The uncompressed bytes. Takes the stream over. Damaged input throws <see cref="InvalidDataException"/>, input that ends early
    /// <see cref="EndOfStreamException"/>.
    /// </summary>
    public static Stream Open(Stream compressed) => new XzStream(compressed);
}
