using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Store.Debian;

namespace Buildit.Build.Debian;

/// <summary>What a run of gpgv gave.</summary>
/// <param name="Status">What it wrote for programs (<c>--status-fd</c>), and nothing else.</param>
/// <param name="Payload">What it wrote to <c>--output</c>; empty if it wrote nothing.</param>
/// <param name="Log">What it wrote for people.</param>
public sealed record GpgvResult(string Status, byte[] Payload, string Log);

/// <summary>
/// Runs gpgv with <see cref="GpgvVerifier.Arguments"/> over a signed file and a keyring that it gives to it as files. In the sandbox from pinned packages,
/// or for the very first lock, when there are none yet, the host's (<see cref="HostGpgv"/>).
/// </summary>
public delegate Task<GpgvResult> RunGpgv(byte[] inRelease, string keyringPath, CancellationToken cancel);

/// <summary>Believes an InRelease file if a key of the keyring made a good signature over it, and none made a bad one.</summary>
public sealed class GpgvVerifier(RunGpgv run) : IReleaseVerifier
{
    // What gpgv says of signatures that do not hold (GnuPG's doc/DETAILS). Keys that we do not have are no fault: Debian signs with
    // the next release's key, too. That is also why gpgv's exit code tells nothing.
    private static readonly string[] Faults = ["BADSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG"];

    /// <summary>The command line, without the program's name. Status goes to standard output.</summary>
    public static IReadOnlyList<string> Arguments(string keyringPath, string signedPath, string payloadPath) =>
        ["--status-fd", "1", "--weak-digest", "SHA1", "--weak-digest", "RIPEMD160", "--keyring", keyringPath, "--output", payloadPath, signedPath];

    /// <inheritdoc/>
    public async Task<byte[]> VerifyAsync(byte[] inRelease, string keyringPath, CancellationToken cancel)
    {
        var result = await run(inRelease, keyringPath, cancel);
        var words = Keywords(result.Status);
        // More than one text in a file could mean that not all that was written was signed.
        var isGood = words.Contains("GOODSIG") && words.Contains("VALIDSIG") && !words.Any(Faults.Contains) && words.Count(w => w == "PLAINTEXT") == 1;
        return isGood && result.Payload.Length > 0
            ? result.Payload
            : throw new BuilditException(ExitCode.TrustRefused, [new("the distribution's index is not signed by a key of its keyring", Hint: $"the keyring is {keyringPath}") { Detail = result.Log }]);
    }

    private static List<string> Keywords(string status) =>
    [
        .. status.Split('\n').Where(line => line.StartsWith("[GNUPG:] ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1].TrimEnd('\r')),
    ];
}
