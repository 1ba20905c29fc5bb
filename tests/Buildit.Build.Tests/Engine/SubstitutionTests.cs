using System.Collections.Immutable;

using Buildit.Build.Engine;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Core.Trust;
using Buildit.Store.Binhosts;
using Buildit.Store.Trust;
using Buildit.Testing;

namespace Buildit.Build.Tests.Engine;

/// <summary>What one user has built and pushed, another one takes instead of building it. Cases of the reliability list by their numbers.</summary>
public sealed class SubstitutionTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryDirectory _shared = new();
    private readonly SigningKey _key = SigningKey.New("builder", null, null);
    private readonly EngineBench _builder = new();

    private TrustPolicy Trust => new([_key.Public], 1, ImmutableDictionary<Digest, string>.Empty);

    [Fact]
    public async Task A_package_that_was_pushed_is_taken_without_its_dependencies()
    {
        var package = _builder.Package("app/top", _builder.Package("lib/one"));
        await _builder.PushAsync(_shared, _key, Trust, package);
        using var user = User();
        var taken = await user.Engine.RealiseAsync(Same(user, package), Need.Run, None);
        Assert.Empty(user.Started);
        Assert.Equal("app/top", File.ReadAllText(Path.Combine(user.Store.Paths.Tree(taken.Record.Outputs["runtime"]), "app-top")));
        Assert.Equal("shared", Assert.Single(user.Events.OfType<BuildEvent.Pulled>()).Binhost);
        Assert.False(user.Records.FindEnvelope(package)!.Signatures.IsEmpty);
    }

    [Fact]
    public async Task Only_what_is_needed_is_downloaded()
    {
        var package = await PushedWithDocsAsync();
        using var user = User();
        var known = await user.Engine.RealiseAsync(package, Need.Record, None);
        Assert.Empty(Directory.EnumerateDirectories(user.Store.Paths.Trees));
        await user.Engine.RealiseAsync(package, Need.Run, None);
        Assert.Equal(["runtime"], TreesOf(user, known.Record));
        await user.Engine.RealiseAsync(package, Need.All, None);
        Assert.Equal(["doc", "runtime"], TreesOf(user, known.Record));
        Assert.Empty(user.Started);
    }

    [Fact]
    public async Task A_package_with_another_declaration_is_found_by_its_build_key()
    {
        var one = _builder.Package("lib/one");
        await _builder.PushAsync(_shared, _key, Trust, one, _builder.Package("app/top", one));
        using var user = User();
        // Declared otherwise, and so with other recipe keys from there on, but its outputs are the same.
        var changed = Samples.Built(Samples.Recipe("lib/one") with { Environment = Samples.Map(("A", "B")) }, [user.Shell]);
        await user.Engine.RealiseAsync(user.Package("app/top", changed), None);
        Assert.Equal(["lib/one"], user.Started);
        Assert.Single(user.Events.OfType<BuildEvent.CutOff>());
    }

    [Fact]
    public async Task What_does_not_count_is_built()
    {
        var package = _builder.Package("app/top");
        await _builder.PushAsync(_shared, null, Trust, package);
        using var user = User();
        await user.Engine.RealiseAsync(Same(user, package), None);
        Assert.Equal(["app/top"], user.Started);
        Assert.Contains(user.Told.OfType<BinhostEvent.Refused>(), r => r.Subject == "app/top-1.0" && r.Refusal.Kind == RefusalKind.NotSigned);
    }

    [Fact]
    public async Task Where_binhosts_are_required_what_does_not_count_and_what_is_not_there_are_errors()
    {
        var package = _builder.Package("app/top");
        await _builder.PushAsync(_shared, null, Trust, package);
        using var user = User(new() { RequireBinhost = true });
        var refused = await Assert.ThrowsAsync<BuilditException>(() => user.Engine.RealiseAsync(Same(user, package), None));
        Assert.Equal(ExitCode.TrustRefused, refused.Code);
        Assert.Contains("buildit key new", refused.Diagnostics[0].Hint, StringComparison.Ordinal);
        using var other = User(new() { RequireBinhost = true });
        Assert.Equal(ExitCode.Missing, (await Assert.ThrowsAsync<BuilditException>(() => other.Engine.RealiseAsync(other.Package("app/absent"), None))).Code);
        Assert.Empty(user.Started);
        Assert.Empty(other.Started);
    }

    [Fact]
    public async Task R30_an_output_that_the_store_lost_is_taken_again()
    {
        var package = _builder.Package("app/top");
        await _builder.PushAsync(_shared, _key, Trust, package);
        using var user = User();
        var taken = await user.Engine.RealiseAsync(Same(user, package), Need.Run, None);
        Directory.Delete(user.Store.Paths.Tree(taken.Record.Outputs["runtime"]), recursive: true);
        await user.Engine.RealiseAsync(Same(user, package), Need.Build, None);
        Assert.Empty(user.Started);
        Assert.True(user.Store.HasTree(taken.Record.Outputs["runtime"]));
    }

    [Fact]
    public async Task R31_what_the_binhost_lacks_of_a_closure_is_built()
    {
        var (one, two) = (_builder.Package("lib/one"), _builder.Package("lib/two"));
        await _builder.PushAsync(_shared, _key, Trust, one, two);
        Delete(BinhostLayout.Record(one.Key.Digest));
        using var user = User();
        await user.Engine.RealiseAllAsync([Same(user, one), Same(user, two)], Need.Run, None);
        Assert.Equal(["lib/one"], user.Started);
    }

    [Fact]
    public async Task R36_a_package_one_of_whose_outputs_is_damaged_is_built_as_a_whole()
    {
        var package = await PushedWithDocsAsync();
        var envelope = Envelope.Read(File.ReadAllBytes(Path.Combine(_shared, BinhostLayout.Record(package.Key.Digest))))!;
        var doc = envelope.Layers.Single(l => l.DiffId == RecordFormat.Open(envelope)!.Outputs["doc"]);
        File.WriteAllText(Path.Combine(_shared, BinhostLayout.Blob(doc.Digest)), "damaged");
        using var user = User();
        user.Does["app/docs"] = Docs;
        await user.Engine.RealiseAsync(package, Need.All, None);
        Assert.Equal(["app/docs"], user.Started);
        Assert.Single(user.Told.OfType<BinhostEvent.Incomplete>());
    }

    [Fact]
    public async Task Pushing_again_moves_nothing_and_lost_blobs_are_put_back()
    {
        var package = _builder.Package("app/top");
        Assert.Equal((1, 0), Counts(await _builder.PushAsync(_shared, _key, Trust, package)));
        var again = await _builder.PushAsync(_shared, _key, Trust, package);
        Assert.Equal((0, 1), Counts(again));
        Assert.Equal(0, again.Blobs);
        var layer = Envelope.Read(File.ReadAllBytes(Path.Combine(_shared, BinhostLayout.Record(package.Key.Digest))))!.Layers.Single();
        Delete(BinhostLayout.Blob(layer.Digest));
        Assert.Equal(1, (await _builder.PushAsync(_shared, _key, Trust, package)).Blobs);
    }

    [Fact]
    public async Task R38_a_package_that_cannot_be_pushed_keeps_the_others_not_back_and_has_no_record()
    {
        var (good, bad) = (_builder.Package("app/good"), _builder.Package("app/bad"));
        var realised = await _builder.Engine.RealiseAllAsync([good, bad], Need.All, None);
        // Its tree is what its record says no longer.
        var tree = _builder.Store.Paths.Tree(realised[1].Record.Outputs["runtime"]);
        File.Delete(Path.Combine(tree, "app-bad"));
        File.WriteAllText(Path.Combine(tree, "app-bad"), "app/BAD");
        var report = await _builder.PushAsync(_shared, _key, Trust, good, bad);
        Assert.Equal(["app/bad-1.0"], report.Failed.Select(f => f.Subject));
        Assert.True(File.Exists(Path.Combine(_shared, BinhostLayout.Record(good.Key.Digest))));
        Assert.False(File.Exists(Path.Combine(_shared, BinhostLayout.Record(bad.Key.Digest))));
    }

    [Fact]
    public async Task R40_a_record_by_an_untrusted_builder_gives_way_and_a_trusted_one_stays()
    {
        using var stranger = SigningKey.New("stranger", null, null);
        using var other = new EngineBench();
        var package = Samples.Built(Samples.Recipe("app/top"), [other.Shell]);
        other.Does["app/top"] = (installed, cancel) => File.WriteAllTextAsync(Path.Combine(installed, "more"), "not the same", cancel);
        await other.PushAsync(_shared, stranger, Trust, package);
        var ours = _builder.Package("app/top");
        Assert.Equal((1, 0), Counts(await _builder.PushAsync(_shared, _key, Trust, ours)));
        Assert.Equal(_key.Public.Id.Hex, SignerOf(ours));
        Assert.Equal((0, 1), Counts(await other.PushAsync(_shared, stranger, Trust, package)));
        other.PushesAll = true;
        Assert.Equal((0, 1), Counts(await other.PushAsync(_shared, stranger, Trust, package)));
        Assert.Equal(_key.Public.Id.Hex, SignerOf(ours));
    }

    [Fact]
    public async Task What_was_only_taken_is_passed_on_with_the_signature_that_it_came_with()
    {
        using var second = new TemporaryDirectory();
        using var mine = SigningKey.New("mine", null, null);
        var package = _builder.Package("app/top");
        await _builder.PushAsync(_shared, _key, Trust, package);
        using var user = User();
        await user.PushAsync(second, mine, Trust, Same(user, package));
        var envelope = Envelope.Read(File.ReadAllBytes(Path.Combine(second, BinhostLayout.Record(package.Key.Digest))))!;
        Assert.Equal([_key.Public.Id.Hex], envelope.Signatures.Select(s => s.KeyId));
    }

    public void Dispose()
    {
        _builder.Dispose();
        _key.Dispose();
        _shared.Dispose();
    }

    private EngineBench User(EngineOptions? options = null) => new(options, _shared, () => Trust);

    /// <summary>The same declaration, as another user's files give it: the key is the same.</summary>
    private static Package.Built Same(EngineBench user, Package.Built package)
    {
        var same = user.Package(package.Name, [.. package.Libs]);
        Assert.Equal(package.Key, same.Key);
        return same;
    }

    private async Task<Package.Built> PushedWithDocsAsync()
    {
        _builder.Does["app/docs"] = Docs;
        var package = _builder.Package("app/docs");
        await _builder.PushAsync(_shared, _key, Trust, package);
        return package;
    }

    private static Task Docs(string installed, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.Combine(installed, "usr/share/doc"));
        return File.WriteAllTextAsync(Path.Combine(installed, "usr/share/doc/text"), "read me", cancel);
    }

    private static IEnumerable<string> TreesOf(EngineBench user, Core.Records.Record record) => record.Outputs.Where(o => user.Store.HasTree(o.Value)).Select(o => o.Key);

    private static (int, int) Counts(Buildit.Build.Sharing.PushReport report) => (report.Pushed, report.Unchanged);

    private string SignerOf(Package package) => Envelope.Read(File.ReadAllBytes(Path.Combine(_shared, BinhostLayout.Record(package.Key.Digest))))!.Signatures.Single().KeyId;

    private void Delete(string path) => File.Delete(Path.Combine(_shared, path));
}
