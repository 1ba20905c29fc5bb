namespace Buildit.Store.Debian;

/// <summary>Checks the signature of an InRelease file.</summary>
public interface IReleaseVerifier
{
    /// <summary>
    /// The payload exactly as it was signed: only this may be read, never the file around it. Throws <see cref="Core.Diagnostics.BuilditException"/>
    /// with <see cref="Core.ExitCode.TrustRefused"/> if no key of the keyring vouches for it.
    /// </summary>
    Task<byte[]> VerifyAsync(byte[] inRelease, string keyringPath, CancellationToken cancel);
}
