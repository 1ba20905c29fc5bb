using System.Runtime.InteropServices;

namespace Buildit.Store.Native;

/// <summary>Further names for a file; the base library cannot make them.</summary>
public static partial class HardLink
{
    /// <summary>Gives the file <paramref name="existing"/> a further name. Both must be on one file system.</summary>
    public static void Create(string existing, string name)
    {
        if (Link(existing, name) != 0)
        {
            throw new IOException($"cannot link '{name}' to '{existing}' (errno {Marshal.GetLastPInvokeError()})");
        }
    }

    /// <summary>As <see cref="Create"/>; false if the file system refuses (another device, too many links, not supported).</summary>
    public static bool TryCreate(string existing, string name) => Link(existing, name) == 0;

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);
}
