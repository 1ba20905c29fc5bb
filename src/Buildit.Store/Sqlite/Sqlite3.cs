using System.Runtime.InteropServices;

namespace Buildit.Store.Sqlite;

/// <summary>The part of SQLite's C interface that the index needs. The library lies beside the application; the host's is never used.</summary>
internal static unsafe partial class Sqlite3
{
    public const int Ok = 0;
    public const int Row = 100;
    public const int Done = 101;
    public const int OpenReadOnly = 0x01;
    public const int OpenReadWriteCreate = 0x02 | 0x04;
    public const int OpenUri = 0x40;

    /// <summary>SQLITE_TRANSIENT: SQLite copies the text at once.</summary>
    public const nint Transient = -1;

    private const string Name = "e_sqlite3";

    [LibraryImport(Name, EntryPoint = "sqlite3_open_v2")]
    public static partial int Open(byte* path, nint* database, int flags, byte* vfs);

    [LibraryImport(Name, EntryPoint = "sqlite3_close_v2")]
    public static partial int Close(nint database);

    [LibraryImport(Name, EntryPoint = "sqlite3_busy_timeout")]
    public static partial int BusyTimeout(nint database, int milliseconds);

    [LibraryImport(Name, EntryPoint = "sqlite3_errmsg")]
    public static partial nint ErrorMessage(nint database);

    [LibraryImport(Name, EntryPoint = "sqlite3_exec")]
    public static partial int Execute(nint database, byte* sql, nint callback, nint argument, nint message);

    [LibraryImport(Name, EntryPoint = "sqlite3_prepare_v2")]
    public static partial int Prepare(nint database, byte* sql, int length, nint* statement, byte** rest);

    [LibraryImport(Name, EntryPoint = "sqlite3_bind_text")]
    public static partial int BindText(nint statement, int index, byte* text, int length, nint destructor);

    [LibraryImport(Name, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    [LibraryImport(Name, EntryPoint = "sqlite3_column_text")]
    public static partial nint ColumnText(nint statement, int column);

    [LibraryImport(Name, EntryPoint = "sqlite3_finalize")]
    public static partial int Finalize(nint statement);
}
