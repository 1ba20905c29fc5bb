using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Buildit.Build.Sandboxing;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Instances;

namespace Buildit.Build.Instances;

/// <summary>Who the users of an instance are on this machine: for root those of the machine; for anybody else themselves, and whom the machine lends them (subuid(5)).</summary>
public static partial class HostIds
{
    private const string ForUsers = "newuidmap";
    private const string ForGroups = "newgidmap";

    // Only what the machine's root has put there is setuid root. The last one is NixOS' place.
    private static readonly string[] Places = ["/usr/bin", "/bin", "/usr/local/bin", "/run/wrappers/bin"];

    /// <summary>Finds out; without newuidmap(1) and newgidmap(1), which are allowed to give what is lent, nobody is lent.</summary>
    public static IdMap Find(bool alone)
    {
        if (Environment.IsPrivilegedProcess)
        {
            return IdMap.Machine;
        }

        var (uid, gid) = (UserId(), GroupId());
        var canLend = !alone && ProgramOf(ForUsers) is not null && ProgramOf(ForGroups) is not null;
        return canLend ? IdMap.Of(uid, gid, Lent("/etc/subuid", uid), Lent("/etc/subgid", uid)) : IdMap.Of(uid, gid, null, null);
    }

    /// <summary>Gives a process's namespace its users and groups.</summary>
    internal static async Task GiveAsync(IdMap ids, int process, CancellationToken cancel)
    {
        await RunAsync(ForUsers, process, ids.Users, cancel);
        await RunAsync(ForGroups, process, ids.Groups, cancel);
    }

    private static async Task RunAsync(string program, int process, IEnumerable<IdRange> ranges, CancellationToken cancel)
    {
        var numbers = ranges.SelectMany(r => new[] { r.Inside, r.Outside, r.Count }).Prepend(process).Select(n => n.ToString(CultureInfo.InvariantCulture));
        using var helper = await Starter.StartAsync(new ProcessStartInfo(ProgramOf(program)!, numbers) { RedirectStandardError = true });
        var error = await helper.StandardError.ReadToEndAsync(cancel);
        await helper.WaitForExitAsync(cancel);
        if (helper.ExitCode != 0)
        {
            throw new BuilditException(ExitCode.Unresolvable, $"{program} does not lend what /etc/subuid and /etc/subgid say: {error.Trim()}", "it must be setuid root, or have the capability to set users");
        }
    }

    private static (long First, long Count)? Lent(string file, int uid)
    {
        string[] names = [Environment.UserName, uid.ToString(CultureInfo.InvariantCulture)];
        var rows = File.Exists(file) ? File.ReadAllLines(file).Select(l => l.Split(':')).Where(f => f.Length == 3 && names.Contains(f[0])) : [];
        return rows.Select(f => long.TryParse(f[1], out var first) && long.TryParse(f[2], out var count) && count > 0 ? (first, count) : default((long, long)?)).FirstOrDefault(r => r is not null);
    }

    private static string? ProgramOf(string name) => Places.Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial int UserId();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial int GroupId();
}
