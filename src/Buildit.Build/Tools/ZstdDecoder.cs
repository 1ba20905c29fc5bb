using System.IO.Pipelines;
using Buildit.Build.Sandboxing;
using Buildit.Store.Compression;

namespace Buildit.Build.Tools;

/// <summary>Opens zstd with the distribution's own tool, in the sandbox.</summary>
public sealed class ZstdDecoder(ISandbox sandbox, Toolbox tools) : IZstdDecoder
{
    /// <inheritdoc/>
    public Stream Open(Stream compressed)
    {
        var pipe = new Pipe();
        _ = Task.Run(() => DecodeAsync(compressed, pipe.Writer));
        return pipe.Reader.AsStream();
    }

    private async Task DecodeAsync(Stream compressed, PipeWriter writer)
    {
        try
        {
            var root = await tools.RootAsync("zstd", CancellationToken.None);
            await using (compressed)
            {
                await Tool.RunAsync(sandbox, root, ["/usr/bin/zstd", "-q", "-d", "-c"], compressed.CopyToAsync, writer.AsStream(leaveOpen: true), CancellationToken.None);
            }

            await writer.CompleteAsync();
        }
#pragma warning disable CA1031 // Whatever went wrong reaches the reader.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await writer.CompleteAsync(e);
        }
    }
}
