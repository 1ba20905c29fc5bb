using Buildit.Build.Sandboxing;
using Buildit.Store.Compression;

namespace Buildit.Build.Tools;

/// <summary>zstd by the distribution's tool, in the sandbox: always in its multi-threaded mode, whose bytes do not depend on the number of threads.</summary>
public sealed class ZstdCompressor(ISandbox sandbox, Toolbox tools, string version) : ICompressor
{
    /// <inheritdoc/>
    public string Format => "zstd";

    /// <inheritdoc/>
    public string Identity => $"zstd {version} level 3, threaded";

    /// <inheritdoc/>
    public async Task CompressAsync(Action<Stream> write, Stream output, CancellationToken cancel) =>
        await Tool.RunAsync(sandbox, await tools.RootAsync(Toolbox.Zstd, cancel), ["/usr/bin/zstd", "-q", "-3", "-T2", "-c"], (input, c) => Task.Run(() => write(input), c), output, cancel);
}
