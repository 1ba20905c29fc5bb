using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Store.Git;

/// <summary>How a run of git ended. Errors are in English.</summary>
internal sealed record GitResult(int ExitCode, byte[] Output, string Error);

/// <summary>
/// The host's git. The user's configuration, credentials and ssh count; nothing that a fetched repository brings along is run, and git asks no questions.
/// Only objects are read, never a work tree: there are no filters, no line ends to convert, and no attributes that change bytes.
/// </summary>
internal static class GitProgram
{
    // What git ends with when it gives up itself; signals make it more.
    private const int FatalError = 128;

    // What says which repository git works on when it is started from a hook or an alias: git rev-parse --local-env-vars. Settings given by variables stay.
    private static readonly ImmutableArray<string> Repository =
    [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE", "GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_NAMESPACE", "GIT_CONFIG", "LANGUAGE",
    ];

    // A pack becomes visible whole or not at all; loose objects would come one by one. Nothing but what was asked for is fetched, and nothing is tidied behind our back.
    private static readonly ImmutableArray<string> Settings =
    [
        "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.logAllRefUpdates=false", "protocol.ext.allow=never", "fetch.unpackLimit=1", "fetch.recurseSubmodules=false",
        "fetch.prune=false", "fetch.writeCommitGraph=false", "gc.auto=0", "maintenance.auto=false", "transfer.bundleURI=false", "http.lowSpeedLimit=1", "http.lowSpeedTime=120",
    ];

    /// <summary>Runs git to its end.</summary>
    /// <param name="repository">Directory of a bare repository; one that is not there stands for none.</param>
    /// <param name="isTrusted">False for an address that a repository named, not the user: then git permits no local paths and no helpers, as for its own submodules.</param>
    /// <param name="arguments">Command and arguments.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<GitResult> RunAsync(string repository, bool isTrusted, IEnumerable<string> arguments, CancellationToken cancel)
    {
        using var process = Start(repository, isTrusted, arguments);
        process.StandardInput.Close();
        try
        {
            using var output = new MemoryStream();
            var error = process.StandardError.ReadToEndAsync(cancel);
            await process.StandardOutput.BaseStream.CopyToAsync(output, cancel);
            await process.WaitForExitAsync(cancel);
            if (process.ExitCode > FatalError)
            {
                // Ended by a signal. The terminal's Ctrl-C reaches git, too, perhaps before us: then that is what happened.
                await Task.Delay(TimeSpan.FromMilliseconds(500), cancel);
            }

            return new(process.ExitCode, output.ToArray(), (await error).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Starts git with all three streams redirected.</summary>
    public static Process Start(string repository, bool isTrusted, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("git", [$"--git-dir={repository}", .. Settings.SelectMany(s => new[] { "-c", s }), .. arguments])
        {
            // Not where the command was started: a repository there is nobody's business.
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in Repository)
        {
            start.Environment.Remove(name);
        }

        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        start.Environment["LC_ALL"] = "C";
        if (!isTrusted)
        {
            start.Environment["GIT_PROTOCOL_FROM_USER"] = "0";
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new BuilditException(ExitCode.Missing, "a git repository is needed, but this machine has no git", "install the package 'git'", inner: e);
        }
    }
}
