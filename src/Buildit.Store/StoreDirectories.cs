namespace Buildit.Store;

/// <summary>The directories of a store.</summary>
internal static class StoreDirectories
{
    /// <summary>Makes what is not there yet; false, and why, if the store cannot be written.</summary>
    public static bool TryMake(StorePaths paths, out string? reason)
    {
        try
        {
            foreach (var directory in new[] { paths.Blobs, paths.Trees, paths.Roots, paths.Work, paths.Partial, paths.Locks, paths.Logs, paths.Layers, paths.Graphs })
            {
                Directory.CreateDirectory(directory);
            }

            var layout = Path.Combine(paths.Root, "oci-layout");
            if (!File.Exists(layout))
            {
                File.WriteAllText(layout, """{"imageLayoutVersion":"1.0.0"}""");
            }

            using var probe = new FileStream(Path.Combine(paths.Locks, "probe"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            reason = null;
            return true;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            reason = e.Message;
            return false;
        }
    }
}
