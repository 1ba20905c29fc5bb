namespace Buildit.Core.Recipes;

/// <summary>What the name of a source file says about it.</summary>
public static class ArchiveName
{
    /// <summary>Whether it says that the file is a tar archive, compressed or not. A file of such a name that is none is refused.</summary>
    public static bool SaysTar(string name) => Path.GetExtension(name) switch
    {
        ".tar" or ".tgz" or ".tbz2" or ".txz" or ".tzst" => true,
        // Not "x.tar.gz.asc".
        ".gz" or ".bz2" or ".xz" or ".zst" or ".lz" or ".lzma" or ".Z" => Path.GetFileNameWithoutExtension(name).EndsWith(".tar", StringComparison.Ordinal),
        _ => false,
    };
}
