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

    /// <summary>Opens or makes the database; for reading only as one that nobody changes, so that it needs no lock files.</summary>
    public SqliteDatabase(string path, bool readOnly)
    {
        nint database;
        int result;
        fixed (byte* name = Text(readOnly ? $"file:{new Uri(path).AbsolutePath}?immutable=1" : path))
        {
            result = Sqlite3.Open(name, &database, readOnly ? Sqlite3.OpenReadOnly | Sqlite3.OpenUri : Sqlite3.OpenReadWriteCreate, null);
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
        nint prepared;
        fixed (byte* sql = Text(statement))
        {
            Check(Sqlite3.Prepare(_database, sql, -1, &prepared, null));
        }

        try
        {
            for (var i = 0; i < arguments.Length; i++)
            {
                fixed (byte* text = Text(arguments[i]))
                {
                    Check(Sqlite3.BindText(prepared, i + 1, text, -1, Sqlite3.Transient));
                }
            }

            return Sqlite3.Step(prepared) switch
            {
                Sqlite3.Row => Marshal.PtrToStringUTF8(Sqlite3.ColumnText(prepared, 0)),
                Sqlite3.Done => null,
                _ => throw Failed(),
            };
        }
        finally
        {
            _ = Sqlite3.Finalize(prepared);
        }
    }

    /// <summary>Closes it.</summary>
    public void Dispose()
    {
        _ = Sqlite3.Close(_database);
        _database = 0;
    }

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
