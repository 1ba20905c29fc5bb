using System.IO.Compression;
using Buildit.Store.Compression;

namespace Buildit.Images.Tests;

/// <summary>gzip by the runtime's own zlib; counts how often it works.</summary>
public sealed class TestCompressor : ICompressor
{
    private int _runs;

    public int Runs => _runs;

    public string Format => "gzip";

    public string Identity => "test gzip";

    public async Task CompressAsync(Action<Stream> write, Stream output, CancellationToken cancel)
    {
        Interlocked.Increment(ref _runs);
        await using var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true);
        await Task.Run(() => write(gzip), cancel);
    }
}
