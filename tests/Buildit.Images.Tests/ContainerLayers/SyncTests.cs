using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images.ContainerLayers;

namespace Buildit.Images.Tests.ContainerLayers;

public sealed class SyncTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TestDirectory _directory = new();

    public SyncTests()
    {
        _directory.Write("files/nginx.conf", "worker 1\n", Private);
        _directory.Write("files/run.sh", "#!/bin/sh\n", Private | UnixFileMode.UserExecute);
        _directory.Write("files/sub/b", "b\n");
        _directory.Write("files/sub/a", "a\n");
        _directory.Link("files/link", "nginx.conf");
        _directory.Link("dirlink", "files/sub");
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("./files/nginx.conf", "/etc/nginx/nginx.conf", "f644 etc/nginx/nginx.conf")]
    [InlineData("files/nginx.conf", "/etc/nginx/", "f644 etc/nginx/nginx.conf")]
    [InlineData("files/nginx.conf", "/", "f644 nginx.conf")]
    [InlineData("files/nginx.conf", "etc/x", "f644 etc/x")]
    [InlineData("files/run.sh", "/usr/bin/run", "f755 usr/bin/run")]
    [InlineData("files/sub", "/srv", "d755 srv/sub, f644 srv/sub/a, f644 srv/sub/b")]
    [InlineData("files/sub", "/srv/", "d755 srv/sub, f644 srv/sub/a, f644 srv/sub/b")]
    [InlineData("files/sub/", "/srv", "d755 srv, f644 srv/a, f644 srv/b")]
    [InlineData("files/sub/.", "/srv", "d755 srv, f644 srv/a, f644 srv/b")]
    [InlineData("files/sub/", "/", "f644 a, f644 b")]
    [InlineData("files/link", "/etc/", "l777 etc/link")]
    [InlineData("files/link", "/etc/other", "l777 etc/other")]
    [InlineData("dirlink", "/etc/", "l777 etc/dirlink")]
    [InlineData("dirlink/", "/etc/", "d755 etc, f644 etc/a, f644 etc/b")]
    public void Files_go_where_rsync_would_put_them(string source, string destination, string expected) =>
        Assert.Equal(expected, Print(Sample.Files(Container(Sample.Sync(source, destination, recursive: true)))));

    [Theory]
    [InlineData("files/nginx.conf", 0x180, "f600 x")]                                     // 0600
    [InlineData("files/sub/", 0x1A4, "d755 x, f644 x/a, f644 x/b")]                       // 0644
    [InlineData("files/sub/", 0x1A0, "d750 x, f640 x/a, f640 x/b")]                       // 0640
    [InlineData("files/sub/", 0x100, "d500 x, f400 x/a, f400 x/b")]                       // 0400
    public void Chmod_is_for_files_and_directories_get_x_where_they_get_r(string source, int mode, string expected) =>
        Assert.Equal(expected, Print(Sample.Files(Container(Sample.Sync(source, "/x", recursive: true) with { Mode = mode }))));

    [Theory]
    [InlineData("files/sub", "/x", "'files/sub' is a directory")]
    [InlineData("files/none", "/x", "'files/none' is not there")]
    [InlineData("files/nginx.conf/", "/x", "'files/nginx.conf/' is not there")]
    [InlineData("files/nginx.conf", "/x/../y", "the destination '/x/../y' has a '..' in it")]
    public void A_mistake_is_told_at_its_step(string source, string destination, string expected)
    {
        var diagnostic = Assert.Single(Errors(Sample.Sync(source, destination)));
        Assert.Equal((expected, (SourceSpan?)Sample.Span), (diagnostic.Message, diagnostic.Span));
    }

    [Fact]
    public void A_pipe_is_refused_without_waiting_for_its_writer()
    {
        using var make = System.Diagnostics.Process.Start("mkfifo", _directory.At("files/pipe"));
        make.WaitForExit();
        Assert.Contains("a device, a socket or a pipe", Assert.Single(Errors(Sample.Sync("files/", "/x", recursive: true))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_is_filled_in()
    {
        _directory.Write("t.conf", "hello {{ name }}\n");
        var file = Assert.Single(Sample.Files(Container(Sample.Sync("t.conf", "/x") with { Template = true })).Entries);
        Assert.Equal("hello nginx-production\n", new StreamReader(file.Open()).ReadToEnd());
        Assert.Equal(23, file.Entry.Size);
    }

    [Fact]
    public void A_template_s_byte_order_mark_stays()
    {
        File.WriteAllBytes(_directory.At("t.conf"), [0xEF, 0xBB, 0xBF, .. "{{ name }}"u8]);
        var file = Assert.Single(Sample.Files(Container(Sample.Sync("t.conf", "/x") with { Template = true })).Entries);
        using var content = new MemoryStream();
        using var stream = file.Open();
        stream.CopyTo(content);
        Assert.Equal([0xEF, 0xBB, 0xBF, .. "nginx-production"u8], content.ToArray());
    }

    [Fact]
    public void A_template_in_UTF_16_is_refused()
    {
        File.WriteAllBytes(_directory.At("t.conf"), [0xFF, 0xFE, (byte)'a', 0]);
        var error = Assert.Single(Errors(Sample.Sync("t.conf", "/x") with { Template = true }));
        Assert.Contains("is not UTF-8 text", error.Message, StringComparison.Ordinal);
        Assert.Contains("must be UTF-8", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_s_mistake_points_into_the_template()
    {
        _directory.Write("files/t.conf", "hello\n");
        SourceSpan? seen = null;
        ContainerLayerBuilder.Build(Container(Sample.Sync("files/t.conf", "/x") with { Template = true }), (text, span) => { seen = span; return text; }, new DiagnosticBag());
        Assert.Equal("files/t.conf:1:1", seen.ToString());
    }

    [Fact]
    public void A_file_that_changes_while_the_image_is_made_is_noticed()
    {
        var path = _directory.Write("x", "one");
        var file = Assert.Single(Sample.Files(Container(Sample.Sync("x", "/x"))).Entries);
        File.WriteAllText(path, "two");
        using var stream = file.Open();
        Assert.Throws<BuilditException>(() => stream.CopyTo(Stream.Null));
    }

    [Fact]
    public void A_later_step_replaces_a_file_of_an_earlier_one()
    {
        var files = Sample.Files(Container(Sample.Sync("files/sub/", "/x", recursive: true), Sample.Sync("files/nginx.conf", "/x/a"), new Step.Symlink("/x/b", "a") { Span = Sample.Span }));
        Assert.Equal("d755 x, f644 x/a, l777 x/b", Print(files));
    }

    [Fact]
    public void A_file_does_not_replace_a_directory()
    {
        var errors = Errors(Sample.Sync("files/sub/", "/x", recursive: true) with { Recursive = true }, Sample.Sync("files/nginx.conf", "/x"));
        Assert.Contains("dest: /x/", Assert.Single(errors).Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Neither_times_nor_modes_nor_order_of_local_files_matter()
    {
        var first = Print(Sample.Files(Container(Sample.Sync("files/", "/x", recursive: true))));
        using var other = new TestDirectory();
        other.Link("files/link", "nginx.conf");
        other.Write("files/sub/b", "b\n", Private | UnixFileMode.OtherWrite);
        other.Write("files/sub/a", "a\n", Private);
        other.Write("files/run.sh", "#!/bin/sh\n", (UnixFileMode)0x1FF);
        other.Write("files/nginx.conf", "worker 1\n", (UnixFileMode)0x1B6);
        File.SetLastWriteTimeUtc(other.At("files/sub/a"), DateTime.UnixEpoch);
        Assert.Equal(first, Print(Sample.Files(Sample.Container(other.Path, Sample.Sync("files/", "/x", recursive: true)))));
    }

    private Container Container(params Step[] steps) => Sample.Container(_directory.Path, steps);

    private IReadOnlyList<Diagnostic> Errors(params Step[] steps)
    {
        var bag = new DiagnosticBag();
        ContainerLayerBuilder.Build(Container(steps), (text, _) => text, bag);
        return bag.Items;
    }

    private static string Print(ContainerFiles files) =>
        string.Join(", ", files.Entries.Select(e => $"{e.Entry.Kind.ToString().ToLowerInvariant().Replace("symlink", "l", StringComparison.Ordinal)[0]}{Convert.ToString(e.Entry.Mode, 8)} {e.Entry.Path}"));
}
