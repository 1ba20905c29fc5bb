using System.Runtime.InteropServices;

namespace Buildit.Store.Native;

/// <summary>The few calls of the C library that .NET has no name for.</summary>
internal static partial class Libc
{
    /// <summary>ENAMETOOLONG.</summary>
    internal const int NameTooLong = 36;

    /// <summary>link(2).</summary>
    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Link(string from, string to);

    /// <summary>rename(2).</summary>
    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Rename(string from, string to);

    /// <summary>lchown(2).</summary>
    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ChangeOwner(string path, int uid, int gid);
}
