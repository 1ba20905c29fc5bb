using System.Collections.Immutable;
using System.Threading.Channels;
using Buildit.Build.Actions;
using Buildit.Build.Sandboxing;
using Buildit.Store.Compression;

namespace Buildit.Build.Tools;

/// <summary>
/// gzip by the distribution's libdeflate, in the sandbox. The input is cut into pieces of a fixed size that are compressed at the same time, each into a member of its own
/// (RFC 1952, section 2.2: a file is a series of members), so that the bytes depend neither on the number of processors nor on the runtime's zlib.
/// </summary>
public sealed class GzipCompressor(ISandbox sandbox, Toolbox tools, string version, int parallel) : ICompressor
{
    private const int PieceSize = 8 << 20;

    /// <inheritdoc/>
    public string Format => "gzip";

    /// <inheritdoc/>
    public string Identity => $"libdeflate-gzip {version} level 6, members of {PieceSize}";

    /// <inheritdoc/>
    public async Task CompressAsync(Action<Stream> write, Stream output, CancellationToken cancel)
    {
        var root = await tools.RootAsync(Toolbox.Gzip, cancel);
        var pieces = Channel.CreateBounded<Task<MemoryStream>>(Math.Max(1, parallel));
        var cutting = Task.Run(
            () =>
            {
                try
                {
                    using var cutter = new PieceStream(PieceSize, piece => Enqueue(pieces.Writer, CompressAsync(root, piece, cancel), cancel));
                    write(cutter);
                    cutter.Complete();
                }
                finally
                {
                    pieces.Writer.Complete();
                }
            },
            cancel);
        await foreach (var piece in pieces.Reader.ReadAllAsync(cancel))
        {
            (await piece).WriteTo(output);
        }

        await cutting;
    }

    private static void Enqueue(ChannelWriter<Task<MemoryStream>> writer, Task<MemoryStream> piece, CancellationToken cancel) =>
        writer.WriteAsync(piece, cancel).AsTask().GetAwaiter().GetResult();

    private async Task<MemoryStream> CompressAsync(string root, ReadOnlyMemory<byte> piece, CancellationToken cancel)
    {
        var compressed = new MemoryStream(piece.Length / 2);
        await Tool.RunAsync(sandbox, root, ["/usr/bin/libdeflate-gzip", "-6", "-c"], (input, c) => input.WriteAsync(piece, c).AsTask(), compressed, cancel);
        return compressed;
    }
}
