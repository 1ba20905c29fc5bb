using System.Globalization;

namespace Buildit.Store.Binhosts.Ssh;

/// <summary>The one connection to an account: made when it is first needed, again when it broke off. One that cannot be made for a reason that lasts is not tried again.</summary>
internal sealed class SshLine(SshAddress address, SshPatience patience, TimeProvider time) : ISftpLine
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly List<SshProcess> _processes = [];
    private Task<SftpConnection>? _connection;

    /// <inheritdoc/>
    public Task<SftpConnection> ConnectAsync(CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_connection is null || IsToBeRenewed(_connection))
            {
                // Whoever is the first to ask may give up without the others having to.
                _connection = Task.Run(OpenAsync, CancellationToken.None);
            }

            return _connection.WaitAsync(cancel);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _ended.Cancel();
            _processes.ForEach(p => p.Dispose());
            _processes.Clear();
        }
    }

    private static bool IsToBeRenewed(Task<SftpConnection> connection) =>
        (connection.IsCompletedSuccessfully && connection.Result.IsClosed) || (connection.IsFaulted && connection.Exception.InnerException is PlaceException { MayPass: true });

    private async Task<SftpConnection> OpenAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        using var timer = time.CreateTimer(_ => limit.Cancel(), null, patience.Login, Timeout.InfiniteTimeSpan);
        try
        {
            var settings = await SshProcess.SettingsAsync(address, limit.Token);
            var ssh = Started(settings);
            return await SftpConnection.OpenAsync(ssh.To, ssh.From, async () => SshWords.Explain(await ssh.LastWordsAsync(), address, settings), patience.Silence, time, limit.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new PlaceException(string.Create(CultureInfo.InvariantCulture, $"did not let us in within {patience.Login.TotalSeconds:0.###} s"), inner: e);
        }
    }

    private SshProcess Started(SshSettings settings)
    {
        lock (_lock)
        {
            _ended.Token.ThrowIfCancellationRequested();
            var ssh = SshProcess.Start(address, settings, patience);
            _processes.Add(ssh);
            return ssh;
        }
    }
}
