using System.Runtime.InteropServices;

namespace Buildit.Cli;

/// <summary>The umask of this process.</summary>
internal static partial class ProcessMask
{
    private const uint Usual = 0x12; // 022

    /// <summary>The one that it was started with: what others of this machine may do with a binhost is up to whoever writes to it.</summary>
    public static UnixFileMode Inherited { get; private set; }

    /// <summary>Makes it the same for everybody.</summary>
    public static void Fix() => Inherited = (UnixFileMode)Umask(Usual);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint Umask(uint mask);
}
