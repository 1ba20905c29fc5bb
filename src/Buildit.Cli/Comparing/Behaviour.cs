using System.Collections.Immutable;
using System.Text;
using Buildit.Build.Actions;
using Buildit.Build.Sandboxing;
using Buildit.Cli.Instances;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Images.Composition;
using Buildit.Images.Reading;
using Buildit.Store;
using Buildit.Store.Sources;

namespace Buildit.Cli.Comparing;

/// <summary>A command that is run on images.</summary>
/// <param name="Command">Program and arguments.</param>
/// <param name="Environment">Added to an image's.</param>
/// <param name="Input">A directory that it works in a copy of, or a file that is its standard input; null = neither.</param>
internal sealed record Trial(ImmutableArray<string> Command, ImmutableArray<KeyValuePair<string, string>> Environment, string? Input);

/// <summary>What a command did on an image.</summary>
/// <param name="ExitCode">How it ended.</param>
/// <param name="Output">What it printed to standard output.</param>
/// <param name="Error">What it printed to standard error.</param>
/// <param name="Files">All that is in the directories that it could write to.</param>
internal sealed record Behaviour(int ExitCode, string Output, string Error, ImmutableArray<TreeEntry> Files)
{
    /// <summary>Where a directory that is the input is seen.</summary>
    public const string InputDirectory = "/input";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Runs a command on an image's root, in the sandbox, without network.</summary>
    public static async Task<Behaviour> OfAsync(UsableTarget target, Trial trial, CancellationToken cancel)
    {
        var work = target.Session.Store.NewWorkPath("trial");
        try
        {
            var mounts = ScratchMounts.Make(Path.Combine(work, "scratch"), [.. target.Writable, InputDirectory]);
            var root = Path.Combine(work, "root");
            await Task.Run(() => RootDirectory.Fill(target.Image, root, ["proc", "dev", .. mounts.Select(m => m.Inside.TrimStart('/'))]), cancel);
            if (trial.Input is { } input && Directory.Exists(input))
            {
                Copy(new(input), mounts.Single(m => m.Inside == InputDirectory).Host);
            }

            return await RunAsync(target, trial, root, mounts, cancel);
        }
        finally
        {
            WorkDirectory.Delete(work);
        }
    }

    private static async Task<Behaviour> RunAsync(UsableTarget target, Trial trial, string root, ImmutableArray<Mount> mounts, CancellationToken cancel)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var result = await target.Session.Sandbox.RunAsync(
            new()
            {
                Root = root,
                Command = trial.Command,
                Environment = BuildEnvironment.Base.SetItem("HOME", "/tmp").SetItems(target.Image.Settings.Environment).SetItems(trial.Environment),
                Uid = 0,
                Gid = 0,
                Mounts = mounts,
                WorkingDirectory = InputDirectory,
                Timeout = Patience,
                Input = File.Exists(trial.Input) ? (to, c) => FeedAsync(trial.Input, to, c) : null,
                Output = output,
                Error = error,
            },
            cancel);
        return result switch
        {
            { NotStarted: { } why } => throw new BuilditException(Core.ExitCode.InvalidInput, $"'{trial.Command[0]}' cannot be started on '{target.Written}': {why}", "what is after '--' must be a program of both images"),
            { TimedOut: true } => throw new BuilditException(Core.ExitCode.Failed, $"'{trial.Command[0]}' did not end within {Patience.TotalMinutes} min on '{target.Written}'"),
            _ => new(result.ExitCode, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()), ScratchMounts.Read(mounts)),
        };
    }

    private static async Task FeedAsync(string file, Stream to, CancellationToken cancel)
    {
        await using var from = File.OpenRead(file);
        await from.CopyToAsync(to, cancel);
    }

    private static void Copy(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var item in from.EnumerateFileSystemInfos())
        {
            var place = Path.Combine(to, item.Name);
            if (item.LinkTarget is { } target)
            {
                File.CreateSymbolicLink(place, target);
            }
            else if (item is DirectoryInfo directory)
            {
                Copy(directory, place);
            }
            else if (FileStatus.TypeOf(item.FullName) == FileType.Regular)
            {
                File.Copy(item.FullName, place);
            }
        }
    }
}
