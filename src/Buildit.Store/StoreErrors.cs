using Buildit.Core;
using Buildit.Core.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Buildit.Store;

/// <summary>What can be wrong with a store, in words.</summary>
internal static class StoreErrors
{
    /// <summary>The error for a disk or directory that refuses to be written.</summary>
    public static BuilditException Unwritable(string root, string reason) =>
        new(ExitCode.StoreFailed, $"the store '{root}' cannot be written: {reason}", "free some space or permit writing there, or use another place: set BUILDIT_STORE or 'store:' in .buildit-config.yaml");

    /// <summary>The error for an index that SQLite does not want.</summary>
    public static BuilditException UnusableIndex(StorePaths paths, SqliteException e) =>
        new(ExitCode.StoreFailed, $"the index of the store '{paths.Root}' cannot be used: {e.Message}", $"it only helps to find things: delete '{paths.Index}' and run the command again", inner: e);
}
