using System.Collections.Immutable;
using Buildit.Cli.Consoles;
using Buildit.Cli.Locks;
using Buildit.Cli.Targets;
using Buildit.Cli.Workspaces;
using Buildit.Core.Diagnostics;
using Buildit.Core.Discovery;

namespace Buildit.Cli.Discovering;

/// <summary>Finds what a TARGET names: here, else in what was discovered.</summary>
internal static class DiscoveredTarget
{
    /// <summary>
    /// A target with its workspace. One of a discovered place is built with the configuration of where the command was started: the place's own is a stranger's,
    /// and its files cannot be written, so that it must bring its lock.
    /// </summary>
    public static async Task<(Target Target, Workspace Workspace)> FindAsync(
        string start, string written, LookupPolicy lookups, ImmutableArray<DiscoveryEntry> discover, Func<IEnumerable<string>> verbs, Terminal terminal, CancellationToken cancel)
    {
        var path = Path.GetFullPath(written, start);
        var wantsDiscovery = !discover.IsEmpty || !Settings.Find(start, start, new DiagnosticBag()).Discover.IsEmpty;
        if (wantsDiscovery && !Path.Exists(path) && !Path.IsPathRooted(written))
        {
            var here = await TreeCheckouts.FindWorkspaceAsync(start, start, lookups, discover, terminal, cancel);
            if (here.Discovered.Select(p => p.Checkout).OfType<string>().Select(c => Target.InDirectory(written, Path.GetFullPath(written, c))).FirstOrDefault(t => t is not null && here.IsCheckout(t.Path)) is { } found)
            {
                return (found, here);
            }
        }

        var target = Target.Find(start, written, verbs());
        return (target, await TreeCheckouts.FindWorkspaceAsync(start, target.Path, lookups, discover, terminal, cancel));
    }
}
