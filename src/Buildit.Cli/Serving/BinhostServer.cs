using System.Net;
using System.Net.Sockets;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Buildit.Cli.Serving;

/// <summary>A web server for the files of a directory: Kestrel alone, without the host that usually goes with it, so that no variable of the environment and no file configures it.</summary>
internal sealed class BinhostServer : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly FileAnswers _answers;

    /// <param name="directory">What is served.</param>
    /// <param name="address">To listen on; null = all addresses of the machine.</param>
    /// <param name="port">To listen on; 0 = any that is free.</param>
    public BinhostServer(string directory, IPAddress? address, int port)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = 0;
        if (address is null)
        {
            options.ListenAnyIP(port, HttpOnly);
        }
        else
        {
            options.Listen(address, port, HttpOnly);
        }

        _answers = new(Real(directory));
        _server = new(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
    }

    /// <summary>Where it listens, once it does.</summary>
    public Uri Address => new(_server.Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Begins to listen.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        try
        {
            await _server.StartAsync(new Application(_answers), cancel);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            var taken = e is AddressInUseException or { InnerException: AddressInUseException };
            throw new BuilditException(
                ExitCode.InvalidInput,
                taken ? "the port is taken by another program" : $"cannot listen: {e.GetBaseException().Message}",
                taken ? "name another one with '--port'; '--port 0' takes any that is free" : "'--bind' takes an address of this machine; ports below 1024 are for root",
                inner: e);
        }
    }

    /// <summary>Stops listening; whatever is not sent in a moment is cut off.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _server.StopAsync(now.Token);
        _server.Dispose();
    }

    private static void HttpOnly(ListenOptions options) => options.Protocols = HttpProtocols.Http1;

    /// <summary>A directory by its name without links in it, as the kernel tells names of open files.</summary>
    private static string Real(string directory)
    {
        var real = "/";
        foreach (var part in Path.GetFullPath(directory).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(real, part);
            real = new DirectoryInfo(next).ResolveLinkTarget(returnFinalTarget: true) is { } target ? Real(target.FullName) : next;
        }

        return real;
    }

    private sealed class Application(FileAnswers answers) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public async Task ProcessRequestAsync(HttpContext context)
        {
            try
            {
                await answers.AnswerAsync(context);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The client is gone, or the file cannot be read: either way it must not take what it has for all of it.
                context.Abort();
            }
        }

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
