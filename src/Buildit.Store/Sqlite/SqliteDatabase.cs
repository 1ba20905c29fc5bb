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
    private const int MostAttempts = 5;
    private readonly Func<nint> _open;
    private readonly bool _mayChangeBelow;
    private nint _database;

    private SqliteDatabase(Func<nint> open, bool mayChangeBelow) => (_open, _mayChangeBelow, _database) = (open, mayChangeBelow, open());

    /// <summary>Opens or makes a database.</summary>
    public static SqliteDatabase Open(string path) => new(() => Open(path, Sqlite3.OpenReadWriteCreate), mayChangeBelow: false);

    /// <summary>
    /// Opens a database for reading, without leaving a trace. One that others write to is read with what they have in its log, by way of the shared memory that
    /// they made (which is not written to either: https://sqlite.org/wal.html, "Read-Only Databases"); any other as one that nobody changes. Whoever begins or ends
    /// to write meanwhile makes a query fail, which is then tried anew on what is there now.
    /// </summary>
    public static SqliteDatabase OpenToRead(string path) => new(
        () =>
        {
            var isWritten = new FileInfo(path + "-wal") is { Exists: true, Length: > 0 } && File.Exists(path + "-shm");
            return Open($"file:{new Uri(path).AbsolutePath}?{(isWritten ? "mode=ro&readonly_shm=1" : "immutable=1")}", Sqlite3.OpenReadOnly | Sqlite3.OpenUri);
        },
        mayChangeBelow: true);

    /// <summary>A database in memory, empty.</summary>
    public static SqliteDatabase InMemory() => new(() => Open(":memory:", Sqlite3.OpenReadWriteCreate), mayChangeBelow: false);

    /// <summary>Runs statements that give nothing.</summary>
    public void Run(string statements)
    {
        fixed (byte* sql = Text(statements))
        {
            Check(Sqlite3.Execute(_database, sql, 0, 0, 0));
        }
    }

    /// <summary>Runs one statement with arguments for $1, $2, ...; gives the first column of its first row, or null if it gives no row.</summary>
    public string? Query(string statement, params string[] arguments) =>
        Run(statement, arguments, prepared => Step(prepared) ? Column(prepared, 0) : null);

    /// <summary>Runs one statement as <see cref="Query"/> does; gives the first two columns of all its rows.</summary>
    public List<(string First, string Second)> QueryPairs(string statement, params string[] arguments) => Run(statement, arguments, prepared =>
    {
        var rows = new List<(string, string)>();
        while (Step(prepared))
        {
            rows.Add((Column(prepared, 0)!, Column(prepared, 1)!));
        }

        return rows;
    });

    /// <summary>Closes it.</summary>
    public void Dispose()
    {
        _ = Sqlite3.Close(_database);
        _database = 0;
    }

    private T Run<T>(string statement, string[] arguments, Func<nint, T> read)
    {
        for (var attempt = 1; ; attempt++)
        {
            nint prepared = 0;
            try
            {
                prepared = Prepare(statement, arguments);
                return read(prepared);
            }
            catch (SqliteException) when (_mayChangeBelow && attempt < MostAttempts)
            {
                _ = Sqlite3.Finalize(prepared);
                prepared = 0;
                Dispose();
                _database = _open();
            }
            finally
            {
                _ = Sqlite3.Finalize(prepared);
            }
        }
    }

    private static nint Open(string name, int flags)
    {
        nint database;
        int result;
        fixed (byte* text = Text(name))
        {
            result = Sqlite3.Open(text, &database, flags, null);
        }

        if (result != Sqlite3.Ok || Sqlite3.BusyTimeout(database, BusyMilliseconds) != Sqlite3.Ok)
        {
            var failure = Failed(database);
            _ = Sqlite3.Close(database);
            throw failure;
        }

        return database;
    }

    private nint Prepare(string statement, string[] arguments)
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

    private bool Step(nint prepared) => Sqlite3.Step(prepared) switch { Sqlite3.Row => true, Sqlite3.Done => false, _ => throw Failed(_database) };

    private static string? Column(nint prepared, int column) => Marshal.PtrToStringUTF8(Sqlite3.ColumnText(prepared, column));

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + '\0');

    private void Check(int result)
    {
        if (result != Sqlite3.Ok)
        {
            throw Failed(_database);
        }
    }

    private static SqliteException Failed(nint database) => new(Marshal.PtrToStringUTF8(Sqlite3.ErrorMessage(database)) ?? "out of memory");
}
