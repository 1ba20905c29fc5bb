using System.Runtime.InteropServices;
using System.Text;

namespace Buildit.Store.Sqlite;

/// <summary>
/// An open SQLite database, spoken to directly: every run of buildit opens one, and ADO.NET's way there costs more than all queries together.
/// One user at a time.
/// </summary>
internal sealed unsafe class SqliteDatabase : IDisposable
{
    private const int BusyMilliseconds = 30_000;
    private nint _database;

    private SqliteDatabase(string name, int flags)
    {
        nint database;
        int result;
        fixed (byte* text = Text(name))
        {
            result = Sqlite3.Open(text, &database, flags, null);
        }

        _database = database;
        try
        {
            Check(result);
            Check(Sqlite3.BusyTimeout(database, BusyMilliseconds));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Opens or makes a database.</summary>
    public static SqliteDatabase Open(string path) => new(path, Sqlite3.OpenReadWriteCreate);

    /// <summary>
    /// Opens a database for reading, without leaving a trace. One that others write to is read with what they have in its log, by way of the shared memory that
    /// they made (which is not written to either: https://sqlite.org/wal.html, "Read-Only Databases"); any other as one that nobody changes.
    /// </summary>
    public static SqliteDatabase OpenToRead(string path)
    {
        var isWritten = new FileInfo(path + "-wal") is { Exists: true, Length: > 0 } && File.Exists(path + "-shm");
        return new($"file:{new Uri(path).AbsolutePath}?{(isWritten ? "mode=ro&readonly_shm=1" : "immutable=1")}", Sqlite3.OpenReadOnly | Sqlite3.OpenUri);
    }

    /// <summary>A database in memory, empty.</summary>
    public static SqliteDatabase InMemory() => new(":memory:", Sqlite3.OpenReadWriteCreate);

    /// <summary>Runs statements that give nothing.</summary>
    public void Run(string statements)
    {
        fixed (byte* sql = Text(statements))
        {
            Check(Sqlite3.Execute(_database, sql, 0, 0, 0));
        }
    }

    /// <summary>Runs one statement with arguments for $1, $2, ...; gives the first column of its first row, or null if it gives no row.</summary>
    public string? Query(string statement, params ReadOnlySpan<string> arguments)
    {
        var prepared = Prepare(statement, arguments);
        try
        {
            return Step(prepared) ? Column(prepared, 0) : null;
        }
        finally
        {
            _ = Sqlite3.Finalize(prepared);
        }
    }

    /// <summary>Runs one statement as <see cref="Query"/> does; gives the first two columns of all its rows.</summary>
    public List<(string First, string Second)> QueryPairs(string statement, params ReadOnlySpan<string> arguments)
    {
        var rows = new List<(string, string)>();
        var prepared = Prepare(statement, arguments);
        try
        {
            while (Step(prepared))
            {
                rows.Add((Column(prepared, 0)!, Column(prepared, 1)!));
            }
        }
        finally
        {
            _ = Sqlite3.Finalize(prepared);
        }

        return rows;
    }

    /// <summary>Closes it.</summary>
    public void Dispose()
    {
        _ = Sqlite3.Close(_database);
        _database = 0;
    }

    private nint Prepare(string statement, ReadOnlySpan<string> arguments)
    {
        nint prepared;
        fixed (byte* sql = Text(statement))
        {
            Check(Sqlite3.Prepare(_database, sql, -1, &prepared, null));
        }

        for (var i = 0; i < arguments.Length; i++)
        {
            fixed (byte* text = Text(arguments[i]))
            {
                Check(Sqlite3.BindText(prepared, i + 1, text, -1, Sqlite3.Transient));
            }
        }

        return prepared;
    }

    private bool Step(nint prepared) => Sqlite3.Step(prepared) switch { Sqlite3.Row => true, Sqlite3.Done => false, _ => throw Failed() };

    private static string? Column(nint prepared, int column) => Marshal.PtrToStringUTF8(Sqlite3.ColumnText(prepared, column));

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + '\0');

    private void Check(int result)
    {
        if (result != Sqlite3.Ok)
        {
            throw Failed();
        }
    }

    private SqliteException Failed() => new(Marshal.PtrToStringUTF8(Sqlite3.ErrorMessage(_database)) ?? "out of memory");
}
