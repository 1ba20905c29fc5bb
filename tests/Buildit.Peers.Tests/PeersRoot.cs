using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>The directory of a root with the peers, for servers that are started in it.</summary>
internal static class PeersRoot
{
    private static readonly Lazy<Task<string>> Judges = new(() => ComposeAsync("peers/judges"));

    public static Task<string> ComposeAsync() => Judges.Value;

    /// <summary>A root with the browser, which only those download who ask for it.</summary>
    public static Task<string> ComposeBrowserAsync() => ComposeAsync("peers/browser");

    private static async Task<string> ComposeAsync(string group)
    {
        using var session = new SharedSession(Path.Combine(Repository.Root, "tests", "peers"));
        return await session.ComposeAsync(await session.RuntimeClosureAsync(group));
    }
}
