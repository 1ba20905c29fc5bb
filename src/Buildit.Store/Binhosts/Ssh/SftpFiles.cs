using System.Collections.Concurrent;
using Buildit.Store.Binhosts.Files;
using Buildit.Store.Fetching;

namespace Buildit.Store.Binhosts.Ssh;

/// <summary>
/// Files of an account that is reached by ssh, by the sftp protocol alone, so that an account that may do nothing else will do. One connection, made when it is needed, carries everything at
/// once. Of the server's extensions, <c>posix-rename@openssh.com</c> must be there to write; <c>hardlink</c> and <c>fsync</c> are used if they are.
/// </summary>
/// <param name="address">The account and the directory.</param>
/// <param name="text">The address as it was written: there is no secret in it.</param>
/// <param name="line">The connection; disposed of with this.</param>
/// <param name="silence">A server that says nothing for so long while a file is read is given up.</param>
/// <param name="time">Measures it.</param>
internal sealed class SftpFiles(SshAddress address, string text, ISftpLine line, TimeSpan silence, TimeProvider time) : IPlaceFiles
{
    private const string PosixRename = "posix-rename@openssh.com";
    private const string HardLink = "hardlink@openssh.com";
    private const int AtOnce = 256;
    private const uint HasTimes = 8;
    private readonly SftpAnswers _answers = new(address);
    private readonly SftpSharing _sharing = new(address);

    public string Address => text;

    public string Kind => "ssh";

    public Task<IDisposable?> LockAsync(string purpose, CancellationToken cancel) => Task.FromResult<IDisposable?>(null);

    public async Task<Stream?> OpenAsync(string path, long offset, CancellationToken cancel)
    {
        var sftp = await line.ConnectAsync(cancel);
        if (_answers.HandleIn(await sftp.AskAsync(SftpType.Open, request => request.Text(_answers.In(path)).Number(OpenFlags.Read).Number(0), cancel), path) is not { } handle)
        {
            return null;
        }

        var content = new SftpReadStream(sftp, handle, offset);
        return SteadyStream.Of(content, null, new StallWatch(silence, time, cancel), silence, time);
    }

    public async Task<FileState?> StateAsync(string path, CancellationToken cancel)
    {
        var reply = await AskAsync(SftpType.Stat, request => request.Text(_answers.In(path)), cancel);
        return reply.Type == SftpType.Attributes ? SftpAnswers.StateIn(reply) : _answers.IsDone(reply, path) ? throw SftpAnswers.Strange() : null;
    }

    public async Task<IReadOnlyDictionary<string, FileState>> FindAsync(IReadOnlyCollection<string> paths, CancellationToken cancel)
    {
        var found = new ConcurrentDictionary<string, FileState>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(paths, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (path, stop) =>
        {
            if (await StateAsync(path, stop) is { } state)
            {
                found[path] = state;
            }
        });
        return found;
    }

    public async Task<IReadOnlyList<(string Name, FileState State)>> ListAsync(string directory, CancellationToken cancel)
    {
        var sftp = await line.ConnectAsync(cancel);
        if (_answers.HandleIn(await sftp.AskAsync(SftpType.OpenDirectory, request => request.Text(_answers.In(directory)), cancel), directory) is not { } handle)
        {
            return [];
        }

        var entries = new List<(string Name, FileState State)>();
        try
        {
            for (SftpReply reply; _answers.BringsNames(reply = await sftp.AskAsync(SftpType.ReadDirectory, request => request.Bytes(handle.Span), cancel), directory);)
            {
                for (var count = reply.Number(); count > 0; count--)
                {
                    var name = reply.Text();
                    reply.Text();
                    entries.Add((name, SftpAnswers.StateIn(reply)));
                }
            }
        }
        finally
        {
            sftp.Forget(SftpType.Close, request => request.Bytes(handle.Span));
        }

        return [.. entries.Where(e => e.Name is not ("." or ".."))];
    }

    public async Task CreateAsync(string path, Func<Stream, Task> write, CancellationToken cancel)
    {
        var sftp = await line.ConnectAsync(cancel);
        var handle = await CreateAsync(sftp, path, cancel);
        try
        {
            await using var file = new SftpWriteStream(sftp, handle);
            await _sharing.ShareFileAsync(sftp, handle, cancel);
            await write(file);
            await file.FinishAsync(cancel);
        }
        catch when (!sftp.IsClosed)
        {
            await RemoveAsync(path, CancellationToken.None);
            throw;
        }
    }

