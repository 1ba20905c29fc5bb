using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>The directory of a root with the peers, for servers that are started in it.</summary>
internal static class PeersRoot
{
    private static readonly Lazy<Task<string>> Root = new(async () =>
    {
        using var session = new SharedSession(Path.Combine(Repository.Root, "tests", "peers"));
        return await session.ComposeAsync(await session.RuntimeClosureAsync("peers/judges"));
    });

    public static Task<string> ComposeAsync() => Root.Value;
}
