using System.Runtime.InteropServices;

namespace Buildit.Store.Native;

/// <summary>Owners of files. The base library cannot set them.</summary>
public static class FileOwner
{
    /// <summary>Gives a file or link to a user and a group; only root can.</summary>
    public static void Set(string path, int uid, int gid)
    {
        if (Libc.ChangeOwner(path, uid, gid) != 0)
        {
            throw new IOException($"cannot change the owner of '{path}' (errno {Marshal.GetLastPInvokeError()})");
        }
    }
}
