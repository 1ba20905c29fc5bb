using Buildit.Store.Binhosts;
using Buildit.Store.Binhosts.Ssh;

namespace Buildit.Store.Tests.Binhosts;

/// <summary>What an sftp server refuses is never taken for done.</summary>
public sealed class SftpFilesTests
{
    [Theory]
    [InlineData((int)SftpStatus.PermissionDenied, "no permission for 'binhost/records'")]
    [InlineData((int)SftpStatus.Failure, "failed at 'binhost/records'")]
    [InlineData((int)SftpStatus.NoSuchFile, "failed at 'binhost/records'")]
    public async Task A_directory_that_can_be_read_in_part_only_is_not_taken_for_one_that_has_less_in_it(int end, string says)
    {
        var pages = 0;
        using var peer = new SftpPeer((type, _) => type switch
        {
            SftpType.OpenDirectory => SftpPeer.Handle(),
            SftpType.ReadDirectory when pages++ == 0 => SftpPeer.Names("one", "two"),
            SftpType.ReadDirectory => SftpPeer.Status((SftpStatus)end),
            _ => SftpPeer.Status(SftpStatus.Ok),
        });
        using var files = Files(peer);
        Assert.Contains(says, (await Assert.ThrowsAsync<PlaceException>(() => files.ListAsync("records", default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_is_read_to_its_end()
    {
        var pages = 0;
        using var peer = new SftpPeer((type, _) => type switch
        {
            SftpType.OpenDirectory => SftpPeer.Handle(),
            SftpType.ReadDirectory => pages++ < 2 ? SftpPeer.Names($"{pages}", ".") : SftpPeer.Status(SftpStatus.End),
            _ => SftpPeer.Status(SftpStatus.Ok),
        });
        using var files = Files(peer);
        Assert.Equal(["1", "2"], (await files.ListAsync("records", default)).Select(e => e.Name));
        await files.TouchAsync("records", 1, default);
        Assert.Contains(SftpType.Close, peer.Asked);
    }

    // What OpenSSH's server says of a file, a directory, what is not there, and of what it may not or cannot remove.
    [Theory]
    [InlineData((int)SftpStatus.Ok, (int)SftpStatus.NoSuchFile, true, null)]
    [InlineData((int)SftpStatus.NoSuchFile, (int)SftpStatus.NoSuchFile, false, null)]
    [InlineData((int)SftpStatus.Failure, (int)SftpStatus.Ok, true, null)]
    [InlineData((int)SftpStatus.Failure, (int)SftpStatus.NoSuchFile, false, null)]
    [InlineData((int)SftpStatus.PermissionDenied, (int)SftpStatus.NoSuchFile, true, "no permission for 'binhost/x'")]
    [InlineData((int)SftpStatus.Failure, (int)SftpStatus.PermissionDenied, true, "no permission for 'binhost/x'")]
    [InlineData((int)SftpStatus.Failure, (int)SftpStatus.Failure, true, "failed at 'binhost/x'")]
    [InlineData((int)SftpStatus.Failure, (int)SftpStatus.NoSuchFile, true, "failed at 'binhost/x'")]
    public async Task What_cannot_be_removed_is_told(int asFile, int asDirectory, bool isThere, string? says)
    {
        using var peer = new SftpPeer((type, _) => type switch
        {
            SftpType.Remove => SftpPeer.Status((SftpStatus)asFile),
            SftpType.RemoveDirectory => SftpPeer.Status((SftpStatus)asDirectory),
            SftpType.Stat when isThere => [(byte)SftpType.Attributes, 0, 0, 0, 0],
            _ => SftpPeer.Status(SftpStatus.NoSuchFile),
        });
        using var files = Files(peer);
        var failure = await Record.ExceptionAsync(() => files.RemoveAsync("x", default));
        Assert.Equal(says is null ? null : typeof(PlaceException), failure?.GetType());
        Assert.Contains(says ?? "", failure?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_whose_name_is_taken_is_told_from_one_that_is_not_there_or_may_not_be_renamed()
    {
        var status = SftpStatus.Failure;
        using var peer = new SftpPeer((_, _) => SftpPeer.Status(status));
        using var files = Files(peer);
        Assert.False(await files.MoveDirectoryAsync("a", "b", default));
        foreach (var other in new[] { SftpStatus.NoSuchFile, SftpStatus.PermissionDenied, SftpStatus.Unsupported })
        {
            status = other;
            await Assert.ThrowsAsync<PlaceException>(() => files.MoveDirectoryAsync("a", "b", default));
        }
    }

    private static SftpFiles Files(SftpPeer peer) => new(SshAddress.Parse("ssh://host/binhost", out _)!, "ssh://host/binhost", peer, TimeSpan.FromSeconds(60), TimeProvider.System);
}
