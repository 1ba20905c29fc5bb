using System.Text;
using System.Text.Json;
using Buildit.Core;
using Buildit.Core.Keys;
using Buildit.Store.Sqlite;

namespace Buildit.Store;

/// <summary>The SQLite index of a store. One connection, one user at a time in a process; several processes share it through WAL.</summary>
public sealed class StoreIndex : IDisposable
{
    // The last table of the first version, without which nothing can be read; and the last thing that the schema makes now.
    private const string OldestOfSchema = "facts";
    private const string NewestOfSchema = "records_by_package";

    private readonly SqliteDatabase _database;
    private readonly Lock _gate = new();

    private StoreIndex(SqliteDatabase database) => _database = database;

    /// <summary>Opens or makes the index.</summary>
    public static StoreIndex Open(string path) => Make(SqliteDatabase.Open(path));

    /// <summary>Opens the index for reading; one that is not there, or was never finished, is empty.</summary>
    public static StoreIndex OpenToRead(string path) =>
        new FileInfo(path) is { Exists: true, Length: > 0 } && Of(SqliteDatabase.OpenToRead(path), index => index.Has(OldestOfSchema) ? index : null) is { } index ? index : Make(SqliteDatabase.InMemory());

    /// <summary>Digest of the record blob of a recipe key, if there is one.</summary>
    public Digest? FindRecord(RecipeKey key) => Digest("SELECT blob FROM records WHERE recipe_key = $1", key.ToString());

    /// <summary>Digests of the record blobs of many recipe keys, by one query; keys without one are left out.</summary>
    public IReadOnlyDictionary<RecipeKey, Digest> FindRecords(IEnumerable<RecipeKey> keys) =>
        Pairs("SELECT recipe_key, blob FROM json_each($1) JOIN records ON recipe_key = json_each.value", keys.Select(k => k.ToString()))
            .ToDictionary(row => new RecipeKey(Core.Digest.Parse(row.First)), row => Core.Digest.Parse(row.Second));

    /// <summary>Which of these packages (as <see cref="AddRecord"/> was told them) have any record, by one query.</summary>
    public IReadOnlySet<string> FindPackages(IEnumerable<string> names) =>
        Pairs("SELECT DISTINCT package, '' FROM records WHERE package IN (SELECT value FROM json_each($1))", names).Select(row => row.First).ToHashSet(StringComparer.Ordinal);

    /// <summary>Digests of the record blobs of all packages of this name, whatever their versions; those of longer names may be among them.</summary>
    public IReadOnlyList<Digest> FindRecordsOf(string package) =>
        // Rows say NAME-VERSION, or NAME alone for a group; '.' is the character after '-'.
        [.. Rows("SELECT blob, '' FROM records WHERE package = $1 OR (package > $1 || '-' AND package < $1 || '.')", package).Select(row => Core.Digest.Parse(row.First))];

    /// <summary>Recipe keys that begin with these hexadecimal digits, where '?' stands for any one, with their packages; sorted, and not more than nine.</summary>
    public IReadOnlyList<(RecipeKey Key, string Package)> FindKeys(string pattern) =>
        [.. Rows("SELECT recipe_key, package FROM records WHERE recipe_key GLOB $1 || '*' ORDER BY recipe_key LIMIT 9", pattern).Select(row => (new RecipeKey(Core.Digest.Parse(row.First)), row.Second))];

    /// <summary>Digest of a record blob with this build key, if there is one.</summary>
    public Digest? FindRecord(BuildKey key) => Digest("SELECT blob FROM records WHERE build_key = $1 ORDER BY recipe_key LIMIT 1", key.ToString());

    /// <summary>Registers a durable record.</summary>
    public void AddRecord(RecipeKey key, BuildKey buildKey, Digest blob, string package) =>
        Query("INSERT OR REPLACE INTO records (recipe_key, build_key, blob, package) VALUES ($1, $2, $3, $4)", key.ToString(), buildKey.ToString(), blob.Hex, package);

    /// <summary>All records: recipe key and blob.</summary>
    public IReadOnlyList<(RecipeKey Key, Digest Blob)> AllRecords() =>
        [.. Rows("SELECT recipe_key, blob FROM records").Select(row => (new RecipeKey(Core.Digest.Parse(row.First)), Core.Digest.Parse(row.Second)))];

    /// <summary>Forgets a record whose content is gone.</summary>
    public void RemoveRecord(RecipeKey key) => Query("DELETE FROM records WHERE recipe_key = $1", key.ToString());

    /// <summary>What was composed for an image key.</summary>
    public string? FindImage(Digest key) => Query("SELECT result FROM images WHERE key = $1", key.Hex);

    /// <summary>Remembers what was composed for an image key.</summary>
    public void AddImage(Digest key, string result) => Query("INSERT OR REPLACE INTO images (key, result) VALUES ($1, $2)", key.Hex, result);

    /// <summary>Something known about content.</summary>
    public string? FindFact(Digest subject, string kind) => Query("SELECT value FROM facts WHERE subject = $1 AND kind = $2", subject.Hex, kind);

    /// <summary>Remembers something about content.</summary>
    public void AddFact(Digest subject, string kind, string value) =>
        Query("INSERT OR REPLACE INTO facts (subject, kind, value) VALUES ($1, $2, $3)", subject.Hex, kind, value);

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _database.Dispose();

    private static StoreIndex Make(SqliteDatabase database) => Of(database, index =>
    {
        // An index of an earlier version keeps what it knows, and gets what it lacks.
        if (!index.Has(NewestOfSchema))
        {
            using var schema = typeof(StoreIndex).Assembly.GetManifestResourceStream("Buildit.Store.schema.sql")!;
            using var reader = new StreamReader(schema);
            database.Run(reader.ReadToEnd());
        }

        return index;
    })!;

    /// <summary>An index that is closed again if it turns out to be of no use.</summary>
    private static StoreIndex? Of(SqliteDatabase database, Func<StoreIndex, StoreIndex?> check)
    {
        StoreIndex? checkedIndex = null;
        try
        {
            return checkedIndex = check(new(database));
        }
        finally
        {
            if (checkedIndex is null)
            {
                database.Dispose();
            }
        }
    }

    private bool Has(string name) => Query("SELECT name FROM sqlite_master WHERE name = $1", name) is not null;

    private Digest? Digest(string sql, params string[] arguments) => Query(sql, arguments) is { } hex ? Core.Digest.Parse(hex) : null;

    private string? Query(string sql, params string[] arguments)
    {
        lock (_gate)
        {
            return _database.Query(sql, arguments);
        }
    }

    private List<(string First, string Second)> Pairs(string sql, IEnumerable<string> values)
    {
        var json = new StringBuilder("[").AppendJoin(',', values.Select(v => $"\"{JsonEncodedText.Encode(v)}\"")).Append(']').ToString();
        return Rows(sql, json);
    }

    private List<(string First, string Second)> Rows(string sql, params string[] arguments)
    {
        lock (_gate)
        {
            return _database.QueryPairs(sql, arguments);
        }
    }
}
