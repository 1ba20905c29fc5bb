namespace Buildit.Store.Compression;

/// <summary>Unpacks Zstandard. The framework cannot; a pinned tool in the sandbox does it.</summary>
public interface IZstdDecoder
{
    /// <summary>The uncompressed bytes. Damaged input throws <see cref="InvalidDataException"/>, input that ends early <see cref="EndOfStreamException"/>.</summary>
    Stream Open(Stream compressed);
}
