namespace Buildit.Store.Compression;

/// <summary>
/// Compresses with one pinned tool at one fixed level, so that equal input gives equal bytes on every machine.
/// Implemented in Buildit.Build by tools of the distribution that run in the sandbox.
/// </summary>
public interface ICompressor
{
    /// <summary><c>gzip</c> or <c>zstd</c>.</summary>
    string Format { get; }

    /// <summary>Names tool, version and level: two compressors with the same identity give the same bytes. Names cached compressed blobs.</summary>
    string Identity { get; }

    /// <summary>Compresses what <paramref name="write"/> writes into <paramref name="output"/>. Neither stream needs to seek.</summary>
    Task CompressAsync(Action<Stream> write, Stream output, CancellationToken cancel);
}
