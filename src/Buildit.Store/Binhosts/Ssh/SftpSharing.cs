namespace Buildit.Store.Binhosts.Ssh;

/// <summary>
/// Permissions of what is made for an account: what the umask of its sessions leaves, and all of a group's where the binhost's directory is a group's, as git's <c>core.sharedRepository=group</c>:
/// one that the group may write to, and that gives new files its group (setgid).
/// </summary>
/// <param name="address">The directory.</param>
internal sealed class SftpSharing(SshAddress address)
{
    private const uint HasMode = 4;
    private const uint Permissions = 0xFFF;
    private const uint FileOfGroup = 0b000_110_000;
    private const uint DirectoryOfGroup = SetGroup | 0b000_111_000;
    private const uint SetGroup = 0x400;
    private const uint GroupWrites = 0b000_010_000;
    private bool? _isShared;

    /// <summary>Gives the group its part in a file that was made just now.</summary>
    public async Task ShareFileAsync(SftpConnection sftp, ReadOnlyMemory<byte> handle, CancellationToken cancel)
    {
        if (await IsSharedAsync(sftp, cancel) && await sftp.AskAsync(SftpType.FStat, request => request.Bytes(handle.Span), cancel) is { Type: SftpType.Attributes } reply)
        {
            var mode = SftpAnswers.ModeIn(reply) & Permissions | FileOfGroup;
            await sftp.AskAsync(SftpType.FSetStat, request => request.Bytes(handle.Span).Number(HasMode).Number(mode), cancel);
        }
    }

    /// <summary>Makes the directories of a file, all in one go: those that are there stay as they are.</summary>
    public async Task MakeDirectoriesAsync(SftpConnection sftp, string file, CancellationToken cancel)
    {
        var answers = new List<(string Directory, Task<SftpReply> Answer)>();
        for (var slash = file.IndexOf('/', 1); slash > 0; slash = file.IndexOf('/', slash + 1))
        {
            var directory = file[..slash];
            answers.Add((directory, sftp.Send(SftpType.MakeDirectory, request => request.Text(directory).Number(0))));
        }

        foreach (var (directory, answer) in answers)
        {
            if (SftpAnswers.Status(await sftp.HearAsync(answer, cancel)) == SftpStatus.Ok && directory.Length > address.Path.Length)
            {
                await ShareDirectoryAsync(sftp, directory, cancel);
            }
        }
    }

    private async Task ShareDirectoryAsync(SftpConnection sftp, string directory, CancellationToken cancel)
    {
        if (await IsSharedAsync(sftp, cancel) && await sftp.AskAsync(SftpType.Stat, request => request.Text(directory), cancel) is { Type: SftpType.Attributes } reply)
        {
            var mode = SftpAnswers.ModeIn(reply) & Permissions | DirectoryOfGroup;
            await sftp.AskAsync(SftpType.SetStat, request => request.Text(directory).Number(HasMode).Number(mode), cancel);
        }
    }

    // Asked once: when something is made, the directory is there.
    private async Task<bool> IsSharedAsync(SftpConnection sftp, CancellationToken cancel) =>
        _isShared ??= await sftp.AskAsync(SftpType.Stat, request => request.Text(address.Path), cancel) is { Type: SftpType.Attributes } reply && (SftpAnswers.ModeIn(reply) & (SetGroup | GroupWrites)) == (SetGroup | GroupWrites);
}