    public async Task<bool> RewriteAsync(string path, ReadOnlyMemory<byte> content, long modified, CancellationToken cancel)
    {
        var sftp = await line.ConnectAsync(cancel);
        if (_answers.HandleIn(await sftp.AskAsync(SftpType.Open, request => request.Text(_answers.In(path)).Number(OpenFlags.Write | OpenFlags.Truncate).Number(0), cancel), path) is not { } handle)
        {
            return false;
        }

        await using (var file = new SftpWriteStream(sftp, handle))
        {
            await file.WriteAsync(content, cancel);
            await file.FinishAsync(cancel);
        }

        return await TouchAsync(path, modified, cancel);
    }

    public async Task<bool> TouchAsync(string path, long modified, CancellationToken cancel) =>
        _answers.IsDone(await AskAsync(SftpType.SetStat, request => request.Text(_answers.In(path)).Number(HasTimes).Number((uint)modified).Number((uint)modified), cancel), path);

    public async Task<LinkOutcome> LinkAsync(string from, string to, CancellationToken cancel)
    {
        var sftp = await line.ConnectAsync(cancel);
        if (!sftp.Extensions.Contains(HardLink))
        {
            return LinkOutcome.Unsupported;
        }

        Task<SftpReply> Link() => sftp.AskAsync(SftpType.Extended, request => request.Text(HardLink).Text(_answers.In(from)).Text(_answers.In(to)), cancel);
        var status = SftpAnswers.Status(await Link());
        if (status == SftpStatus.NoSuchFile)
        {
            await _sharing.MakeDirectoriesAsync(sftp, _answers.In(to), cancel);
            status = SftpAnswers.Status(await Link());
        }

        return status == SftpStatus.Ok ? LinkOutcome.Linked : await StateAsync(to, cancel) is null ? LinkOutcome.Unsupported : LinkOutcome.Taken;
    }

    public async Task<bool> MoveAsync(string from, string to, CancellationToken cancel) => _answers.IsDone(await RenameAsync(from, to, cancel), to);

    // Of a name that is taken the protocol can only say that something failed.
    public async Task<bool> MoveDirectoryAsync(string from, string to, CancellationToken cancel)
    {
        var reply = await RenameAsync(from, to, cancel);
        return SftpAnswers.Status(reply) switch
        {
            SftpStatus.Ok => true,
            SftpStatus.Failure => false,
            var status => throw _answers.Failed(status, reply, to),
        };
    }

    public async Task RemoveAsync(string path, CancellationToken cancel)
    {
        var asFile = await AskAsync(SftpType.Remove, request => request.Text(_answers.In(path)), cancel);
        var status = SftpAnswers.Status(asFile);
        if (status is SftpStatus.Ok or SftpStatus.NoSuchFile)
        {
            return;
        }

        var asDirectory = await AskAsync(SftpType.RemoveDirectory, request => request.Text(_answers.In(path)), cancel);
        switch (SftpAnswers.Status(asDirectory))
        {
            case SftpStatus.Ok:
                return;
            // OpenSSH says so of a file, too, which then is still there.
            case SftpStatus.NoSuchFile when await StateAsync(path, cancel) is null:
                return;
            case SftpStatus.NoSuchFile:
                throw _answers.Failed(status, asFile, path);
            case var other:
                throw _answers.Failed(other, asDirectory, path);
        }
    }

    public void Dispose() => line.Dispose();

    private async Task<SftpReply> AskAsync(SftpType type, Action<SftpRequest> fields, CancellationToken cancel) => await (await line.ConnectAsync(cancel)).AskAsync(type, fields, cancel);

    private async Task<SftpReply> RenameAsync(string from, string to, CancellationToken cancel)
    {
        var sftp = await line.ConnectAsync(cancel);
        return sftp.Extensions.Contains(PosixRename)
            ? await sftp.AskAsync(SftpType.Extended, request => request.Text(PosixRename).Text(_answers.In(from)).Text(_answers.In(to)), cancel)
            : throw new PlaceException($"the sftp server has no '{PosixRename}', without which nothing can be replaced safely");
    }

    private async Task<ReadOnlyMemory<byte>> CreateAsync(SftpConnection sftp, string path, CancellationToken cancel)
    {
        async Task<ReadOnlyMemory<byte>?> MakeAsync() =>
            _answers.HandleIn(await sftp.AskAsync(SftpType.Open, request => request.Text(_answers.In(path)).Number(OpenFlags.Write | OpenFlags.Create | OpenFlags.Exclusive).Number(0), cancel), path);

        if (await MakeAsync() is { } handle)
        {
            return handle;
        }

        await _sharing.MakeDirectoriesAsync(sftp, _answers.In(path), cancel);
        return await MakeAsync() ?? throw new PlaceException($"the server cannot make '{_answers.In(path)}'");
    }

    private static class OpenFlags
    {
        public const uint Read = 1;
        public const uint Write = 2;
        public const uint Create = 8;
        public const uint Truncate = 16;
        public const uint Exclusive = 32;
    }
}
