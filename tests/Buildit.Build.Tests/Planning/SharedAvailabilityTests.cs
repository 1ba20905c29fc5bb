using System.Collections.Immutable;
using Buildit.Build.Engine;
using Buildit.Build.Planning;
using Buildit.Build.Tests.Engine;
using Buildit.Core;
using Buildit.Core.Graphs;
using Buildit.Core.Planning;
using Buildit.Core.Records;
using Buildit.Core.Trust;
using Buildit.Store.Binhosts;
using Buildit.Store.Trust;
using Buildit.Testing;

namespace Buildit.Build.Tests.Planning;

/// <summary>What a plan is told of binhosts is what the engine would find there.</summary>
public sealed class SharedAvailabilityTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryDirectory _shared = new();
    private readonly SigningKey _key = SigningKey.New("builder", null, null);
    private readonly EngineBench _builder = new();

    private TrustPolicy Trust => new([_key.Public], 1, ImmutableDictionary<Digest, string>.Empty);

    public void Dispose()
    {
        _builder.Dispose();
        _key.Dispose();
        _shared.Dispose();
    }

    [Fact]
    public async Task Where_the_record_of_an_action_that_the_store_has_does_not_fit_one_of_a_binhost_may()
    {
        // What a package replaces is no part of its build: the same action under several recipe keys.
        var pushed = Samples.Built(Samples.Recipe("app/top"), [_builder.Shell], replaces: ["app/other"]);
        await _builder.PushAsync(_shared, _key, Trust, pushed);
        using var user = User();
        var mine = await user.Engine.RealiseAsync(user.Package("app/top"), None);
        var wanted = Samples.Built(Samples.Recipe("app/top"), [user.Shell], replaces: ["app/third"]);
        bool Fits(Core.Records.Record record) => record.RecipeKey == pushed.Key;
        Assert.Equal(pushed.Key, Over(user, wanted).Find(wanted, mine.Record.BuildKey, Fits, Need.Run)?.RecipeKey);
        Assert.Equal(pushed.Key, (await SubstitutionOf(user).FindAsync(wanted, mine.Record.BuildKey, Fits, Need.Run, None))?.RecipeKey);
    }

    [Fact]
    public async Task A_record_of_an_action_that_does_not_count_is_told_once_and_with_the_name_of_its_package()
    {
        var pushed = _builder.Package("app/top");
        await _builder.PushAsync(_shared, null, Trust, pushed);
        var key = (await _builder.Engine.RealiseAsync(pushed, None)).Record.BuildKey;
        using var user = User();
        var there = Over(user, pushed);
        Assert.Null(there.Find(pushed, key, _ => true, Need.Run));
        Assert.Null(there.Find(pushed, key, _ => true, Need.Run));
        Assert.Equal(["app/top-1.0"], user.Told.OfType<BinhostEvent.Refused>().Select(r => r.Subject));
    }

    private EngineBench User() => new(null, _shared, () => Trust);

    private static Substitution SubstitutionOf(EngineBench user) => new(user.Binhosts, user.Records, user.Events.Add);

    private static SharedAvailability Over(EngineBench user, Package package)
    {
        var request = new PlanRequest { Packages = [package] };
        return new(new StoreAvailability(user.Store, user.Records, request.Graph), SubstitutionOf(user));
    }
}
