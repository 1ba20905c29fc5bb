using System.Diagnostics;
using System.Globalization;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>A real nginx of the distribution, on the loopback, that shows a directory: started by its own loader, so that nothing of the host but the kernel takes part.</summary>
public sealed class NginxServer : IDisposable
{
    private readonly TemporaryDirectory _run = new();
    private readonly Process _process;

    private NginxServer(string root, string directory, string path, string rules, string server, string? certificate)
    {
        Port = Loopback.FreePort();
        Url = string.Create(CultureInfo.InvariantCulture, $"{(certificate is null ? "http" : "https")}://127.0.0.1:{Port}/{path}/");
        Directory.CreateDirectory(directory);
        // Root's workers would be another user, who cannot see temporary directories.
        var configuration = _run.Write("nginx.conf", $$"""
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            daemon off;
            pid {{_run.Path}}/pid;
            error_log {{_run.Path}}/error.log;
            events {}
            http {
              access_log {{_run.Path}}/access.log;
              client_body_temp_path {{_run.Path}}/a; proxy_temp_path {{_run.Path}}/b; fastcgi_temp_path {{_run.Path}}/c; uwsgi_temp_path {{_run.Path}}/d; scgi_temp_path {{_run.Path}}/e;
              server {
                listen 127.0.0.1:{{Port}}{{(certificate is null ? "" : $" ssl; ssl_certificate {certificate}.pem; ssl_certificate_key {certificate}.key")}};
                {{server}}
                location /{{path}}/ { alias {{directory}}/; {{rules}} }
              }
            }
            """);
        var libraries = Path.Combine(root, "usr/lib/x86_64-linux-gnu");
        _process = Process.Start(Path.Combine(libraries, "ld-linux-x86-64.so.2"), ["--library-path", libraries, Path.Combine(root, "usr/sbin/nginx"), "-p", _run.Path, "-e", Path.Combine(_run, "error.log"), "-c", configuration]);
    }

    /// <summary>Of the directory.</summary>
    public string Url { get; }

    /// <summary>On the loopback.</summary>
    public int Port { get; }

    /// <summary>Lines of the access log: one a request.</summary>
    public string[] Requests => File.Exists(Path.Combine(_run, "access.log")) ? File.ReadAllLines(Path.Combine(_run, "access.log")) : [];

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="root">With nginx.</param>
    /// <param name="directory">What it shows.</param>
    /// <param name="rules">Further configuration of what it shows.</param>
    /// <param name="more">Further configuration of the server.</param>
    /// <param name="path">Under which path.</param>
    /// <param name="certificate">Path of its certificate (.pem) and key (.key), without the endings; null = plain http.</param>
    public static async Task<NginxServer> StartAsync(string root, string directory, string rules = "", string more = "", string path = "bin", string? certificate = null)
    {
        var server = new NginxServer(root, directory, path, rules, more, certificate);
        await Loopback.UntilListensAsync(server.Port, () => !server._process.HasExited);
        return server;
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _run.Dispose();
    }
}
