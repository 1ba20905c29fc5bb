using System.Net;
using Buildit.Cli.Consoles;
using Buildit.Cli.Serving;

namespace Buildit.Cli.Binhosts;

/// <summary>buildit binhost serve: until a signal ends it.</summary>
internal sealed class BinhostServing(Terminal terminal, BinhostChoice choice)
{
    public async Task<int> RunAsync(IPAddress? address, int port, CancellationToken cancel)
    {
        var directory = choice.RequireDirectory();
        await using var server = new BinhostServer(directory, address, port);
        await server.StartAsync(cancel);
        terminal.Line($"Serving {choice.Workspace.Display(directory)} on {(address is null ? "all addresses of this machine" : address.ToString())}; others read it with");
        terminal.Line($"    binhosts: [{{name: {Dns.GetHostName()}, download: '{Url(server.Address, address)}'}}]");
        terminal.Line("Ctrl-C ends it.");
        terminal.Data(Url(server.Address, address));
        await Task.Delay(Timeout.Infinite, cancel).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return 0;
    }

    private static string Url(Uri listening, IPAddress? address) => new UriBuilder(listening) { Host = address?.ToString() ?? Dns.GetHostName() }.Uri.AbsoluteUri;
}
