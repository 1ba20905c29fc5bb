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
/// <param name="sandbox">Where they run.</param>
/// <param name="viewer">Looks into what failed; null = nobody.</param>
/// <param name="report">Takes phases.</param>
public sealed class ActionRunner(ISandbox sandbox, IFailureViewer? viewer, Action<BuildEvent> report)
{
    private const string PhaseMark = "phase ";
    private const int LongestStatus = 1 << 20;

    /// <summary>Runs all phases. Throws with phase, command and the log's tail when one fails.</summary>
    public async Task RunAsync(BuildTask task, string root, BuildWork work, BuildConditions conditions, string logPath, CancellationToken cancel)
    {
        var package = task.Package;
        if (!File.Exists(Path.Combine(root, "usr/bin/sh")))
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{package.DisplayName}' has no shell to build with", "name a toolchain in its needs: 'tools: [toolchain/c]'", new SourceSpan(package.Recipe.Text, 1, 1));
        }

        await (viewer?.PrepareAsync(cancel) ?? Task.CompletedTask);
        SandboxResult result;
        SandboxRequest request;
        await using (var log = new FileStream(logPath, FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            using var followed = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var following = FollowAsync(package, work.Status, followed.Token);
            request = Request(task, root, work, conditions, log);
            try
            {
                result = await sandbox.RunAsync(request, cancel);
            }
            finally
            {
                await followed.CancelAsync();
                await following;
            }
        }

        Untrusted.RequireDirectory(work.Out, "/out");
        var status = ReadStatus(work.Status);
        if (result.TimedOut || result.ExitCode != 0 || status.LastOrDefault() != "done" || !Untrusted.IsFile(work.Manifest))
        {
            throw await LookedIntoAsync(new(package, task.Parts, request, BuildFailure.Describe(package, result, status, logPath)), cancel);
        }
    }

    /// <summary>Runs the recipe's test in a root that holds the package and its runtime needs only: these parts.</summary>
    public async Task TestAsync(Package.Built package, ImmutableArray<RootPart> parts, string root, string logPath, CancellationToken cancel)
    {
        report(new BuildEvent.InPhase(package, "test"));
        await using var log = new FileStream(logPath, FileMode.Append, FileAccess.Write, FileShare.Read);
        var request = new SandboxRequest
        {
            Root = root,
            Command = ["/bin/sh", "-eux", "-c", package.Recipe.Test!],
            Environment = BuildEnvironment.Base.SetItem("HOME", "/tmp"),
            WorkingDirectory = "/tmp",
            Timeout = package.Recipe.Timeout,
            Output = log,
        };
        var result = await sandbox.RunAsync(request, cancel);
        if (result.TimedOut || result.ExitCode != 0)
        {
            await log.FlushAsync(cancel);
            throw await LookedIntoAsync(new(package, parts, request, BuildFailure.Describe(package, result, ["phase test"], logPath)), cancel);
        }
    }

    private async Task<BuilditException> LookedIntoAsync(FailedAction failed, CancellationToken cancel)
    {
        if (viewer is not null)
        {
            await viewer.LookAsync(failed, cancel);
        }

        return failed.Failure;
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

    /// <summary>Tells each phase once, in order; also those that came and went between two looks.</summary>
    private async Task FollowAsync(Package package, string statusPath, CancellationToken cancel)
    {
        for (var told = 0; ;)
        {
            var isLast = cancel.IsCancellationRequested;
            var phases = ReadStatus(statusPath).Where(l => l.StartsWith(PhaseMark, StringComparison.Ordinal)).ToArray();
            foreach (var phase in phases.Skip(told))
            {
                report(new BuildEvent.InPhase(package, phase[PhaseMark.Length..]));
            }

            told = Math.Max(told, phases.Length);
            if (isLast)
            {
                return;
            }

            await Task.Delay(100, cancel).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>The lines of a file that the build writes, and may have replaced or filled with anything.</summary>
    private static string[] ReadStatus(string path)
    {
        try
        {
            return Untrusted.IsFile(path) && new FileInfo(path).Length <= LongestStatus ? File.ReadAllLines(path) : [];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
