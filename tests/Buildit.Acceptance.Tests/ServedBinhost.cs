using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Buildit.Acceptance.Tests;

/// <summary>A running <c>buildit binhost serve</c>.</summary>
internal sealed class ServedBinhost : IDisposable
{
    private readonly Process _process;

    private ServedBinhost(Process process, string url) => (_process, Url) = (process, url);

    /// <summary>Of the directory.</summary>
    public string Url { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<ServedBinhost> StartAsync(Workspace workspace, string directory)
    {
        Directory.CreateDirectory(directory);
        var process = workspace.Start("binhost", "serve", directory, "--port", "0", "--bind", "127.0.0.1");
        return new(process, await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync()));
    }

    /// <summary>Sends a signal, and gives the exit code.</summary>
    public async Task<int> EndAsync(PosixSignal signal)
    {
        Run.Signal(signal, _process.Id);
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
