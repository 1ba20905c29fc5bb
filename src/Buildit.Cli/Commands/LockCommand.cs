using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Buildit.Build.Debian;
using Buildit.Build.Engine;
using Buildit.Build.Tools;
using Buildit.Cli.Consoles;
using Buildit.Cli.Workspaces;
using Buildit.Core;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Store.Debian;
using Buildit.Store.Files;
using Buildit.Store.Fetching;

namespace Buildit.Cli.Commands;

/// <summary>buildit lock: reads the distribution's signed index and pins every distribution package that a recipe or container names, with all it depends on.</summary>
internal sealed class LockCommand(Terminal terminal)
{
    public Command Command()
    {
        var check = new Option<bool>("--check") { Description = "Write nothing; exit with 7 if packages.lock is not up to date" };
        var command = new Command("lock", "Pin the distribution packages that recipes name, with everything they depend on, in packages.lock") { check };
        command.SetAction((parsed, cancel) => RunAsync(Options.StartOf(parsed), parsed.GetValue(check), cancel));
        return command;
    }

    private async Task<int> RunAsync(string start, bool check, CancellationToken cancel)
    {
        var bag = new DiagnosticBag();
        var workspace = Workspace.Find(start, start, bag);
        bag.ThrowIfErrors();
        if (workspace.Distribution is not { } files)
        {
            throw new BuilditException(ExitCode.InvalidInput, "no recipe tree declares a distribution", "a recipe tree declares it in debian/distribution.yaml; start the command in the workspace, or say where it is with -C");
        }

        var roots = DistributionRoots.Find(workspace, Toolbox.Packages, bag);
        bag.ThrowIfErrors();
        using var session = new Session(workspace, new EngineOptions(), static _ => { }, new BinhostTalk(terminal).Take);
        var index = await FetchIndexAsync(session, files, cancel);
        var locked = DependencyResolver.Resolve(roots, index.Packages, files.Distribution);
        var text = PackagesLockFile.Print(locked, files.Distribution.Suite);
        Report(files.Lock, locked, workspace.Display(files.LockPath));
        if (check)
        {
            return (int)(File.Exists(files.LockPath) && await File.ReadAllTextAsync(files.LockPath, cancel) == text ? ExitCode.Ok : ExitCode.Missing);
        }

        await AtomicFile.WriteAsync(files.LockPath, stream => stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), cancel).AsTask());
        return (int)ExitCode.Ok;
    }

    private async Task<FetchedIndex> FetchIndexAsync(Session session, DistributionFiles files, CancellationToken cancel)
    {
        terminal.Line($"Reading the index of {files.Distribution.Suite}...");
        var gpgv = session.Workspace.Distribution!.Lock.Packages.ContainsKey("gpgv")
            ? new PinnedGpgv(session.Sandbox, session.Toolbox, session.Store).RunAsync
            : (RunGpgv)new HostGpgv(session.Store.Scratch).RunAsync;
        using var documents = new DocumentFetcher(new() { Proxy = session.Apt.Value.ProxyOf });
        return await new IndexFetcher(documents.OpenAsync, new GpgvVerifier(gpgv), TimeProvider.System)
            .FetchAsync(files.Distribution, session.Apt.Value.BaseUrls, Path.Combine(files.Directory, files.Distribution.Keyring), cancel);
    }

    private void Report(PackagesLock before, PackagesLock after, string path)
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

        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{path}: {after.Packages.Count} packages, {changes.Length} changed"));
    }
}
