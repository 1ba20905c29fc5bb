namespace Buildit.Store.Sqlite;

/// <summary>What SQLite said when it refused.</summary>
public sealed class SqliteException(string message) : Exception(message);
