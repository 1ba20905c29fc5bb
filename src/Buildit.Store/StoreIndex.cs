using Buildit.Core;
using Buildit.Core.Keys;
using Microsoft.Data.Sqlite;

namespace Buildit.Store;

/// <summary>The SQLite index of a store. One connection, one user at a time in a process; several processes share it through WAL.</summary>
public sealed class StoreIndex : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Lock _gate = new();

    /// <summary>Opens or makes the index; a store that cannot be written is opened for reading only.</summary>
    public StoreIndex(string path, bool readOnly)
    {
        _connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = readOnly ? $"file:{Uri.EscapeDataString(path)}?immutable=1" : path,
            Mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            DefaultTimeout = 30,
        }.ToString());
        _connection.Open();
        if (!readOnly && !HasSchema())
        {
            using var schema = typeof(StoreIndex).Assembly.GetManifestResourceStream("Buildit.Store.schema.sql")!;
            using var reader = new StreamReader(schema);
            Execute(reader.ReadToEnd());
        }
    }

    /// <summary>Digest of the record blob of a recipe key, if there is one.</summary>
    public Digest? FindRecord(RecipeKey key) => Digest("SELECT blob FROM records WHERE recipe_key = $1", key.ToString());

    /// <summary>Digest of a record blob with this build key, if there is one.</summary>
    public Digest? FindRecord(BuildKey key) => Digest("SELECT blob FROM records WHERE build_key = $1 ORDER BY recipe_key LIMIT 1", key.ToString());

    /// <summary>Registers a durable record.</summary>
    public void AddRecord(RecipeKey key, BuildKey buildKey, Digest blob, string package) =>
        Execute("INSERT OR REPLACE INTO records (recipe_key, build_key, blob, package) VALUES ($1, $2, $3, $4)", key.ToString(), buildKey.ToString(), blob.Hex, package);

    /// <summary>Forgets a record whose content is gone.</summary>
    public void RemoveRecord(RecipeKey key) => Execute("DELETE FROM records WHERE recipe_key = $1", key.ToString());

    /// <summary>What was composed for an image key.</summary>
    public string? FindImage(Digest key) => Text("SELECT result FROM images WHERE key = $1", key.Hex);

    /// <summary>Remembers what was composed for an image key.</summary>
    public void AddImage(Digest key, string result) => Execute("INSERT OR REPLACE INTO images (key, result) VALUES ($1, $2)", key.Hex, result);

    /// <summary>Something known about content.</summary>
    public string? FindFact(Digest subject, string kind) => Text("SELECT value FROM facts WHERE subject = $1 AND kind = $2", subject.Hex, kind);

    /// <summary>Remembers something about content.</summary>
    public void AddFact(Digest subject, string kind, string value) =>
        Execute("INSERT OR REPLACE INTO facts (subject, kind, value) VALUES ($1, $2, $3)", subject.Hex, kind, value);

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _connection.Dispose();

    private bool HasSchema() => Text("SELECT name FROM sqlite_master WHERE name = 'facts'") is not null;

    private Digest? Digest(string sql, params string[] arguments) => Text(sql, arguments) is { } hex ? Core.Digest.Parse(hex) : null;

    private string? Text(string sql, params string[] arguments)
    {
        lock (_gate)
        {
            using var command = Command(sql, arguments);
            return command.ExecuteScalar() as string;
        }
    }

    private void Execute(string sql, params string[] arguments)
    {
        lock (_gate)
        {
            using var command = Command(sql, arguments);
            command.ExecuteNonQuery();
        }
    }

    private SqliteCommand Command(string sql, string[] arguments)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Every text comes from this file; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < arguments.Length; i++)
        {
            command.Parameters.AddWithValue($"${i + 1}", arguments[i]);
        }

        return command;
    }
}
