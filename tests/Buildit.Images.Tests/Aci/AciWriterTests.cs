using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Images.Aci;
using Buildit.Images.Composition;

namespace Buildit.Images.Tests.Aci;

public sealed class AciWriterTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_bytes_of_an_image_are_pinned()
    {
        var (result, tar) = await WriteAsync(Root());
        Assert.Equal("sha512-" + Convert.ToHexStringLower(SHA512.HashData(tar)), result.ImageId);
        await using var file = File.OpenRead(result.Path);
        Assert.Equal(Digest.Of(file), result.Digest);
        Golden.Check("small.aci.txt", result.ImageId + "\n");
    }

    [Fact]
    public async Task Equal_input_gives_equal_bytes_whatever_the_directory_order_modes_and_times()
    {
        var (first, _) = await WriteAsync(Synced(_directory, ["a", "b", "c/d", "c/é"], UnixFileMode.UserRead | UnixFileMode.UserWrite, 1));
        using var other = new TestDirectory();
        var (second, _) = await WriteAsync(Synced(other, ["c/é", "c/d", "b", "a"], (UnixFileMode)0x1B6, 2));
        Assert.Equal((first.ImageId, first.Digest, first.Size), (second.ImageId, second.Digest, second.Size));
    }

    private static ImageRoot Synced(TestDirectory directory, string[] names, UnixFileMode mode, int day)
    {
        foreach (var name in names)
        {
            File.SetLastWriteTimeUtc(directory.Write("files/" + name, name, mode), DateTime.UnixEpoch.AddDays(day));
        }

        return Sample.Root([], Sample.Files(Sample.Container(directory.Path, Sample.Sync("files/", "/srv", recursive: true))));
    }

    [Fact]
    public async Task What_is_written_passes_the_archive_check()
    {
        var (_, tar) = await WriteAsync(Root());
        var bag = new DiagnosticBag();
        Assert.NotNull(AciArchive.Check(new MemoryStream(tar), "x.aci", bag));
        Assert.Empty(bag.Items);
    }

    [Fact]
    public async Task A_failure_leaves_the_older_image_and_no_temporary_file()
    {
        var (result, _) = await WriteAsync(Root());
        var before = await File.ReadAllBytesAsync(result.Path);
        File.Delete(_directory.At("trees/debian/a/usr/bin/a"));
        await Assert.ThrowsAnyAsync<IOException>(() => WriteAsync(Root(fresh: false)));
        Assert.Equal(before, await File.ReadAllBytesAsync(result.Path));
        Assert.Equal(["small.aci"], Directory.GetFiles(_directory.At("out")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("manifest rootfs/ rootfs/x", "")]
    [InlineData("./manifest ./rootfs/ ./rootfs/x", "")]
    [InlineData("rootfs/ rootfs/x manifest", "")]
    [InlineData("rootfs/", "'x.aci' has no `manifest`")]
    [InlineData("manifest rootfs/x", "'x.aci' has no entry for the directory `rootfs`")]
    [InlineData("manifest rootfs", "'x.aci' has no entry for the directory `rootfs`")]
    [InlineData("manifest rootfs/ other", "'other' does not belong there")]
    [InlineData("manifest rootfs/ rootfs-extra", "'rootfs-extra' does not belong there")]
    [InlineData("manifest rootfs/ rootfs/x rootfs/x", "'rootfs/x' is there twice")]
    [InlineData("manifest rootfs/ rootfs/", "'rootfs' is there twice")]
    [InlineData("manifest rootfs/ manifest", "'manifest' is there twice")]
    [InlineData("manifest/ rootfs/", "'x.aci' has no `manifest`")]
    [InlineData("manifest rootfs@", "'x.aci' has no entry for the directory `rootfs`")]
    [InlineData("manifest rootfs/ rootfs/../../x", "'rootfs/../../x' leads out of the image")]
    public void An_archive_has_a_manifest_and_a_root_and_nothing_else(string names, string expected)
    {
        var stream = new MemoryStream();
        var tar = new CanonicalTarWriter(stream);
        foreach (var name in names.Split(' '))
        {
            if (name[^1] is '/' or '@')
            {
                tar.WriteEntry(name[^1] == '/' ? new(name[..^1], EntryKind.Directory) : new(name[..^1], EntryKind.Symlink) { Target = "elsewhere" }, 0, _ => Stream.Null);
            }
            else
            {
                tar.WriteFile(name, name.EndsWith("manifest", StringComparison.Ordinal) ? Encoding.UTF8.GetBytes(VerdictTable.Whole()) : [], 0x1A4, 0);
            }
        }

        tar.Finish();
        stream.Position = 0;
        var bag = new DiagnosticBag();
        AciArchive.Check(stream, "x.aci", bag);
        Assert.Equal(expected.Length == 0, bag.Items.Count == 0);
        Assert.True(expected.Length == 0 || bag.Items.Any(i => i.Message.Contains(expected, StringComparison.Ordinal)), string.Join("; ", bag.Items.Select(i => i.Message)));
    }

    [Theory]
    [InlineData(new byte[] { 0x1F, 0x8B, 8, 0, 0, 0 }, "gzip")]
    [InlineData(new byte[] { (byte)'B', (byte)'Z', (byte)'h', (byte)'9', 0, 0 }, "bzip2")]
    [InlineData(new byte[] { 0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0 }, "xz")]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0, 0 }, null)]
    [InlineData(new byte[] { (byte)'m', (byte)'a', 0, 0, 0, 0 }, "tar")]
    public void Compression_is_told_by_the_first_bytes(byte[] start, string? expected) => Assert.Equal(expected, AciArchive.Compression(start));

    [Fact]
    public void A_cut_off_archive_is_refused()
    {
        var bag = new DiagnosticBag();
        AciArchive.Check(new MemoryStream(Enumerable.Repeat((byte)'x', 700).ToArray()), "x.aci", bag);
        Assert.True(bag.HasErrors);
    }

    private ImageRoot Root(bool fresh = true)
    {
        var part = Sample.Part(
            _directory, "debian/a", (Sample.File("usr/bin/a", mode: 0x1ED), "#!/bin/sh\n"), (Sample.HardLink("usr/bin/b", "usr/bin/a"), ""), (Sample.Link("usr/lib/l", "../bin/a"), ""), (Sample.File("usr/share/ü"), "ü"));
        if (!fresh)
        {
            File.Delete(_directory.At("trees/debian/a/usr/bin/a"));
        }

        return Sample.Root([part]);
    }

    private async Task<(AciResult Result, byte[] Tar)> WriteAsync(ImageRoot root)
    {
        Directory.CreateDirectory(_directory.At("out"));
        var result = await new AciWriter(new TestCompressor()).WriteAsync(root, Encoding.UTF8.GetBytes(VerdictTable.Whole()), _directory.At("out/small.aci"), default);
        await using var gzip = new GZipStream(File.OpenRead(result.Path), CompressionMode.Decompress);
        var tar = new MemoryStream();
        await gzip.CopyToAsync(tar);
        return (result, tar.ToArray());
    }
}
