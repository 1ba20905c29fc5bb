using System.Diagnostics;
using System.Globalization;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>A real registry of the distribution (<c>docker-registry</c>), on the loopback: started by its own loader, so that nothing of the host but the kernel takes part.</summary>
public sealed class RegistryServer : IDisposable
{
    private readonly TemporaryDirectory _run = new();
    private readonly string _root;
    private readonly string _configuration;
    private readonly Process _process;

    private RegistryServer(string root, string auth)
    {
        _root = root;
        Port = Loopback.FreePort();
        // The words of its log are counted: one request, one line.
        _configuration = _run.Write("config.yml", string.Create(CultureInfo.InvariantCulture, $$"""
            version: 0.1
            log: {level: info, formatter: text}
            storage:
              filesystem: {rootdirectory: '{{_run.Path}}/data'}
              delete: {enabled: true}
            http: {addr: '127.0.0.1:{{Port}}', secret: test}
            {{auth}}

            """));
        Log = Path.Combine(_run, "log");
        _process = Start(Log, "docker-registry", "serve", _configuration);
    }

    /// <summary>On the loopback.</summary>
    public int Port { get; }

    /// <summary>Host and port.</summary>
    public string Host => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>File with what it says.</summary>
    public string Log { get; }

    /// <summary>What it was asked for: method and path of each request.</summary>
    public IReadOnlyList<string> Requests =>
    [
        .. File.ReadAllLines(Log).Where(l => l.Contains("response completed", StringComparison.Ordinal)).Select(l => $"{Field(l, "http.request.method")} {Field(l, "http.request.uri")}"),
    ];

    /// <summary>Address of a repository.</summary>
    public string Url(string repository) => $"oci://{Host}/{repository}";

    /// <summary>Starts one and waits until it listens.</summary>
    /// <param name="auth">The part 'auth' of its configuration; empty = it asks nobody who he is.</param>
    public static async Task<RegistryServer> StartAsync(string auth = "")
    {
        var server = new RegistryServer(await PeersRoot.ComposeAsync(), auth);
        await Loopback.UntilListensAsync(server.Port, () => !server._process.HasExited);
        return server;
    }

    /// <summary>Throws away whatever no manifest names.</summary>
    public void CollectGarbage() => Run("docker-registry", "garbage-collect", _configuration);

    /// <summary>Runs a program of the peers in the machine's network, which must succeed.</summary>
    public void Run(string program, params string[] arguments)
    {
        var output = Path.Combine(_run, "output");
        using var process = Start(output, program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, File.ReadAllText(output));
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _run.Dispose();
    }

    private Process Start(string output, string program, params string[] arguments)
    {
        var libraries = Path.Combine(_root, "usr/lib/x86_64-linux-gnu");
        return Process.Start(new ProcessStartInfo(
            "/bin/sh", ["-c", "exec \"$@\" > \"$0\" 2>&1", output, Path.Combine(libraries, "ld-linux-x86-64.so.2"), "--library-path", libraries, Path.Combine(_root, "usr/bin", program), .. arguments]))!;
    }

    private static string Field(string line, string name)
    {
        var rest = line[(line.IndexOf(name + "=", StringComparison.Ordinal) + name.Length + 1)..];
        return rest[0] == '"' ? rest[1..rest.IndexOf('"', 1)] : rest.Split(' ')[0];
    }
}

/// <summary>The registry that asks nobody who he is.</summary>
public sealed class OpenRegistry : IAsyncLifetime
{
    public RegistryServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await RegistryServer.StartAsync();

    public Task DisposeAsync()
    {
        Server.Dispose();
        return Task.CompletedTask;
    }
}

[CollectionDefinition(nameof(OpenRegistry))]
public sealed class OpenRegistryCollection : ICollectionFixture<OpenRegistry>;
