using Buildit.Store.Binhosts.Files;

namespace Buildit.Store.Binhosts.Ssh;

/// <summary>What answers of an sftp server mean.</summary>
/// <param name="address">The directory that paths are relative to.</param>
internal sealed class SftpAnswers(SshAddress address)
{
    private const uint HasSize = 1;
    private const uint HasOwners = 2;
    private const uint HasMode = 4;
    private const uint HasTimes = 8;
    private const uint FileType = 0xF000;
    private const uint Directory = 0x4000;

    /// <summary>What the server calls a file.</summary>
    public string In(string path) => $"{address.Path}/{path}";

    /// <summary>The attributes of an answer, or of a name in it.</summary>
    public static FileState StateIn(SftpReply reply)
    {
        var flags = reply.Number();
        var size = (flags & HasSize) != 0 ? reply.Long() : 0;
        _ = (flags & HasOwners) != 0 ? reply.Long() : 0;
        var mode = (flags & HasMode) != 0 ? reply.Number() : 0;
        var times = (flags & HasTimes) != 0 ? (Accessed: reply.Number(), Modified: reply.Number()) : default;
        for (var more = flags >> 31 != 0 ? reply.Number() : 0; more > 0; more--)
        {
            reply.Text();
            reply.Bytes();
        }

        return new(size, DateTimeOffset.FromUnixTimeSeconds(times.Modified), (mode & FileType) == Directory);
    }

    /// <summary>The mode of an answer's attributes; 0 if it does not say one.</summary>
    public static uint ModeIn(SftpReply reply)
    {
        var flags = reply.Number();
        _ = (flags & HasSize) != 0 ? reply.Long() : 0;
        _ = (flags & HasOwners) != 0 ? reply.Long() : 0;
        return (flags & HasMode) != 0 ? reply.Number() : 0;
    }

    /// <summary>The handle of what was opened; null if it is not there.</summary>
    // Not a bare null: that would be an empty array, and so an empty handle.
    public ReadOnlyMemory<byte>? HandleIn(SftpReply reply, string path) =>
        reply.Type == SftpType.Handle ? reply.Bytes() : IsDone(reply, path) ? throw Strange() : default(ReadOnlyMemory<byte>?);

    /// <summary>Whether something was done; false if the file is not there. Anything else is a failure of the place.</summary>
    public bool IsDone(SftpReply reply, string path) => Status(reply) switch
    {
        SftpStatus.Ok => true,
        SftpStatus.NoSuchFile => false,
        var status => throw Failed(status, reply, path),
    };

    /// <summary>Whether an answer brings names of a directory; false at its end. Part of a list must not be taken for all of it: what is not in it counts as not there.</summary>
    public bool BringsNames(SftpReply reply, string directory) => reply.Type == SftpType.Name || Status(reply) switch
    {
        SftpStatus.End => false,
        var status => throw Failed(status, reply, directory),
    };

    /// <summary>How a request ended.</summary>
    public static SftpStatus Status(SftpReply reply) => reply.Type == SftpType.Status ? (SftpStatus)reply.Number() : throw Strange();

    /// <summary>What is told of a request that ended otherwise than it should.</summary>
    public PlaceException Failed(SftpStatus status, SftpReply reply, string path) => status == SftpStatus.PermissionDenied
        ? new($"the account has no permission for '{In(path)}'")
        : new($"the server failed at '{In(path)}'{(reply.Text() is { Length: > 0 } words ? $": {words}" : "")}; is its disk full?");

    /// <summary>What is told of an answer to something else.</summary>
    public static PlaceException Strange() => new("the sftp server sends answers that cannot be read");
}
