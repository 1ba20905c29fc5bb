using System.Diagnostics;
using System.Formats.Tar;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Store.Compression;
using Buildit.Store.Sources;

namespace Buildit.Store.Tests.Sources;

[SupportedOSPlatform("linux")]
public sealed class LocalSourceTests : IDisposable
{
    private readonly TempDirectory _source = new();
    private readonly TempDirectory _spool = new();

    public void Dispose()
    {
        _source.Dispose();
        _spool.Dispose();
    }

    [Fact]
    public void A_directory_is_packed_without_what_is_ignored_and_without_git()
    {
        _source.Write(".gitignore", "*.o\n/build/\n");
        _source.Write(".git/config", "x");
        _source.Write("sub/.git", "gitdir: elsewhere");
        _source.Write("sub/.gitignore", "!keep.o\nsecret\n");
        _source.Write("sub/keep.o", "x");
        _source.Write("sub/secret", "x");
        _source.Write("sub/drop.o", "x");
        _source.Write("a.o", "x");
        _source.Write("a.c", "x");
        _source.Write("build/a", "x");
        _source.Write("only-objects/b.o", "x");
        Assert.Equal([".gitignore", "a.c", "sub/", "sub/.gitignore", "sub/keep.o"], Names());
    }

    [Fact]
    public void Builditignore_takes_the_place_of_gitignore()
    {
        _source.Write(".gitignore", "*");
        _source.Write(".builditignore", ".*ignore");
        _source.Write("a", "x");
        Assert.Equal(["a"], Names());
    }

    [Fact]
    public void Times_and_modes_beyond_the_execute_bit_do_not_reach_the_digest()
    {
        var path = _source.Write("d/a", "x");
        var link = Path.Combine(_source.Path, "link");
        File.CreateSymbolicLink(link, "d/a");
        var before = Pack();
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupWrite);
        _source.Write("d/empty/x", "");
        File.Delete(Path.Combine(_source.Path, "d/empty/x"));
        Assert.Equal(before, Pack());
        Assert.Equal(SourceArchive.FixedMtime, before.NewestMtime);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherExecute);
        Assert.NotEqual(before, Pack());
    }

    [Fact]
    public void Links_that_lead_out_are_refused()
    {
        File.CreateSymbolicLink(Path.Combine(_source.Path, "l"), "../x");
        Assert.Contains("entry 'l' is a symbolic link to '../x', which is outside the tree", Refused(), StringComparison.Ordinal);
        File.Delete(Path.Combine(_source.Path, "l"));
        Directory.CreateSymbolicLink(Path.Combine(_source.Path, "l"), "/etc");
        Assert.Contains("entry 'l' is a symbolic link to the absolute path '/etc'", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_a_directory_is_a_link()
    {
        _source.Write("d/a", "x");
        Directory.CreateSymbolicLink(Path.Combine(_source.Path, "l"), "d");
        Assert.Equal(["d/", "d/a", "l"], Names());
    }

    [Fact]
    public void Pipes_and_sockets_are_refused_without_opening_them()
    {
        var pipe = Path.Combine(_source.Path, "pipe");
        using (var mkfifo = Process.Start("mkfifo", [pipe]))
        {
            mkfifo.WaitForExit();
        }

        Assert.Contains("entry 'pipe' is a named pipe", Refused(), StringComparison.Ordinal);
        File.Delete(pipe);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(_source.Path, "socket")));
        Assert.Contains("entry 'socket' is a socket", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_file_stands_alone_and_an_archive_is_unpacked()
    {
        var plain = _source.Write("run.sh", "#!/bin/sh\n");
        File.SetUnixFileMode(plain, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var tar = _source.Write("a.tar", new TarMaker().File("top/x").Finish());
        Assert.Equal(["run.sh"], Names(plain));
        Assert.Equal(["x"], Names(tar));
    }

    [Fact]
    public void What_is_not_there_is_an_error_at_its_place()
    {
        var span = new SourceSpan(new("pkg.yaml", ""), 2, 3);
        var error = Assert.Throws<BuilditException>(() => Archive().FromLocal(new(_source.Path + "/absent", "absent") { Span = span }, Stream.Null, default));
        Assert.Equal((ExitCode.InvalidInput, span), (error.Code, error.Diagnostics[0].Span));
    }

    private SourceArchive Archive() => new SourceArchive(_spool.Path);

    private SourceTar Pack() => Archive().FromLocal(new(_source.Path, "source"), Stream.Null, default);

    private string Refused() => Assert.Throws<BuilditException>(Pack).Diagnostics[0].Message;

    private List<string> Names(string? path = null)
    {
        using var output = new MemoryStream();
        path ??= _source.Path;
        Archive().FromLocal(new(path, Path.GetFileName(path)), output, default);
        output.Position = 0;
        using var reader = new TarReader(output);
        var names = new List<string>();
        while (reader.GetNextEntry() is { } entry)
        {
            names.Add(entry.Name);
        }

        return names;
    }
}
