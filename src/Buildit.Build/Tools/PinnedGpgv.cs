using System.Text;
using Buildit.Build.Actions;
using Buildit.Build.Debian;
using Buildit.Build.Sandboxing;
using Buildit.Store;

namespace Buildit.Build.Tools;

/// <summary>gpgv from the pinned packages, in the sandbox.</summary>
public sealed class PinnedGpgv(ISandbox sandbox, Toolbox tools, ContentStore store)
{
    /// <summary>Checks a clear-signed document against a keyring.</summary>
    public async Task<GpgvResult> RunAsync(byte[] inRelease, string keyringPath, CancellationToken cancel)
    {
        var work = store.NewWorkPath("gpgv");
        Directory.CreateDirectory(work);
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(work, "InRelease"), inRelease, cancel);
            File.Copy(keyringPath, Path.Combine(work, "keyring"));
            using var status = new MemoryStream();
            using var log = new MemoryStream();
            await sandbox.RunAsync(
                new()
                {
                    Root = await tools.RootAsync("gpgv", cancel),
                    Command = ["/usr/bin/gpgv", .. GpgvVerifier.Arguments("/out/keyring", "/out/InRelease", "/out/payload")],
                    Environment = BuildEnvironment.Base.SetItem("HOME", "/tmp"),
                    Mounts = [new(work, "/out", true)],
                    Output = status,
                    Error = log,
                },
                cancel);
            var payload = Path.Combine(work, "payload");
            return new(Encoding.UTF8.GetString(status.ToArray()), File.Exists(payload) ? await File.ReadAllBytesAsync(payload, cancel) : [], Encoding.UTF8.GetString(log.ToArray()));
        }
        finally
        {
            WorkDirectory.Delete(work);
        }
    }
}
