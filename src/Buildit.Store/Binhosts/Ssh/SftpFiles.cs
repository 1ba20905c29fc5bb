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
    private const uint HasMode = 4;
    private const uint HasTimes = 8;
    private const uint FileMode = 0b110_100_100;
    private const uint FileType = 0xF000;
    private const uint Directory = 0x4000;


    public string Address => text;

    public string Kind => "ssh";

    public Task<IDisposable?> LockAsync(string purpose, CancellationToken cancel) => Task.FromResult<IDisposable?>(null);

    public async Task<Stream?> OpenAsync(string path, long offset, CancellationToken cancel)
    {
        var sftp = await line.ConnectAsync(cancel);
        if (HandleIn(await sftp.AskAsync(SftpType.Open, request => request.Text(In(path)).Number(OpenFlags.Read).Number(0), cancel), path) is not { } handle)
        {
            return null;
        }

        var content = new SftpReadStream(sftp, handle, offset);
        return SteadyStream.Of(content, null, new StallWatch(silence, time, cancel), silence, time);
    }

    public async Task<FileState?> StateAsync(string path, CancellationToken cancel)
    {
        var reply = await AskAsync(SftpType.Stat, request => request.Text(In(path)), cancel);
        return reply.Type == SftpType.Attributes ? StateIn(reply) : IsDone(reply, path) ? throw Strange() : null;
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
        if (HandleIn(await sftp.AskAsync(SftpType.OpenDirectory, request => request.Text(In(directory)), cancel), directory) is not { } handle)
        {
            return [];
        }

        var entries = new List<(string Name, FileState State)>();
        try
        {
            for (SftpReply reply; BringsNames(reply = await sftp.AskAsync(SftpType.ReadDirectory, request => request.Bytes(handle.Span), cancel), directory);)
            {
                for (var count = reply.Number(); count > 0; count--)
                {
                    var name = reply.Text();
                    reply.Text();
                    entries.Add((name, StateIn(reply)));
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
            await sftp.AskAsync(SftpType.FSetStat, request => request.Bytes(handle.Span).Number(HasMode).Number(FileMode), cancel);
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
        if (HandleIn(await sftp.AskAsync(SftpType.Open, request => request.Text(In(path)).Number(OpenFlags.Write | OpenFlags.Truncate).Number(0), cancel), path) is not { } handle)
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
        IsDone(await AskAsync(SftpType.SetStat, request => request.Text(In(path)).Number(HasTimes).Number((uint)modified).Number((uint)modified), cancel), path);

    public async Task<LinkOutcome> LinkAsync(string from, string to, CancellationToken cancel)
    {
        var sftp = await line.ConnectAsync(cancel);
        if (!sftp.Extensions.Contains(HardLink))
        {
            return LinkOutcome.Unsupported;
        }

        Task<SftpReply> Link() => sftp.AskAsync(SftpType.Extended, request => request.Text(HardLink).Text(In(from)).Text(In(to)), cancel);
        var status = Status(await Link());
        if (status == SftpStatus.NoSuchFile)
        {
            await MakeDirectoriesAsync(sftp, to, cancel);
            status = Status(await Link());
        }

        return status == SftpStatus.Ok ? LinkOutcome.Linked : await StateAsync(to, cancel) is null ? LinkOutcome.Unsupported : LinkOutcome.Taken;
    }

    public async Task<bool> MoveAsync(string from, string to, CancellationToken cancel) => IsDone(await RenameAsync(from, to, cancel), to);

    // Of a name that is taken the protocol can only say that something failed.
    public async Task<bool> MoveDirectoryAsync(string from, string to, CancellationToken cancel)
    {
        var reply = await RenameAsync(from, to, cancel);
        return Status(reply) switch
        {
            SftpStatus.Ok => true,
            SftpStatus.Failure => false,
            var status => throw Failed(status, reply, to),
        };
    }

    public async Task RemoveAsync(string path, CancellationToken cancel)
    {
        var asFile = await AskAsync(SftpType.Remove, request => request.Text(In(path)), cancel);
        var status = Status(asFile);
        if (status is SftpStatus.Ok or SftpStatus.NoSuchFile)
        {
            return;
        }

        var asDirectory = await AskAsync(SftpType.RemoveDirectory, request => request.Text(In(path)), cancel);
        switch (Status(asDirectory))
        {
            case SftpStatus.Ok:
                return;
            // OpenSSH says so of a file, too, which then is still there.
            case SftpStatus.NoSuchFile when await StateAsync(path, cancel) is null:
                return;
            case SftpStatus.NoSuchFile:
                throw Failed(status, asFile, path);
            case var other:
                throw Failed(other, asDirectory, path);
        }
    }

    public void Dispose() => line.Dispose();

    /// <summary>The attributes of an answer, or of a name in it.</summary>
    internal static FileState StateIn(SftpReply reply)
    {
        var flags = reply.Number();
        var size = (flags & 1) != 0 ? reply.Long() : 0;
        _ = (flags & 2) != 0 ? reply.Long() : 0;
        var mode = (flags & HasMode) != 0 ? reply.Number() : 0;
        var times = (flags & HasTimes) != 0 ? (Accessed: reply.Number(), Modified: reply.Number()) : default;
        for (var more = flags >> 31 != 0 ? reply.Number() : 0; more > 0; more--)
        {
            reply.Text();
            reply.Bytes();
        }

        return new(size, DateTimeOffset.FromUnixTimeSeconds(times.Modified), (mode & FileType) == Directory);
    }

    private string In(string path) => $"{address.Path}/{path}";

    private async Task<SftpReply> AskAsync(SftpType type, Action<SftpRequest> fields, CancellationToken cancel) => await (await line.ConnectAsync(cancel)).AskAsync(type, fields, cancel);

    private async Task<SftpReply> RenameAsync(string from, string to, CancellationToken cancel)
    {
        var sftp = await line.ConnectAsync(cancel);
        return sftp.Extensions.Contains(PosixRename)
            ? await sftp.AskAsync(SftpType.Extended, request => request.Text(PosixRename).Text(In(from)).Text(In(to)), cancel)
            : throw new PlaceException($"the sftp server has no '{PosixRename}', without which nothing can be replaced safely");
    }

    private async Task<ReadOnlyMemory<byte>> CreateAsync(SftpConnection sftp, string path, CancellationToken cancel)
    {
        async Task<ReadOnlyMemory<byte>?> MakeAsync() =>
            HandleIn(await sftp.AskAsync(SftpType.Open, request => request.Text(In(path)).Number(OpenFlags.Write | OpenFlags.Create | OpenFlags.Exclusive).Number(0), cancel), path);

        if (await MakeAsync() is { } handle)
        {
            return handle;
        }

        await MakeDirectoriesAsync(sftp, path, cancel);
        return await MakeAsync() ?? throw new PlaceException($"the server cannot make '{In(path)}'");
    }

    /// <summary>Makes the directories of a file, all in one go: those that are there stay as they are.</summary>
    private async Task MakeDirectoriesAsync(SftpConnection sftp, string path, CancellationToken cancel)
    {
        var file = In(path);
        var answers = new List<Task<SftpReply>>();
        for (var slash = file.IndexOf('/', 1); slash > 0; slash = file.IndexOf('/', slash + 1))
        {
            var directory = file[..slash];
            answers.Add(sftp.Send(SftpType.MakeDirectory, request => request.Text(directory).Number(0)));
        }

        foreach (var answer in answers)
        {
            await sftp.HearAsync(answer, cancel);
        }
    }

    // Not a bare null: that would be an empty array, and so an empty handle.
    private ReadOnlyMemory<byte>? HandleIn(SftpReply reply, string path) =>
        reply.Type == SftpType.Handle ? reply.Bytes() : IsDone(reply, path) ? throw Strange() : default(ReadOnlyMemory<byte>?);

    /// <summary>Whether something was done; false if the file is not there. Anything else is a failure of the place.</summary>
    private bool IsDone(SftpReply reply, string path) => Status(reply) switch
    {
        SftpStatus.Ok => true,
        SftpStatus.NoSuchFile => false,
        var status => throw Failed(status, reply, path),
    };

    /// <summary>Whether an answer brings names of a directory; false at its end. Part of a list must not be taken for all of it: what is not in it counts as not there.</summary>
    private bool BringsNames(SftpReply reply, string directory) => reply.Type == SftpType.Name || Status(reply) switch
    {
        SftpStatus.End => false,
        var status => throw Failed(status, reply, directory),
    };

    private static SftpStatus Status(SftpReply reply) => reply.Type == SftpType.Status ? (SftpStatus)reply.Number() : throw Strange();

    private PlaceException Failed(SftpStatus status, SftpReply reply, string path) => status == SftpStatus.PermissionDenied
        ? new($"the account has no permission for '{In(path)}'")
        : new($"the server failed at '{In(path)}'{(reply.Text() is { Length: > 0 } words ? $": {words}" : "")}; is its disk full?");

    private static PlaceException Strange() => new("the sftp server sends answers that cannot be read");

    private static class OpenFlags
    {
        public const uint Read = 1;
        public const uint Write = 2;
        public const uint Create = 8;
        public const uint Truncate = 16;
        public const uint Exclusive = 32;
    }
}
