using System.Globalization;
using System.Text;
using Buildit.Build.Debian;
using Buildit.Build.Tools;
using Buildit.Cli.Consoles;
using Buildit.Cli.Workspaces;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Store.Debian;
using Buildit.Store.Fetching;
using Buildit.Store.Files;

namespace Buildit.Cli.Locks;

/// <summary>The distribution's lock: reads its signed index, and pins every package that a recipe or container of the workspace names, with all that it depends on.</summary>
internal sealed class DistributionLock(Session session, DistributionFiles files, Terminal terminal)
{
    /// <summary>Brings the lock up to date, or only looks whether it is; tells what changes, and whether nothing did.</summary>
    /// <param name="check">Write nothing.</param>
    /// <param name="only">Names of the packages that may move, with what they need; null: all.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<bool> UpdateAsync(bool check, IReadOnlyCollection<string>? only, CancellationToken cancel)
    {
        if (session.Workspace.IsCheckout(files.Directory))
        {
            terminal.Line($"packages.lock comes with the recipe tree in '{files.Directory}', and is left as it is");
            return true;
        }

        var bag = new DiagnosticBag();
        var roots = DistributionRoots.Find(session.Workspace, [.. Toolbox.Packages, .. Toolbox.RunPackages], bag);
        bag.ThrowIfErrors();
        var index = await FetchIndexAsync(cancel);
        var newest = DependencyResolver.Resolve(roots, index.Packages, files.Distribution);
        var locked = only is null ? newest : PartialUpdate.Of(files.Lock, newest, [.. roots.Select(r => r.Name)], only);
        var text = PackagesLockFile.Print(locked, files.Distribution.Suite);
        Report(files.Lock, locked);
        var isCurrent = File.Exists(files.LockPath) && LockFile.Normalised(await File.ReadAllTextAsync(files.LockPath, cancel)) == text;
        if (!check && !isCurrent)
        {
            await AtomicFile.WriteAsync(files.LockPath, stream => stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancel).AsTask());
        }

        return isCurrent;
    }

    private async Task<FetchedIndex> FetchIndexAsync(CancellationToken cancel)
    {
        terminal.Line($"Reading the index of {files.Distribution.Suite}...");
        var gpgv = files.Lock.Packages.ContainsKey("gpgv")
            ? new PinnedGpgv(session.Sandbox, session.Toolbox, session.Store).RunAsync
            : (RunGpgv)new HostGpgv(session.Store.Scratch).RunAsync;
        using var documents = new DocumentFetcher(new() { Proxy = session.Apt.Value.ProxyOf });
        return await new IndexFetcher(documents.OpenAsync, new GpgvVerifier(gpgv), TimeProvider.System)
            .FetchAsync(files.Distribution, session.Apt.Value.BaseUrls, Path.Combine(files.Directory, files.Distribution.Keyring), cancel);
    }

    private void Report(PackagesLock before, PackagesLock after)
    {
        var changes = after.Packages.Values
            .Select(p => before.Packages.TryGetValue(p.Name, out var old) ? (p.Name, Old: old.Version, New: p.Version) : (p.Name, Old: "(new)", New: p.Version))
            .Where(c => c.Old != c.New)
            .Concat(before.Packages.Values.Where(p => !after.Packages.ContainsKey(p.Name)).Select(p => (p.Name, Old: p.Version, New: "(gone)")))
            .OrderBy(c => c.Name, StringComparer.Ordinal)
            .ToArray();
        foreach (var (name, old, now) in changes)
        {
            terminal.Line($"    debian/{name}: {old} -> {now}");
        }

        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{session.Workspace.Display(files.LockPath)}: {after.Packages.Count} packages, {changes.Length} changed"));
    }
}
