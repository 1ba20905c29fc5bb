using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Buildit.Store.Sqlite;

/// <summary>An open SQLite database whose values are all texts. One user at a time.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    // Another process may hold the index that long.
    private const int BusySeconds = 30;
    private readonly SqliteConnection _connection;

    private SqliteDatabase(string source, SqliteOpenMode mode)
    {
        _connection = new(new SqliteConnectionStringBuilder { DataSource = source, Mode = mode, Pooling = false, DefaultTimeout = BusySeconds }.ConnectionString);
        try
        {
            _connection.Open();
            Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {BusySeconds * 1000}"));
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens or makes a database.</summary>
    public static SqliteDatabase Open(string path) => new(path, SqliteOpenMode.ReadWriteCreate);

    /// <summary>
    /// Opens a database for reading, without leaving a trace. One that others write to is read with what they have in its log, by way of the shared memory that
    /// they made (which is not written to either: https://sqlite.org/wal.html, "Read-Only Databases"); any other as one that nobody changes.
    /// </summary>
    public static SqliteDatabase OpenToRead(string path)
    {
        var isWritten = new FileInfo(path + "-wal") is { Exists: true, Length: > 0 } && File.Exists(path + "-shm");
        return new($"file:{new Uri(path).AbsolutePath}?{(isWritten ? "mode=ro&readonly_shm=1" : "immutable=1")}", SqliteOpenMode.ReadOnly);
    }

    /// <summary>A database in memory, empty.</summary>
    public static SqliteDatabase InMemory() => new(":memory:", SqliteOpenMode.Memory);

    /// <summary>Runs statements that give nothing.</summary>
    public void Run(string statements)
    {
        using var command = Command(statements);
        command.ExecuteNonQuery();
    }

    /// <summary>Runs one statement with arguments for $1, $2, ...; gives the first column of its first row, or null if it gives no row.</summary>
    public string? Query(string statement, params ReadOnlySpan<string> arguments)
    {
        using var command = Command(statement, arguments);
        return command.ExecuteScalar() as string;
    }

    /// <summary>Runs one statement as <see cref="Query"/> does; gives the first two columns of all its rows.</summary>
    public List<(string First, string Second)> QueryPairs(string statement, params ReadOnlySpan<string> arguments)
    {
        var rows = new List<(string, string)>();
        using var command = Command(statement, arguments);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            rows.Add((reader.GetString(0), reader.GetString(1)));
        }

        return rows;
    }

    /// <summary>Closes it.</summary>
    public void Dispose() => _connection.Dispose();

    private SqliteCommand Command(string statements, params ReadOnlySpan<string> arguments)
    {
        var command = _connection.CreateCommand();
        // The text is always one of ours; what comes from outside is an argument.
#pragma warning disable CA2100
        command.CommandText = statements;
#pragma warning restore CA2100
        for (var i = 0; i < arguments.Length; i++)
        {
            command.Parameters.Add(new(string.Create(CultureInfo.InvariantCulture, $"${i + 1}"), SqliteType.Text) { Value = arguments[i] });
        }

        return command;
    }
}
