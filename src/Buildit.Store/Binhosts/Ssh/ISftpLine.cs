namespace Buildit.Store.Binhosts.Ssh;

/// <summary>Whatever leads to an sftp server.</summary>
internal interface ISftpLine : IDisposable
{
    /// <summary>The connection. Throws <see cref="PlaceException"/> if there is none to be had.</summary>
    Task<SftpConnection> ConnectAsync(CancellationToken cancel);
}
