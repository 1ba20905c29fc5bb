using Buildit.Store.Binhosts.Files;
using Buildit.Store.Binhosts.Ssh;

namespace Buildit.Store.Binhosts;

/// <summary>A directory of an ssh account as a place.</summary>
public sealed class SshPlace : FilePlace
{
    private SshPlace(SshAddress address, string text, SshPatience patience, TimeProvider time)
        : base(new SftpFiles(address, text, new SshLine(address, patience, time), patience.Silence, time), time)
    {
    }

    /// <summary>Why an address is none of an ssh account; null if it is one.</summary>
    public static string? Objection(string address)
    {
        SshAddress.Parse(address, out var objection);
        return objection;
    }

    /// <summary>The place at an address that there is no objection to.</summary>
    /// <param name="address"><c>ssh://[USER@]HOST[:PORT]/PATH</c>.</param>
    /// <param name="connect">How long the server may take to answer at all.</param>
    /// <param name="login">How long it may take to let us in.</param>
    /// <param name="silence">How long it may say nothing while it is waited for.</param>
    /// <param name="time">For patience and the times of files.</param>
    public static SshPlace At(string address, TimeSpan connect, TimeSpan login, TimeSpan silence, TimeProvider time) =>
        new(SshAddress.Parse(address, out var objection) ?? throw new PlaceException(objection!), address, new(connect, login, silence), time);
}
