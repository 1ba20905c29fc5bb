using Buildit.Build.Sandboxing;
using Buildit.Testing;

namespace Buildit.Build.Tests.Sandboxing;

public sealed class PreloadedEtcTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void It_is_the_roots_with_the_libraries_and_their_names()
    {
        _directory.Write("root/etc/passwd", "root:x:0:0\n");
        _directory.Write("root/etc/deep/er", "text");
        File.CreateSymbolicLink(Path.Combine(_directory, "root/etc/link"), "../usr/nothing");
        var library = _directory.Write("lib/clock.so", "library");
        var mount = PreloadedEtc.Make(Path.Combine(_directory, "root"), [library], Path.Combine(_directory, "etc"));

        Assert.Equal(new Mount(Path.Combine(_directory, "etc"), "/etc", false), mount);
        Assert.Equal("root:x:0:0\n", File.ReadAllText(Path.Combine(mount.Host, "passwd")));
        Assert.Equal("text", File.ReadAllText(Path.Combine(mount.Host, "deep/er")));
        Assert.Equal("../usr/nothing", new FileInfo(Path.Combine(mount.Host, "link")).LinkTarget);
        Assert.Equal("/etc/buildit-preload/clock.so\n", File.ReadAllText(Path.Combine(mount.Host, "ld.so.preload")));
        Assert.Equal("library", File.ReadAllText(Path.Combine(mount.Host, "buildit-preload/clock.so")));
    }

    /// <summary>The root's files are hard links into the store.</summary>
    [Fact]
    public void A_preload_file_of_the_root_is_left_as_it_is()
    {
        var own = _directory.Write("root/etc/ld.so.preload", "/own.so\n");
        PreloadedEtc.Make(Path.Combine(_directory, "root"), [_directory.Write("a.so", "")], Path.Combine(_directory, "etc"));
        Assert.Equal("/own.so\n", File.ReadAllText(own));
    }

    public void Dispose() => _directory.Dispose();
}
