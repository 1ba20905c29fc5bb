using System.Collections.Immutable;
using System.Globalization;
using Buildit.Build.Actions;
using Buildit.Build.Outputs;
using Buildit.Build.Sandboxing;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Build.Engine;

/// <summary>Runs a package's action and its test in the sandbox, follows their phases, and turns a failure into words.</summary>
public sealed class ActionRunner(ISandbox sandbox, Action<BuildEvent> report)
{
    /// <summary>Runs all phases. Throws with phase, command and the log's tail when one fails.</summary>
    public async Task RunAsync(BuildTask task, string root, BuildWork work, BuildConditions conditions, string logPath, CancellationToken cancel)
    {
        var package = task.Package;
        if (!File.Exists(Path.Combine(root, "usr/bin/sh")))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{package.DisplayName}' has no shell to build with", "name a toolchain in its needs: 'tools: [toolchain/c]'", new SourceSpan(package.Recipe.Text, 1, 1));
        }

        SandboxResult result;
        await using (var log = new FileStream(logPath, FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            using var followed = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var following = FollowAsync(package, work.Status, followed.Token);
            try
            {
                result = await sandbox.RunAsync(Request(task, root, work, conditions, log), cancel);
            }
            finally
            {
                await followed.CancelAsync();
                await following;
            }
        }

        Untrusted.RequireDirectory(work.Out, "/out");
        var status = Untrusted.IsFile(work.Status) ? await File.ReadAllLinesAsync(work.Status, cancel) : [];
        if (result.TimedOut || result.ExitCode != 0 || status.LastOrDefault() != "done" || !Untrusted.IsFile(work.Manifest))
        {
            throw BuildFailure.Describe(package, result, status, logPath);
        }
    }

    /// <summary>Runs the recipe's test in a root that holds the package and its runtime needs only.</summary>
    public async Task TestAsync(Package.Built package, string root, string logPath, CancellationToken cancel)
    {
        report(new BuildEvent.InPhase(package, "test"));
        await using var log = new FileStream(logPath, FileMode.Append, FileAccess.Write, FileShare.Read);
        var result = await sandbox.RunAsync(
            new()
            {
                Root = root,
                Command = ["/bin/sh", "-eux", "-c", package.Recipe.Test!],
                Environment = BuildEnvironment.Base.SetItem("HOME", "/tmp"),
                WorkingDirectory = "/tmp",
                Timeout = package.Recipe.Timeout,
                Output = log,
            },
            cancel);
        if (result.TimedOut || result.ExitCode != 0)
        {
            await log.FlushAsync(cancel);
            throw BuildFailure.Describe(package, result, ["phase test"], logPath);
        }
    }

    private static SandboxRequest Request(BuildTask task, string root, BuildWork work, BuildConditions conditions, Stream log) => new()
    {
        Root = root,
        Command = ["/bin/sh", "/src/build.sh", .. task.Package.Recipe.Configure],
        Environment = BuildEnvironment.Of(task.Package.Recipe, task.SourceDate, conditions),
        IsEnvironmentReversed = conditions.IsEnvironmentReversed,
        Mounts =
        [
            new(work.Source, "/src", false), new(work.Build, "/build", true), new(work.Out, "/out", true),
            .. conditions.Preloads.IsEmpty ? (Mount[])[] : [PreloadedEtc.Make(root, conditions.Preloads, work.Etc)],
        ],
        WorkingDirectory = "/build",
        HostName = conditions.HostName,
        Uid = conditions.User,
        Gid = conditions.Group,
        Timeout = task.Package.Recipe.Timeout,
        Output = log,
    };

    private async Task FollowAsync(Package package, string statusPath, CancellationToken cancel)
    {
        var seen = "";
        while (!cancel.IsCancellationRequested)
        {
            if (ReadPhase(statusPath) is { } phase && phase != seen)
            {
                report(new BuildEvent.InPhase(package, seen = phase));
            }

            await Task.Delay(100, cancel).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private static string? ReadPhase(string path)
    {
        try
        {
            return Untrusted.IsFile(path) ? File.ReadAllLines(path).LastOrDefault(l => l.StartsWith("phase ", StringComparison.Ordinal))?[6..] : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
