namespace Buildit.Peers.Tests;

/// <summary>What umoci unpacks runs under runc, for root and for an ordinary user.</summary>
[Collection(nameof(Judged))]
public sealed class RunningTests(Judged judged)
{
    [Fact]
    public void Nginx_serves_over_TLS_and_refuses_plain_HTTP()
    {
        var bundle = new Bundle(judged, judged.Nginx);
        bundle.Mount("/etc/nginx/tls", "bind", "/bundle/tls", "bind", "ro", "nosuid", "nodev");
        if (!Peers.IsRoot)
        {
            // There is no user nginx where an ordinary user is the only one.
            bundle.Arguments[^1] = "daemon off; user root root;";
        }

        judged.Peers.Shell("""
            mkdir -m 755 tls
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout tls/server.key -out tls/server.crt
            chmod 644 tls/*
            """).Succeeded();
        var result = bundle.RunWith("""
            $enter curl --silent --retry 100 --retry-connrefused --retry-delay 1 --cacert tls/server.crt --write-out 'tls %{http_code} %{http_version}\n' https://localhost/
            $enter curl --silent --write-out 'plain %{http_code}\n' http://localhost/
            runc --root /tmp/runc exec judged /usr/sbin/nginx -V
            """);

        var output = result.Succeeded();
        Assert.Contains("<h1>nginx-production</h1>", output, StringComparison.Ordinal);
        Assert.Contains("tls 200 2\n", output, StringComparison.Ordinal);
        Assert.Contains("Plain HTTP is refused here: use https.\nplain 403\n", output, StringComparison.Ordinal);
        Assert.Contains("nginx version: nginx/1.26.3", result.Error, StringComparison.Ordinal);
        Assert.Contains("--with-http_ssl_module", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("--with-http_v3_module", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Redis_answers()
    {
        var bundle = new Bundle(judged, judged.Redis);
        bundle.Mount("/data", "tmpfs", "tmpfs", Peers.IsRoot ? ["uid=999", "gid=999", "mode=755"] : ["mode=755"]);

        var result = bundle.RunWith("""
            for attempt in $(seq 100); do
                if $enter redis-cli PING > /dev/null 2>&1; then break; fi
                sleep 0.1
            done
            $enter redis-cli PING
            $enter redis-cli SET key value
            $enter redis-cli SAVE
            $enter redis-cli GET key
            """);

        Assert.Equal("PONG\nOK\nOK\nvalue\n", result.Succeeded());
    }
}
