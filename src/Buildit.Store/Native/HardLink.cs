using System.Runtime.InteropServices;

namespace Buildit.Store.Native;

/// <summary>Hard links: a second name for a file's bytes. The base library cannot make them.</summary>
public static class HardLink
{
    /// <summary>Gives the file a second name; both must be on one file system.</summary>
    public static void Create(string from, string to)
    {
        if (!TryCreate(from, to))
        {
            var error = Marshal.GetLastPInvokeError();
            var message = $"cannot link '{to}' to '{from}' (errno {error})";
            throw error == Libc.NameTooLong ? new PathTooLongException(message) : new IOException(message);
        }
    }

    /// <summary>Gives the file a second name. False if that cannot be (other file system, too many links, the name is taken): copy instead.</summary>
    public static bool TryCreate(string from, string to) => Libc.Link(from, to) == 0;

    /// <summary>Gives the file a second name, or copies it where links cannot be.</summary>
    public static void CreateOrCopy(string from, string to)
    {
        if (!TryCreate(from, to))
        {
            File.Copy(from, to);
        }
    }
}
