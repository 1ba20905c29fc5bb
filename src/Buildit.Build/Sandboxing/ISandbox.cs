using System.Collections.Immutable;
using Buildit.Build.Actions;

namespace Buildit.Build.Sandboxing;

/// <summary>Runs one command with a file system of its own, no network, and nothing of the host but the kernel.</summary>
public interface ISandbox
{
    /// <summary>Runs it to the end. Whatever it left running is ended with it; so is everything when the timeout is over or the caller cancels.</summary>
    Task<SandboxResult> RunAsync(SandboxRequest request, CancellationToken cancel);
}

/// <summary>What to run, and all that it may see.</summary>
public sealed record SandboxRequest
{
    /// <summary>Directory with the composed root; mounted read-only.</summary>
    public required string Root { get; init; }

    /// <summary>Program and arguments, as paths inside.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>The whole environment.</summary>
    public required ImmutableSortedDictionary<string, string> Environment { get; init; }

    /// <summary>Variables are set from the last to the first.</summary>
    public bool IsEnvironmentReversed { get; init; }

    /// <summary>Further directories and files.</summary>
    public ImmutableArray<Mount> Mounts { get; init; } = [];

    /// <summary>Directories of the root that are writable and empty, for this command only.</summary>
    public ImmutableArray<string> Tmpfs { get; init; } = [];

    /// <summary>Directory to start in.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>User inside.</summary>
    public int Uid { get; init; } = BuildConditions.UsualUser;

    /// <summary>Group inside.</summary>
    public int Gid { get; init; } = BuildConditions.UsualUser;

    /// <summary>Name of the machine inside.</summary>
    public string HostName { get; init; } = BuildConditions.UsualHostName;

    /// <summary>After this time everything in the sandbox is ended.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A person works in it: its standard input, output and error are buildit's own, and it may take as long as it likes.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>Writes the command's standard input; null = empty.</summary>
    public Func<Stream, CancellationToken, Task>? Input { get; init; }

    /// <summary>Takes standard output, and standard error too unless <see cref="Error"/> is given.</summary>
    public required Stream Output { get; init; }

    /// <summary>Takes standard error.</summary>
    public Stream? Error { get; init; }
}

/// <summary>A directory or file of the host that is visible inside, at a mount point that the root has.</summary>
public sealed record Mount(string Host, string Inside, bool Writable);

/// <summary>How a command ended; <paramref name="NotStarted"/> says why if there was nothing to end.</summary>
public sealed record SandboxResult(int ExitCode, bool TimedOut, string? NotStarted = null);
