using Buildit.Core.Debian;
using Buildit.Store.Debian;

namespace Buildit.Store.Tests.Debian;

public class AptConfigurationTests
{
    [Fact]
    public void Everything_that_apt_reads_is_read_in_its_order()
    {
        using var etc = new TemporaryDirectory();
        etc.Write("sources.list", "deb http://one.example/debian bookworm main\n");
        etc.Write("sources.list.d/b.list", "deb http://three.example/debian bookworm main\n");
        etc.Write("sources.list.d/a.sources", "Types: deb\nURIs: http://two.example/debian\nSuites: bookworm\nComponents: main\n");
        etc.Write("sources.list.d/off.list.disabled", "deb http://off.example/debian bookworm main\n");
        var list = etc.Write("mirrors.txt", "http://five.example/debian\tpriority:2\nhttp://four.example/debian\tpriority:1\n");
        etc.Write("sources.list.d/c.list", $"deb mirror+file:{list} bookworm main\n");
        etc.Write("apt.conf.d/10proxy", "Acquire::http::Proxy \"http://old.example:1\";");
        etc.Write("apt.conf.d/20proxy.conf", "Acquire::http::Proxy \"http://new.example:1\";");
        etc.Write("apt.conf.d/30proxy.dpkg-old", "Acquire::http::Proxy \"http://bad.example:1\";");

        var mirrors = AptConfiguration.Read(etc.Path).DebianMirrors("bookworm");

        Assert.Equal(["one", "two", "three", "four", "five"], mirrors.Select(m => new Uri(m.BaseUrl).Host.Split('.')[0]));
        Assert.All(mirrors, m => Assert.Equal("http://new.example:1", m.Proxy));
    }

    [Fact]
    public void A_machine_without_apt_has_no_mirrors() => Assert.Empty(AptConfiguration.Read("/nonexistent").DebianMirrors("bookworm"));
}
