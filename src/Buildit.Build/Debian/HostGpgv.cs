using System.ComponentModel;
using System.Diagnostics;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Build.Debian;

/// <summary>
/// The host's own gpgv. Only for the very first lock of a distribution: from then on gpgv is one of the pinned packages and runs in the sandbox.
/// </summary>
/// <param name="temporaryDirectory">An existing directory for the files that gpgv reads and writes.</param>
public sealed class HostGpgv(string temporaryDirectory)
{
    /// <summary>A <see cref="RunGpgv"/>.</summary>
    public async Task<GpgvResult> RunAsync(byte[] inRelease, string keyringPath, CancellationToken cancel)
    {
        var directory = Directory.CreateDirectory(Path.Combine(temporaryDirectory, $"gpgv-{Path.GetRandomFileName()}"));
        try
        {
            var signedPath = Path.Combine(directory.FullName, "InRelease");
            var payloadPath = Path.Combine(directory.FullName, "payload");
            await File.WriteAllBytesAsync(signedPath, inRelease, cancel);
            var (status, log) = await RunAsync(GpgvVerifier.Arguments(keyringPath, signedPath, payloadPath), cancel);
            return new(status, File.Exists(payloadPath) ? await File.ReadAllBytesAsync(payloadPath, cancel) : [], log);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<(string Status, string Log)> RunAsync(IEnumerable<string> arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("gpgv", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // What gpgv says must not depend on the host's language.
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Start(start);
        try
        {
            var log = process.StandardError.ReadToEndAsync(cancel);
            var status = await process.StandardOutput.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel);
            return (status, await log);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new BuilditException(
                ExitCode.Missing, "the signature of the distribution's index cannot be checked: this machine has no gpgv", "install the package 'gpgv', or get packages.lock from a colleague", inner: e);
        }
    }
}
