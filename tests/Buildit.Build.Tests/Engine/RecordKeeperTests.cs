using System.Collections.Immutable;
using System.Text;
using Buildit.Build.Engine;
using Buildit.Core;
using Buildit.Store;
using Buildit.Store.Trees;
using Buildit.Testing;

namespace Buildit.Build.Tests.Engine;

/// <summary>What is kept with a record, so that it can be said later what went into it.</summary>
public sealed class RecordKeeperTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task With_a_record_go_the_preimages_of_all_that_its_key_names_though_not_all_of_that_is_made_for_it()
    {
        var below = Samples.Built(Samples.Recipe("lib/below"));
        var needed = Samples.Built(Samples.Recipe("app/needed"), libs: [below]);
        var package = Samples.Built(Samples.Recipe(), runtime: [needed]);
        using var store = ContentStore.Open(_directory);
        await new RecordKeeper(store, Platform.LinuxAmd64).KeepAsync(package, new(package.Key.Digest), ImmutableSortedDictionary<string, StoredTree>.Empty, [], [], [], 0, CancellationToken.None);
        foreach (var kept in new[] { package, needed, below })
        {
            Assert.Equal(kept.Preimage, Encoding.UTF8.GetString(store.ReadBlob(kept.Key.Digest)!));
        }

        Assert.Equal(package.Preimage, Assert.Single(new RecordHistory(store).Of(package.Name)).Preimage);
    }
}
