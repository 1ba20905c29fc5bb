using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Buildit.Build.Actions;
using Buildit.Build.Sandboxing;
using Buildit.Cli.Consoles;
using Buildit.Core;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images.Composition;
using Buildit.Store;

namespace Buildit.Cli.Building;

/// <summary>Runs a container's <c>test</c> steps on its composed root, in the sandbox: read-only but for /tmp, /run and the directories that the container declares.</summary>
internal sealed class ImageTests(Session session, Terminal terminal)
{
    private static readonly ImmutableArray<string> MountPoints = ["proc", "dev", "tmp", "run"];

    public async Task RunAsync(Container container, ImageRoot root, CancellationToken cancel)
    {
        var tests = container.Steps.OfType<Step.Test>().ToArray();
        if (tests.Length == 0)
        {
            return;
        }

        var directory = session.Store.NewWorkPath("test");
        try
        {
            await Task.Run(() => RootDirectory.Fill(root, directory, MountPoints), cancel);
            foreach (var test in tests)
            {
                await RunAsync(container, test, directory, cancel);
            }
        }
        finally
        {
            WorkDirectory.Delete(directory);
        }
    }

    private async Task RunAsync(Container container, Step.Test test, string directory, CancellationToken cancel)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var command = string.Join(' ', test.Command);
        terminal.Status($"  testing {command}");
        var result = await session.Sandbox.RunAsync(
            new()
            {
                Root = directory,
                Command = test.Command,
                Environment = BuildEnvironment.Base.SetItem("HOME", "/tmp"),
                Uid = 0,
                Gid = 0,
                Tmpfs = ["/run", .. container.Steps.OfType<Step.Directory>().Select(d => d.Path)],
                Timeout = TimeSpan.FromMinutes(5),
                Output = output,
                Error = error,
            },
            cancel);
        Check(test, command, result, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
        terminal.Ended($"Testing {command}");
    }

    private static void Check(Step.Test test, string command, SandboxResult result, string output, string error)
    {
        var wrong = result switch
        {
            { NotStarted: { } why } => $"it cannot be started: {why}",
            { TimedOut: true } => "it did not end within 5 min",
            _ when result.ExitCode != test.ExitCode => string.Create(CultureInfo.InvariantCulture, $"it ended with exit code {result.ExitCode}, not {test.ExitCode}"),
            _ when test.Stdout is { } o && !output.Contains(o, StringComparison.Ordinal) => $"its standard output has no '{o}'",
            _ when test.Stderr is { } e && !error.Contains(e, StringComparison.Ordinal) => $"its standard error has no '{e}'",
            _ => null,
        };
        if (wrong is not null)
        {
            var shown = (output + error).Split('\n').Where(l => l.Length > 0).TakeLast(20).Select(l => "  | " + l);
            throw new BuilditException(ExitCode.Failed, [new($"test '{command}' failed: {wrong}", test.Span) { Code = ExitCode.Failed, Detail = string.Join('\n', shown) }]);
        }
    }
}
