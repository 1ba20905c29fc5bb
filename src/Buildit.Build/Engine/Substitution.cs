using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Records;
using Buildit.Store.Binhosts;

namespace Buildit.Build.Engine;

/// <summary>Takes packages from binhosts instead of building them: a record that counts, and of its outputs those that are needed, all or none of it.</summary>
public sealed class Substitution(BinhostSet binhosts, RecordKeeper records, Action<BuildEvent> report)
{
    private const string OtherNeeds = "it needs packages that this one is not built with";

    /// <summary>Begins to look for packages that will be asked for one after the other.</summary>
    public void Foresee(IEnumerable<Package> packages, CancellationToken cancel) => binhosts.Foresee(packages.Select(p => p.Key.Digest), cancel);

    /// <summary>A package by its recipe key, with what is needed of it in the store; null if no binhost can give that.</summary>
    public async Task<Realised?> FindAsync(Package package, Need need, CancellationToken cancel)
    {
        // The store may know what the outputs are, and lack them: it was asked for less before, or they were lost.
        if (records.Find(package, Need.Record) is { } known && await PullAsync(known, package, need, null, cancel))
        {
            report(new BuildEvent.Pulled(package, null));
            return new(package, known);
        }

        return await PullFirstAsync(Candidates(package, cancel), package, need, cancel) is { } found ? await records.KeepPulledAsync(package, found.Record, found.Envelope, cancel) : null;
    }

    /// <summary>A record of the same action under another recipe key, with what is needed of it in the store; null if no binhost can give that.</summary>
    public async Task<Record?> FindAsync(Package.Built package, BuildKey key, Func<Record, bool> fits, Need need, CancellationToken cancel) =>
        (await PullFirstAsync(Candidates(package, key, fits, cancel), package, need, cancel))?.Record;

    /// <summary>The record that a package could be taken by, with what is needed of it; null if no binhost can give that. Nothing is taken.</summary>
    public async Task<Record?> LookAsync(Package package, Need need, CancellationToken cancel) =>
        records.Find(package, Need.Record) is { } known && await CanGiveAsync(known, need, cancel) ? known : await LookAsync(Candidates(package, cancel), need, cancel);

    /// <summary>The same for the action that would build a package.</summary>
    public Task<Record?> LookAsync(Package.Built package, BuildKey key, Func<Record, bool> fits, Need need, CancellationToken cancel) => LookAsync(Candidates(package, key, fits, cancel), need, cancel);

    /// <summary>Whether a binhost failed in this run, so that what it has is not known.</summary>
    public bool HasFailed => binhosts.HasFailed;

    /// <summary>The refusals of a package's records so far.</summary>
    public IReadOnlyCollection<BinhostEvent.Refused> RefusalsOf(Package package) => binhosts.RefusalsOf(package.DisplayName);

    /// <summary>What binhosts have of a package by its recipe key, as far as it counts, in their order.</summary>
    private IAsyncEnumerable<FoundRecord<Record>> Candidates(Package package, CancellationToken cancel) =>
        binhosts.FindAsync(package.Key.Digest, package.DisplayName, RecordFormat.Open, r => Objection(r, package), cancel);

    /// <summary>The same by its build key.</summary>
    private IAsyncEnumerable<FoundRecord<Record>> Candidates(Package.Built package, BuildKey key, Func<Record, bool> fits, CancellationToken cancel) =>
        binhosts.FindAsync(key.Digest, package.DisplayName, RecordFormat.Open, r => r.BuildKey != key ? "it is about another build" : r.Package != package.Name ? About(r, package) : fits(r) ? null : OtherNeeds, cancel);

    /// <summary>The first of some records whose outputs can be had, as far as they are needed; they are in the store then.</summary>
    private async Task<FoundRecord<Record>?> PullFirstAsync(IAsyncEnumerable<FoundRecord<Record>> candidates, Package package, Need need, CancellationToken cancel)
    {
        await foreach (var found in candidates.WithCancellation(cancel))
        {
            records.RequireWritable();
            if (await PullAsync(found.Record, package, need, found.Binhost, cancel))
            {
                report(new BuildEvent.Pulled(package, found.Binhost.Name));
                return found;
            }
        }

        return null;
    }

    private async Task<Record?> LookAsync(IAsyncEnumerable<FoundRecord<Record>> candidates, Need need, CancellationToken cancel)
    {
        await foreach (var found in candidates.WithCancellation(cancel))
        {
            if (await CanGiveAsync(found.Record, need, cancel))
            {
                return found.Record;
            }
        }

        return null;
    }

    private async Task<bool> PullAsync(Record record, Package package, Need need, Binhost? first, CancellationToken cancel)
    {
        var pulls = need.Of(record).Select(o => binhosts.PullOutputAsync(record.Outputs[o], record.RecipeKey, package.DisplayName, first, cancel));
        return (await Task.WhenAll(pulls)).All(static isThere => isThere);
    }

    private async Task<bool> CanGiveAsync(Record record, Need need, CancellationToken cancel)
    {
        foreach (var output in need.Of(record))
        {
            if (!await binhosts.HasOutputAsync(record.Outputs[output], record.RecipeKey, cancel))
            {
                return false;
            }
        }

        return true;
    }

    private static string? Objection(Record record, Package package) =>
        record.Package != package.Name || record.RecipeKey != package.Key || record.Preimage != package.Key.Digest ? About(record, package)
        : package is Package.Built built && !IsBuiltWith(built, record.RuntimeNeeds) ? OtherNeeds
        : null;

    private static bool IsBuiltWith(Package.Built package, ImmutableArray<string> needs) =>
        needs.IsEmpty || Closure.Of([.. package.Tools, .. package.Libs, .. package.Runtime]).SelectMany(p => p.Replaces.Prepend(p.Name)).ToHashSet(StringComparer.Ordinal).IsSupersetOf(needs);

    private static string About(Record record, Package package) => $"it is about '{record.Package}-{record.Version}' with another HASH or name, not about '{package.DisplayName}'";
}
