using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>Real clients of what 'buildit run' runs, and real runtimes for the bundles that it writes.</summary>
[Collection(nameof(Judged))]
public sealed class InstanceTests(Judged judged)
{
    [Fact]
    public async Task Nginx_is_reached_at_ports_of_this_machine()
    {
        var tls = Tls();
        var (https, http) = (Loopback.FreePort(), Loopback.FreePort());
        using var server = BuilditProcess.Start(Repository.Root, null, "run", Path.Combine(judged.Work, judged.Nginx.Layout), "-p", $"{https}:443", "-p", $"{http}:80", "-v", $"{tls}:/etc/nginx/tls:ro");
        try
        {
            var secure = judged.Peers.RunInNetwork("curl", "--silent", "--retry", "100", "--retry-connrefused", "--retry-all-errors", "--retry-delay", "1", "--cacert", "run-tls/server.crt", "--write-out", "tls %{http_code}\n", $"https://localhost:{https}/");
            Assert.EndsWith("tls 200\n", secure.Succeeded(), StringComparison.Ordinal);
            Assert.EndsWith("plain 403\n", judged.Peers.RunInNetwork("curl", "--silent", "--write-out", "plain %{http_code}\n", $"http://localhost:{http}/").Succeeded(), StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    [Theory]
    [InlineData("runc")]
    [InlineData("crun")]
    public async Task A_bundle_is_run_by_other_runtimes(string runtime)
    {
        var bundle = $"{runtime}.bundle";
        var written = await BuilditProcess.RunAsync(Repository.Root, "run", Path.Combine(judged.Work, judged.Nginx.Layout), "--writable", "--bundle", Path.Combine(judged.Work, bundle), "--", "-V");
        Assert.True(written.ExitCode == 0, written.ToString());
        // crun of this distribution knows no machine with both kinds of control groups, and it may not be allowed to limit anything.
        var result = runtime == "runc"
            ? judged.Peers.Shell($"runc --root /tmp/runc run --bundle {bundle} judged")
            : judged.Peers.ShellWithOneKindOfGroups($"crun --cgroup-manager=disabled --root /tmp/crun run --bundle {bundle} judged");
        result.Succeeded();
        Assert.Contains("nginx version: nginx/1.26.3", result.Error, StringComparison.Ordinal);
    }

    private string Tls()
    {
        judged.Peers.Shell("""
            mkdir -p -m 755 run-tls
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout run-tls/server.key -out run-tls/server.crt
            chmod 644 run-tls/*
            """).Succeeded();
        return Path.Combine(judged.Work, "run-tls");
    }
}
