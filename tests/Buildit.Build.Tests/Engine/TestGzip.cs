using System.IO.Compression;
using Buildit.Store.Compression;

namespace Buildit.Build.Tests.Engine;

/// <summary>Compresses without a sandbox.</summary>
internal sealed class TestGzip : ICompressor
{
    public string Format => "gzip";

    public string Identity => "the runtime's gzip";

    public async Task CompressAsync(Action<Stream> write, Stream output, CancellationToken cancel)
    {
        await using var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true);
        await Task.Run(() => write(gzip), cancel);
    }
}
