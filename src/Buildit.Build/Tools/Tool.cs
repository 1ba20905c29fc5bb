using System.Collections.Immutable;
using System.Text;
using Buildit.Build.Actions;
using Buildit.Build.Sandboxing;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Build.Tools;

/// <summary>Runs a pinned tool as a filter in the sandbox.</summary>
internal static class Tool
{
    /// <summary>Runs it to the end; an exit code other than 0 is thrown with what it printed to standard error.</summary>
    public static async Task RunAsync(
        ISandbox sandbox, string root, ImmutableArray<string> command, Func<Stream, CancellationToken, Task>? input, Stream output, CancellationToken cancel, ImmutableArray<Mount> mounts = default)
    {
        using var error = new MemoryStream();
        var result = await sandbox.RunAsync(
            new() { Root = root, Command = command, Environment = BuildEnvironment.Base.SetItem("HOME", "/tmp"), Input = input, Output = output, Error = error, Mounts = mounts.IsDefault ? [] : mounts },
            cancel);
        if (result.ExitCode != 0)
        {
            throw new BuilditException(ExitCode.Failed, $"'{Path.GetFileName(command[0])}' failed: {Encoding.UTF8.GetString(error.ToArray()).Trim()}");
        }
    }
}
