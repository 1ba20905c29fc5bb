using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Buildit.Store.Compression;

/// <summary>The native libraries that lie beside the application (<c>native.props</c>); those of the host are never used.</summary>
internal static class BundledLibraries
{
#pragma warning disable CA2255 // An assembly has one resolver, and it must be there before the first call of any of the libraries.
    [ModuleInitializer]
#pragma warning restore CA2255
    public static void Register() => NativeLibrary.SetDllImportResolver(typeof(BundledLibraries).Assembly, Load);

    private static nint Load(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name is not (Lzma.Library or Zstd.Library))
        {
            return 0;
        }

        var platform = $"linux-{(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64")}";
        return NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, "runtimes", platform, "native", name + ".so"));
    }
}
