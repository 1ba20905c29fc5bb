using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Buildit.Build.Actions;
using Buildit.Build.Sandboxing;
using Buildit.Cli.Consoles;
using Buildit.Cli.Instances;
using Buildit.Core.Containers;
using Buildit.Core.ImageTests;
using Buildit.Images.Reading;
using Buildit.Store;

namespace Buildit.Cli.Testing;

/// <summary>Runs commands of tests on an image's root, in the sandbox: read-only but for /tmp, /run and some directories.</summary>
/// <param name="session">The sandbox.</param>
/// <param name="terminal">What a person sees.</param>
/// <param name="image">What is tested.</param>
/// <param name="root">The directory with its files.</param>
/// <param name="writable">Directories that are writable and empty.</param>
internal sealed class CommandTests(Session session, Terminal terminal, UsableImage image, string root, ImmutableArray<string> writable)
{
    private const int Patience = 5;

    /// <summary>Directories that the root must have.</summary>
    public static ImmutableArray<string> MountPoints { get; } = ["proc", "dev", "tmp", "run"];

    private sealed record Ending(SandboxResult Result, string Output, string Error)
    {
        public string? Trouble => Result switch
        {
            { NotStarted: { } why } => $"it cannot be started: {why}",
            { TimedOut: true } => string.Create(CultureInfo.InvariantCulture, $"it did not end within {Patience} min"),
            _ => null,
        };
    }

    /// <summary>Runs the command of a <c>test</c> step.</summary>
    public async Task<TestResult> RunAsync(Step.Test test, CancellationToken cancel)
    {
        var ended = await RunAsync(test.Command, BuildEnvironment.Base.SetItem("HOME", "/tmp"), null, cancel);
        var mistake = ended.Trouble ?? ended switch
        {
            _ when ended.Result.ExitCode != test.ExitCode => string.Create(CultureInfo.InvariantCulture, $"it ended with exit code {ended.Result.ExitCode}, not {test.ExitCode}"),
            _ when test.Stdout is { } o && !ended.Output.Contains(o, StringComparison.Ordinal) => $"its standard output has no '{o}'",
            _ when test.Stderr is { } e && !ended.Error.Contains(e, StringComparison.Ordinal) => $"its standard error has no '{e}'",
            _ => null,
        };
        return new("test", string.Join(' ', test.Command), test.Span, mistake is null ? [] : [mistake], mistake is null ? "" : ended.Output + ended.Error);
    }

    /// <summary>Runs a command of a file of tests, with what is to be run before and after it. All of them see what the others wrote.</summary>
    public async Task<TestResult> RunAsync(StructureTest.Command test, CancellationToken cancel)
    {
        var scratch = session.Store.NewWorkPath("scratch");
        try
        {
            var environment = BuildEnvironment.Base.SetItem("HOME", "/tmp").SetItems(image.Settings.Environment).SetItems(test.Environment);
            var mistakes = new List<string>();
            ImmutableArray<Mount>? mounts = test is { Setup: [], Teardown: [] } ? null : ScratchMounts.Make(scratch, writable);
            await AllAsync("setup", test.Setup);
            var ended = await RunAsync(test.Line, environment, mounts, cancel);
            mistakes.AddRange(ended.Trouble is { } trouble ? [trouble] : test.Mistakes(ended.Result.ExitCode, ended.Output, ended.Error));
            await AllAsync("teardown", test.Teardown);
            return new(test.Kind, test.Name, test.Span, [.. mistakes], mistakes.Count == 0 ? "" : ended.Output + ended.Error);

            async Task AllAsync(string what, ImmutableArray<ImmutableArray<string>> commands)
            {
                foreach (var command in commands)
                {
                    var result = await RunAsync(command, environment, mounts, cancel);
                    if (result.Trouble is not null || result.Result.ExitCode != 0)
                    {
                        mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"its {what} '{string.Join(' ', command)}' failed: {result.Trouble ?? $"exit code {result.Result.ExitCode}"}"));
                    }
                }
            }
        }
        finally
        {
            WorkDirectory.Delete(scratch);
        }
    }

    private async Task<Ending> RunAsync(ImmutableArray<string> command, ImmutableSortedDictionary<string, string> environment, ImmutableArray<Mount>? mounts, CancellationToken cancel)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        terminal.Status($"  testing {string.Join(' ', command)}");
        var result = await session.Sandbox.RunAsync(
            new()
            {
                Root = root,
                Command = command,
                Environment = environment,
                Uid = 0,
                Gid = 0,
                Tmpfs = mounts is null ? ["/run", .. writable] : [],
                Mounts = mounts ?? [],
                Timeout = TimeSpan.FromMinutes(Patience),
                Output = output,
                Error = error,
            },
            cancel);
        return new(result, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }
}
