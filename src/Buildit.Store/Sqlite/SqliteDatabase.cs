using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Buildit.Store.Sqlite;

/// <summary>An open SQLite database whose values are all texts. One user at a time.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    // Another process may hold the index that long.
    private const int BusySeconds = 30;
    private const int MostAttempts = 5;
    private readonly Func<SqliteConnection> _open;
    private readonly bool _mayChangeBelow;
    private SqliteConnection _connection;

    private SqliteDatabase(Func<SqliteConnection> open, bool mayChangeBelow = false) => (_open, _mayChangeBelow, _connection) = (open, mayChangeBelow, open());

    /// <summary>Opens or makes a database.</summary>
    public static SqliteDatabase Open(string path) => new(() => Connect(path, SqliteOpenMode.ReadWriteCreate));

    /// <summary>
    /// Opens a database for reading, without leaving a trace. One that others write to is read with what they have in its log, by way of the shared memory that
    /// they made (which is not written to either: https://sqlite.org/wal.html, "Read-Only Databases"); any other as one that nobody changes. Whoever begins or ends
    /// to write meanwhile makes a query fail, which is then tried anew on what is there now.
    /// </summary>
    public static SqliteDatabase OpenToRead(string path) => new(
        () =>
        {
            var isWritten = new FileInfo(path + "-wal") is { Exists: true, Length: > 0 } && File.Exists(path + "-shm");
            return Connect($"file:{new Uri(path).AbsolutePath}?{(isWritten ? "mode=ro&readonly_shm=1" : "immutable=1")}", SqliteOpenMode.ReadOnly);
        },
        mayChangeBelow: true);

    /// <summary>A database in memory, empty.</summary>
    public static SqliteDatabase InMemory() => new(() => Connect(":memory:", SqliteOpenMode.Memory));

    /// <summary>Runs statements that give nothing.</summary>
    public void Run(string statements)
    {
        using var command = Command(statements);
        command.ExecuteNonQuery();
    }

    /// <summary>Runs one statement with arguments for $1, $2, ...; gives the first column of its first row, or null if it gives no row.</summary>
    public string? Query(string statement, params string[] arguments) => Run(statement, arguments, command => command.ExecuteScalar() as string);

    /// <summary>Runs one statement as <see cref="Query"/> does; gives the first two columns of all its rows.</summary>
    public List<(string First, string Second)> QueryPairs(string statement, params string[] arguments) => Run(statement, arguments, command =>
    {
        var rows = new List<(string, string)>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            rows.Add((reader.GetString(0), reader.GetString(1)));
        }

        return rows;
    });

    /// <summary>Closes it.</summary>
    public void Dispose() => _connection.Dispose();

    private static SqliteConnection Connect(string source, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = source, Mode = mode, Pooling = false, DefaultTimeout = BusySeconds }.ConnectionString);
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {BusySeconds * 1000}");
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private T Run<T>(string statement, string[] arguments, Func<SqliteCommand, T> run)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var command = Command(statement, arguments);
                return run(command);
            }
            catch (SqliteException) when (_mayChangeBelow && attempt < MostAttempts)
            {
                _connection.Dispose();
                _connection = _open();
            }
        }
    }

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
