using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Images.Aci;
using Buildit.Images.Composition;
using Buildit.Images.Reading;
using Buildit.Store;
using Buildit.Store.Compression;
using Buildit.Store.Trees;

namespace Buildit.Images.Tests.Aci;

/// <summary>One ACI for each package and one over them are, put together, the very image that one alone would be.</summary>
public sealed class SplitAciTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Rendering_all_gives_the_root_of_the_flattened_image()
    {
        var root = Odd();
        var (flat, split) = (await FlatAsync(root), await SplitAsync(root));
        Assert.Equal(Rendering.Of(flat), Rendering.Of(split[^1].Path));
        Assert.Contains("rootfs/usr/bin/a2 f 755 0:0 1699999000 ", Rendering.Of(flat), StringComparison.Ordinal);
        Assert.Contains(" rootfs/usr/bin/a1=rootfs/usr/bin/a2\n", Rendering.Of(flat), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_what_no_package_brings_and_what_would_come_out_otherwise_lies_over_the_packages()
    {
        var top = Rendering.Archive.Read((await SplitAsync(Odd()))[^1].Path);
        Assert.Equal(
            // Names of one file that a later package has, too; a file of which the container has one of two names; a file that two packages have.
            ["a1", "a2", "mine", "other"],
            top.Entries.Keys.Where(p => p.StartsWith("rootfs/usr/bin/", StringComparison.Ordinal)).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("rootfs/usr/share/both", top.Entries.Keys);
        Assert.DoesNotContain("rootfs/usr/bin/b1", top.Entries.Keys);
    }

    [Fact]
    public async Task Each_of_them_is_an_image_that_passes_the_check_and_is_pinned_to_its_bytes()
    {
        var images = await SplitAsync(Odd(), name: "bin.example.org/team/web");
        Assert.Equal(["debian_a", "debian_b_1", "debian_c", "top"], images.Select(i => Path.GetFileName(i.Path).Split('-')[0].Split('.')[0]));
        foreach (var image in images)
        {
            var bag = new DiagnosticBag();
            await using var tar = new GZipStream(File.OpenRead(image.Path), CompressionMode.Decompress);
            Assert.NotNull(AciArchive.Check(tar, image.Path, bag));
            Assert.Empty(bag.Items);
        }

        var top = Rendering.Archive.Read(images[^1].Path);
        Assert.Equal(images[..^1].Select(i => i.ImageId), top.Dependencies.Select(d => d.Id));
        Assert.Equal(["bin.example.org/team/debian/a", "bin.example.org/team/debian/b_1", "bin.example.org/team/debian/c"], top.Dependencies.Select(d => d.Name));
        Assert.Matches("""^\{"name":"version","value":"1_2.36-9_deb12u1-[0-9a-f]{12}"\}$""", top.Dependencies[0].Labels[0]);
        Assert.Equal(["""{"name":"os","value":"linux"}""", """{"name":"arch","value":"amd64"}"""], top.Dependencies[0].Labels.Skip(1));
    }

    [Fact]
    public async Task A_package_is_the_same_image_for_all_that_depend_on_it_and_is_left_alone_when_it_is_there()
    {
        using var index = StoreIndex.Open(_directory.At("index.db"));
        var first = await SplitAsync(Odd(), known: index);
        var old = DateTime.UnixEpoch.AddDays(1);
        foreach (var image in first)
        {
            File.SetLastWriteTimeUtc(image.Path, old);
        }

        await File.AppendAllTextAsync(first[1].Path, "damage");
        var second = await SplitAsync(Sample.Root(Parts()[..2]), known: index);
        Assert.Equal(first.Take(2).Select(i => (i.Path, i.ImageId, i.Digest, i.Size)), second.Take(2).Select(i => (i.Path, i.ImageId, i.Digest, i.Size)));
        Assert.Equal([true, false], second.Take(2).Select(i => File.GetLastWriteTimeUtc(i.Path) == old));
        Assert.Equal(first[1].Size, new FileInfo(first[1].Path).Length);
        Assert.NotEqual(first[^1].Digest, second[^1].Digest);
    }

    [Fact]
    public async Task What_has_other_bytes_has_another_name()
    {
        var root = Odd();
        string[] names = [.. await NamesAsync(root), .. await NamesAsync(root, name: "elsewhere/web"), .. await NamesAsync(root, compressor: null)];
        Assert.Equal(9, names.Distinct().Count());
        Assert.Equal(names[..3], await NamesAsync(root, name: "another"));

        async Task<string[]> NamesAsync(ImageRoot of, string name = "web", bool? compressor = true) => [.. (await SplitAsync(of, name, isCompressed: compressor == true))[..^1].Select(i => Path.GetFileName(i.Path))];
    }

    [Fact]
    public async Task A_split_image_is_read_with_all_that_it_depends_on()
    {
        var root = Odd();
        var split = await SplitAsync(root);
        Assert.Equal(Sample.Print(root), Tree.Create(Read(split).Entries, Sample.Date).Print());
        Assert.NotEmpty(new ImageReader(_directory.At("scratch")).ReadFiles(split[^1].Path, "top.aci", _directory.At("kept"), static _ => null, default).TextOf("usr/bin/a1")!);

        await File.AppendAllTextAsync(split[1].Path, "");
        File.Copy(split[0].Path, split[1].Path, overwrite: true);
        Assert.Contains("is not the image that 'top.aci' depends on", Assert.Throws<BuilditException>(() => Read(split)).Message, StringComparison.Ordinal);
        File.Delete(split[1].Path);
        var missing = Assert.Throws<BuilditException>(() => Read(split));
        Assert.Equal((ExitCode.Missing, $"'top.aci' depends on 'debian/b_1', which is not beside it as '{Path.GetFileName(split[1].Path)}'"), (missing.Code, missing.Message));
    }

    [Fact]
    public void Images_that_are_each_depended_on_twice_by_the_next_one_are_not_read_without_end()
    {
        var (dependencies, path) = ("", "");
        for (var level = 0; level < 40; level++)
        {
            path = _directory.At($"l{level}.aci");
            using (var tar = new TarWriter(File.Create(path)))
            {
                var manifest = $$"""{"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "l{{level}}", "dependencies": [{{dependencies}}]}""";
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "manifest") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(manifest)) });
                tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "rootfs"));
            }

            var dependency = $$"""{"imageName": "l{{level}}", "imageID": "sha512-{{Convert.ToHexStringLower(SHA512.HashData(File.ReadAllBytes(path)))}}"}""";
            dependencies = $"{dependency}, {dependency}";
        }

        Directory.CreateDirectory(_directory.At("scratch"));
        var refusal = Assert.Throws<BuilditException>(() => new ImageReader(_directory.At("scratch")).Read(path, "l39.aci", default));
        Assert.Contains("'l39.aci' depends on too many images", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"dependencies\": []", "'dependencies' cannot be written for an image with 'split: true'")]
    [InlineData("\"pathWhitelist\": [\"/usr\"]", "'pathWhitelist' cannot be written for an image with 'split: true'")]
    public void What_splitting_decides_cannot_be_written_by_hand(string member, string expected)
    {
        var content = new BlockText($$"""{"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "x", {{member}}}""", Sample.Span);
        var step = Sample.Image(ImageFormat.Aci) with { Content = content };
        var bag = new DiagnosticBag();
        Assert.Null(AciManifest.Make(Sample.Container(_directory.Path, step), step with { Split = true }, 0, bag));
        Assert.Contains(expected, Assert.Single(bag.Items).Message, StringComparison.Ordinal);
        Assert.NotNull(AciManifest.Make(Sample.Container(_directory.Path, step), step, 0, new()));
    }

    private ImageContent Read(ImmutableArray<AciResult> split)
    {
        Directory.CreateDirectory(_directory.At("scratch"));
        return new ImageReader(_directory.At("scratch")).Read(split[^1].Path, "top.aci", default);
    }

    /// <summary>Everything that makes a difference whether files come from one archive or from several.</summary>
    private ImageRoot Odd()
    {
        _directory.Write("files/mine", "mine\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return Sample.Root(Parts(), Sample.Files(Sample.Container(_directory.Path, Sample.Sync("files/mine", "/usr/bin/mine"))));
    }

    private ImagePart[] Parts() =>
    [
        // Two names of a file; one of them and another file are in the next package, too, which is of another day.
        Dated(Sample.Part(_directory, "debian/a", (Sample.File("usr/bin/a1", mode: 0x1ED), "a\n"), (Sample.HardLink("usr/bin/a2", "usr/bin/a1"), ""), (Sample.File("usr/share/both"), "both\n"), (Sample.Link("usr/lib/l", "../bin/a1"), ""), (Sample.Directory("var/lib/x", 0x1C0, 5), "")), 0, "1:2.36-9+deb12u1"),
        Dated(Sample.Part(_directory, "debian/b+1", (Sample.File("usr/bin/a1", mode: 0x1ED), "a\n"), (Sample.File("usr/bin/b1"), "b\n"), (Sample.HardLink("usr/bin/b2", "usr/bin/b1"), ""), (Sample.File("usr/share/both"), "both\n"), (Sample.Directory("var/lib/x"), "")), 100, "2"),
        // Two names of a file, one of which is the container's.
        Dated(Sample.Part(_directory, "debian/c", (Sample.File("usr/bin/mine"), "theirs\n"), (Sample.HardLink("usr/bin/other", "usr/bin/mine"), ""), (Sample.File("usr/share/c/.wh.c"), "not deleted\n")), -100, "3"),
    ];

    private static ImagePart Dated(ImagePart part, long later, string version)
    {
        var tree = Tree.Create(part.Tree.Tree.Entries, part.Tree.Tree.Mtime + later);
        var tar = new MemoryStream();
        new StoredTree(default, tree, part.Tree.Directory).WriteTar(tar);
        return part with { Tree = new(Digest.Of(tar.ToArray()), tree, part.Tree.Directory), Version = version };
    }

    private async Task<string> FlatAsync(ImageRoot root)
    {
        Directory.CreateDirectory(_directory.At("flat"));
        return (await new AciWriter(null).WriteAsync(root, Manifest("web"), _directory.At("flat/flat.aci"), default)).Path;
    }

    private Task<ImmutableArray<AciResult>> SplitAsync(ImageRoot root, string name = "web", bool isCompressed = true, StoreIndex? known = null)
    {
        Directory.CreateDirectory(_directory.At("out"));
        return new SplitAciWriter(isCompressed ? new TestCompressor() : null, known).WriteAsync(root, Manifest(name), Platform.LinuxAmd64, _directory.At("out/top.aci"), default);
    }

    private static byte[] Manifest(string name) => Encoding.UTF8.GetBytes($$"""{"acKind":"ImageManifest","acVersion":"0.8.11","name":"{{name}}","labels":[{"name":"version","value":"1"}]}""");
}
