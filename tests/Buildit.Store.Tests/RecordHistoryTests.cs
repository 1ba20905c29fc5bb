using System.Text;
using Buildit.Core;
using Buildit.Core.Keys;
using Buildit.Core.Records;
using Buildit.Store.Sqlite;
using Buildit.Testing;
using Record = Buildit.Core.Records.Record;

namespace Buildit.Store.Tests;

/// <summary>What a store remembers of earlier builds.</summary>
public sealed class RecordHistoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Root => Path.Combine(_directory, "store");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Records_of_a_package_are_found_by_its_name_whatever_the_version_the_newest_first()
    {
        using var store = ContentStore.Open(Root);
        await AddAsync(store, "lib/gtk", "1.0", minutesAgo: 3);
        await AddAsync(store, "lib/gtk", "2.0", minutesAgo: 1);
        await AddAsync(store, "lib/gtk", "", minutesAgo: 2);
        await AddAsync(store, "lib/gtk-doc", "1.0", minutesAgo: 0);
        await AddAsync(store, "lib/gtk2", "1.0", minutesAgo: 0);
        await AddAsync(store, "lib/gt", "1.0", minutesAgo: 0);
        var history = new RecordHistory(store);
        Assert.Equal(["2.0", "", "1.0"], history.Of("lib/gtk").Select(p => p.Record.Version));
        Assert.Equal("lib/gtk 2.0", history.Of("lib/gtk")[0].Preimage);
        Assert.Empty(history.Of("lib/none"));
        Assert.Equal("lib/gtk 1.0", history.Preimage(Digest.Of("lib/gtk 1.0")));
        Assert.Null(history.Preimage(Digest.Of("nothing")));
    }

    [Fact]
    public async Task A_record_whose_preimage_or_own_bytes_are_damaged_is_not_remembered()
    {
        using (var store = ContentStore.Open(Root))
        {
            await AddAsync(store, "a/b", "1.0", 0);
            await AddAsync(store, "a/b", "2.0", 0);
        }

        foreach (var name in new[] { Digest.Of("a/b 1.0"), Digest.Of(RecordFormat.Write(RecordOf("a/b", "2.0"))) })
        {
            var blob = Path.Combine(Root, "blobs", "sha256", name.Hex);
            File.SetUnixFileMode(blob, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.WriteAllText(blob, "damaged");
        }

        using var looked = ContentStore.OpenToRead(Root);
        Assert.Empty(new RecordHistory(looked).Of("a/b"));
    }

    [Fact]
    public async Task R11_an_index_of_an_earlier_version_keeps_what_it_knows_and_gets_what_it_lacks()
    {
        using (var store = ContentStore.Open(Root))
        {
            await AddAsync(store, "a/b", "1.0", 0);
        }

        var index = Path.Combine(Root, "index.db");
        using (var database = SqliteDatabase.Open(index))
        {
            database.Run("DROP INDEX records_by_package");
        }

        using (var read = ContentStore.OpenToRead(Root))
        {
            Assert.Single(new RecordHistory(read).Of("a/b"));
        }

        using (var store = ContentStore.Open(Root))
        {
            Assert.Single(new RecordHistory(store).Of("a/b"));
        }

        using var after = SqliteDatabase.Open(index);
        Assert.NotNull(after.Query("SELECT name FROM sqlite_master WHERE name = 'records_by_package'"));
    }

    [Fact]
    public async Task Keys_are_found_by_their_beginning_and_never_by_what_a_pattern_language_makes_of_it()
    {
        using var store = ContentStore.Open(Root);
        await AddAsync(store, "a/b", "1.0", 0);
        await AddAsync(store, "a/b", "2.0", 0);
        var key = RecordOf("a/b", "1.0").RecipeKey;
        foreach (var pattern in new[] { key.ToString(), key.ToString()[..8], key.ToString()[..12] + "?" + key.ToString()[13..20] })
        {
            Assert.Equal([(key, "a/b-1.0")], store.Index.FindKeys(pattern));
        }

        Assert.Equal(2, store.Index.FindKeys("").Count);
        Assert.Empty(store.Index.FindKeys(key.ToString() + "0"));
    }

    private static async Task AddAsync(ContentStore store, string package, string version, int minutesAgo)
    {
        var record = RecordOf(package, version);
        var bytes = RecordFormat.Write(record);
        await store.CommitAsync([], [bytes, Encoding.UTF8.GetBytes($"{package} {version}")], CancellationToken.None);
        File.SetLastWriteTimeUtc(store.Paths.Blob(Digest.Of(bytes)), new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(-minutesAgo));
        store.Index.AddRecord(record.RecipeKey, record.BuildKey, Digest.Of(bytes), version.Length == 0 ? package : $"{package}-{version}");
    }

    private static Record RecordOf(string package, string version) => new()
    {
        Package = package,
        Version = version,
        Platform = Platform.LinuxAmd64,
        RecipeKey = new(Digest.Of($"{package} {version}")),
        BuildKey = new(Digest.Of("build")),
        Outputs = System.Collections.Immutable.ImmutableSortedDictionary<string, Digest>.Empty,
        RuntimeNeeds = [],
        Sonames = [],
        Materials = [],
        Preimage = Digest.Of($"{package} {version}"),
        SourceDate = 0,
    };
}
