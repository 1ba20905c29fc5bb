using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Build.Sandboxing;

/// <summary>One thing that a build needs of the machine; <paramref name="Problem"/> is null if it is as it should be.</summary>
public sealed record PreflightCheck(string What, Diagnostic? Problem);

/// <summary>Looks at the kernel, the disk and the clock before they fail a build in the middle.</summary>
public static class Preflight
{
    private const long NeededBytes = 4L << 30;
    private const int EarliestYear = 2025;

    /// <summary>All checks, each with the exact fix if it fails.</summary>
    public static IEnumerable<PreflightCheck> Run(string storeDirectory, TimeProvider time)
    {
        yield return Platform();
        yield return UserNamespaces();
        yield return Disk(storeDirectory);
        yield return Clock(time);
    }

    /// <summary>Whether ordinary users can make user namespaces, which the sandbox is made of.</summary>
    public static PreflightCheck UserNamespaces()
    {
        const string What = "user namespaces";
        if (Read("/proc/sys/user/max_user_namespaces") == "0")
        {
            return Failed(What, "the kernel permits no user namespaces (user.max_user_namespaces is 0)", "as root: sysctl -w user.max_user_namespaces=15000", ExitCode.Unresolvable);
        }

        if (Read("/proc/sys/kernel/unprivileged_userns_clone") == "0" && !Environment.IsPrivilegedProcess)
        {
            return Failed(What, "the kernel permits user namespaces to root only (kernel.unprivileged_userns_clone is 0)", "as root: sysctl -w kernel.unprivileged_userns_clone=1", ExitCode.Unresolvable);
        }

        return Read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1" && !Environment.IsPrivilegedProcess
            ? Failed(
                What,
                "AppArmor restricts user namespaces (kernel.apparmor_restrict_unprivileged_userns is 1, the default of Ubuntu since 24.04)",
                "as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
                ExitCode.Unresolvable)
            : new(What, null);
    }

    /// <summary>The error for a machine on which the sandbox cannot be set up; <paramref name="said"/> is what bubblewrap printed.</summary>
    public static BuilditException SandboxRefused(string said) => UserNamespaces().Problem is { } problem
        ? new(problem.Code, [problem])
        : new(
            ExitCode.Unresolvable,
            $"this machine does not let the sandbox be set up: {said}",
            "it needs user namespaces; in a container, start that with '--security-opt seccomp=unconfined' and, for docker, '--security-opt systempaths=unconfined'; 'buildit doctor' looks for what is missing");

    private static PreflightCheck Platform()
    {
        var architecture = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture;
        return OperatingSystem.IsLinux() && architecture == System.Runtime.InteropServices.Architecture.X64
            ? new("Linux on amd64", null)
            : Failed("Linux on amd64", $"this machine is {System.Runtime.InteropServices.RuntimeInformation.OSDescription} on {architecture}", "builds run on Linux on amd64 only, with this version", ExitCode.Unresolvable);
    }

    private static PreflightCheck Disk(string storeDirectory)
    {
        var existing = storeDirectory;
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
        {
            existing = parent;
        }

        var free = new DriveInfo(existing).AvailableFreeSpace;
        var what = FormattableString.Invariant($"disk space for the store: {free >> 20} MiB free");
        return free >= NeededBytes ? new(what, null) : Failed(what, $"less than {NeededBytes >> 30} GiB are free where the store is", "free some space, or put the store elsewhere with BUILDIT_STORE");
    }

    private static PreflightCheck Clock(TimeProvider time) => time.GetUtcNow().Year >= EarliestYear
        ? new("clock", null)
        : Failed("clock", $"the clock says {time.GetUtcNow():u}", "set it: certificates and signatures cannot be checked with a wrong clock");

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static PreflightCheck Failed(string what, string message, string hint, ExitCode code = ExitCode.StoreFailed) => new(what, new(message, Hint: hint) { Code = code });
}
