using System.Collections.Immutable;
using System.Text;
using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Records;
using Buildit.Core.Trust;
using Buildit.Store.Binhosts;
using Buildit.Store.Tests.Compression;
using Buildit.Store.Tests.Sources;
using Buildit.Store.Trust;

namespace Buildit.Store.Tests.Binhosts;

/// <summary>What is found and taken, and what is not, whatever servers do. Cases of the reliability list by their numbers.</summary>
public sealed class BinhostSetTests : IDisposable
{
    private readonly BinhostBench _bench = new();

    [Fact]
    public async Task A_package_is_found_by_recipe_key_and_by_build_key_and_its_output_taken()
    {
        var package = _bench.Package("hello");
        BinhostBench.Publish(_bench.Add("team"), package);
        Assert.Equal(["team"], await _bench.FindAsync(package));
        Assert.Equal(["team"], await _bench.FindAsync(package, package.Record.BuildKey.Digest));
        Assert.True(await _bench.PullAsync(package));
        Assert.Equal("hello", _bench.TextOf(package));
        Assert.Equal(["usr", "usr/share", "usr/share/link", "usr/share/text"], _bench.Store.FindTree(package.DiffId)!.Tree.Entries.Select(e => e.Path));
        Assert.Empty(_bench.Partial);
        Assert.Equal([new BinhostEvent.Downloaded(package.Layer.Length) { Binhost = "team" }], _bench.Told);
    }

    [Fact]
    public async Task A_thousand_keys_that_are_not_there_cost_two_requests()
    {
        var server = _bench.Add("team");
        BinhostBench.Publish(server, _bench.Package("hello"));
        var missing = Enumerable.Range(0, 1000).Select(i => _bench.Package($"missing {i}")).ToArray();
        Assert.Empty((await Task.WhenAll(missing.Select(p => _bench.FindAsync(p)))).SelectMany(f => f));
        Assert.Equal(2, server.Requests.Count);
        Assert.Empty(_bench.Told);
    }

    [Fact]
    public async Task What_will_be_asked_for_one_after_the_other_is_asked_for_at_once_and_only_once()
    {
        var server = _bench.Add("team");
        var packages = Enumerable.Range(0, 100).Select(i => _bench.Package($"package {i}")).ToArray();
        BinhostBench.Publish(server, packages);
        _bench.Set.Foresee(packages.Select(p => p.Key), default);
        while (server.Requests.Count < 102)
        {
            await Task.Delay(10);
        }

        foreach (var package in packages)
        {
            Assert.Equal(["team"], await _bench.FindAsync(package));
        }

        Assert.Equal(102, server.Requests.Count);
    }

    [Fact]
    public async Task R41_the_next_run_asks_again_and_sees_what_was_pushed_meanwhile()
    {
        var (one, two) = (_bench.Package("one"), _bench.Package("two"));
        var server = _bench.Add("team");
        BinhostBench.Publish(server, one);
        Assert.Empty(await _bench.FindAsync(two));
        _bench.Restart();
        _bench.Add("team", server.Url);
        Assert.Equal(["team"], await _bench.FindAsync(one));
        Assert.Equal(304, server.Answers[2]);
        BinhostBench.Publish(server, one, two);
        _bench.Restart();
        _bench.Add("team", server.Url);
        Assert.Equal(["team"], await _bench.FindAsync(two));
    }

    [Fact]
    public async Task What_a_binhost_had_when_it_was_last_asked_is_known_without_asking()
    {
        var (known, unknown) = (_bench.Package("hello"), _bench.Package("other"));
        var server = _bench.Add("team");
        BinhostBench.Publish(server, known);
        Assert.Empty(_bench.Set.All[0].HadRecords([known.Key, unknown.Key]));
        await _bench.FindAsync(known);
        var requests = server.Requests.Count;
        Assert.Equal([known.Key], _bench.Set.All[0].HadRecords([unknown.Key, known.Key, known.Key]));
        Assert.Equal(requests, server.Requests.Count);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("directory")]
    public async Task What_cannot_be_kept_between_runs_is_asked_for_again(string obstacle)
    {
        var package = _bench.Package("hello");
        if (obstacle == "file")
        {
            File.WriteAllText(_bench.CacheOf("team"), "");
        }
        else
        {
            Directory.CreateDirectory(Path.Combine(_bench.CacheOf("team"), "catalog"));
        }

        BinhostBench.Publish(_bench.Add("team"), package);
        Assert.Equal(["team"], await _bench.FindAsync(package));
        Assert.Empty(_bench.Told);
    }

    [Fact]
    public async Task R41_a_record_that_is_gone_though_the_catalog_lists_it_is_a_miss()
    {
        var package = _bench.Package("hello");
        var server = _bench.Add("team");
        BinhostBench.Publish(server, package);
        server.Files.TryRemove(BinhostLayout.Record(package.Key), out _);
        Assert.Empty(await _bench.FindAsync(package));
    }

    [Fact]
    public async Task R32_a_bad_binhost_before_a_good_one_costs_only_a_reason()
    {
        using var stranger = SigningKey.New("stranger", null, null);
        var (bad, good) = (_bench.Package("hello", stranger), _bench.Package("hello"));
        BinhostBench.Publish(_bench.Add("bad"), bad);
        BinhostBench.Publish(_bench.Add("good"), good);
        Assert.Equal(["good"], await _bench.FindAsync(good));
        var refused = Assert.IsType<BinhostEvent.Refused>(Assert.Single(_bench.Told));
        Assert.Equal(("bad", RefusalKind.UnknownKey), (refused.Binhost, refused.Refusal.Kind));
        Assert.Contains($"buildit key trust bad {stranger.Public.Id.Hex}", refused.Describe().Hint, StringComparison.Ordinal);
        Assert.Single(_bench.Set.RefusalsOf(good.Record.Package));
    }

    [Fact]
    public async Task A_key_counts_for_its_own_binhost_only()
    {
        var package = _bench.Package("hello");
        BinhostBench.Publish(_bench.Add("other", trust: TrustPolicy.Nobody with { Elsewhere = ImmutableDictionary.CreateRange([KeyValuePair.Create(_bench.Key.Public.Id, "team")]) }), package);
        Assert.Empty(await _bench.FindAsync(package));
        Assert.Equal(RefusalKind.WrongKey, Assert.IsType<BinhostEvent.Refused>(_bench.Told.Single()).Refusal.Kind);
    }

    [Fact]
    public async Task R35_R40_a_signed_record_of_another_package_under_this_key_is_refused()
    {
        var (wanted, other) = (_bench.Package("wanted"), _bench.Package("other"));
        var server = _bench.Add("team");
        BinhostBench.Publish(server, wanted);
        server.Files[BinhostLayout.Record(wanted.Key)] = other.Envelope.Write();
        Assert.Empty(await _bench.FindAsync(wanted));
        Assert.Equal(RefusalKind.WrongStatement, Assert.IsType<BinhostEvent.Refused>(_bench.Told.Single()).Refusal.Kind);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"\",\"signatures\":{}}")]
    public async Task R37_what_is_no_record_is_refused(string text)
    {
        var package = _bench.Package("hello");
        var server = _bench.Add("team");
        BinhostBench.Publish(server, package);
        server.Files[BinhostLayout.Record(package.Key)] = Encoding.UTF8.GetBytes(text);
        Assert.Empty(await _bench.FindAsync(package));
        Assert.Equal(RefusalKind.WrongStatement, Assert.IsType<BinhostEvent.Refused>(_bench.Told.Single()).Refusal.Kind);
    }

    [Fact]
    public async Task R28_a_layer_with_other_bytes_is_never_used_and_the_next_binhost_has_the_right_ones()
    {
        var package = _bench.Package("hello");
        var (bad, good) = (_bench.Add("bad"), _bench.Add("good"));
        BinhostBench.Publish(bad, package);
        BinhostBench.Publish(good, package);
        bad.Files[BinhostLayout.Blob(package.Form.Digest)] = [.. package.Layer[..^1], (byte)(package.Layer[^1] ^ 1)];
        Assert.True(await _bench.PullAsync(package));
        Assert.Equal("hello", _bench.TextOf(package));
        Assert.Contains("its bytes are not those of", Assert.Single(_bench.Told.OfType<BinhostEvent.Incomplete>()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task R28_a_layer_that_is_whole_but_not_the_output_is_never_used()
    {
        var (package, other) = (_bench.Package("hello"), _bench.Package("other"));
        var server = _bench.Add("team");
        BinhostBench.Publish(server, package, other);
        server.Files[BinhostLayout.Record(package.Key)] = (package.Envelope with { Layers = [other.Form with { DiffId = package.DiffId }] }).Write();
        Assert.False(await _bench.PullAsync(package));
        Assert.False(_bench.Store.HasTree(package.DiffId));
        Assert.False(_bench.Store.HasTree(other.DiffId));
        Assert.Contains("not the output", Assert.Single(_bench.Told.OfType<BinhostEvent.Incomplete>()).Reason, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Store.Scratch));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("html")]
    [InlineData("cut")]
    [InlineData("gone")]
    [InlineData("zeros")]
    public async Task R29_a_layer_that_is_not_there_or_no_layer_is_a_miss_with_a_reason_and_others_are_taken(string what)
    {
        var (package, other) = (_bench.Package("hello"), _bench.Package("other"));
        var server = _bench.Add("team");
        BinhostBench.Publish(server, package, other);
        server.Files[BinhostLayout.Blob(package.Form.Digest)] = what switch
        {
            "nothing" => [],
            "html" => Encoding.UTF8.GetBytes("<html>".PadRight(package.Layer.Length)),
            "cut" => package.Layer[..^10],
            _ => new byte[package.Layer.Length],
        };
        if (what == "gone")
        {
            server.Files.TryRemove(BinhostLayout.Blob(package.Form.Digest), out _);
        }

        Assert.False(await _bench.PullAsync(package));
        Assert.Single(_bench.Told.OfType<BinhostEvent.Incomplete>());
        Assert.True(await _bench.PullAsync(other));
        Assert.Empty(_bench.Told.OfType<BinhostEvent.Failed>());
    }

    [Fact]
    public async Task A_form_that_is_a_blob_of_the_store_is_not_downloaded()
    {
        var package = _bench.Package("hello");
        var server = _bench.Add("team");
        BinhostBench.Publish(server, package);
        server.Files.TryRemove(BinhostLayout.Blob(package.Form.Digest), out _);
        await _bench.Store.PutBlobAsync(package.Layer, default);
        Assert.True(await _bench.Set.HasOutputAsync(package.DiffId, new(package.Key), default));
        Assert.True(await _bench.PullAsync(package));
        Assert.Equal("hello", _bench.TextOf(package));
        Assert.Empty(_bench.Told);
    }

    [Fact]
    public async Task Where_one_record_names_no_form_of_an_output_that_of_another_record_will_do()
    {
        var (bare, package) = (_bench.Package("bare"), _bench.Package("hello"));
        var server = _bench.Add("team");
        BinhostBench.Publish(server, bare, package);
        Assert.False(await _bench.Set.PullOutputAsync(package.DiffId, new(bare.Key), "app/bare", null, default));
        Assert.True(await _bench.PullAsync(package));
    }

    [Fact]
    public async Task Damage_of_a_form_is_told_once_though_two_records_name_it()
    {
        var (package, other) = (_bench.Package("hello"), _bench.Package("other"));
        var server = _bench.Add("team");
        BinhostBench.Publish(server, package, other);
        server.Files[BinhostLayout.Record(other.Key)] = (other.Envelope with { Layers = package.Envelope.Layers }).Write();
        server.Files[BinhostLayout.Blob(package.Form.Digest)] = new byte[package.Layer.Length];
        Assert.False(await _bench.PullAsync(package));
        Assert.False(await _bench.Set.PullOutputAsync(package.DiffId, new(other.Key), "app/other", null, default));
        Assert.Single(_bench.Told.OfType<BinhostEvent.Incomplete>());
    }

    [Fact]
    public async Task R28_each_of_several_binhosts_with_other_bytes_is_asked_once()
    {
        var package = _bench.Package("hello");
        FileServer[] servers = [_bench.Add("one"), _bench.Add("two")];
        foreach (var server in servers)
        {
            BinhostBench.Publish(server, package);
            server.Files[BinhostLayout.Blob(package.Form.Digest)] = new byte[package.Layer.Length];
        }

        Assert.False(await _bench.PullAsync(package));
        Assert.All(servers, server => Assert.Single(server.Requests, r => r.Path.Contains(package.Form.Digest.Hex, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_record_of_one_binhost_and_a_layer_of_another_are_as_good_as_both_of_one()
    {
        var package = _bench.Package("hello");
        var (records, blobs) = (_bench.Add("records"), _bench.Add("blobs"));
        BinhostBench.Publish(records, package);
        records.Files.TryRemove(BinhostLayout.Blob(package.Form.Digest), out _);
        blobs.Files[BinhostLayout.Blob(package.Form.Digest)] = package.Layer;
        Assert.Equal(["records"], await _bench.FindAsync(package));
        Assert.True(await _bench.PullAsync(package));
    }

    [Fact]
    public async Task A_form_that_only_an_untrusted_binhost_has_will_do()
    {
        using var stranger = SigningKey.New("stranger", null, null);
        var (trusted, other) = (_bench.Package("hello"), _bench.Package("hello", stranger));
        var (team, strange) = (_bench.Add("team"), _bench.Add("strange"));
        BinhostBench.Publish(team, trusted);
        BinhostBench.Publish(strange, other);
        team.Files[BinhostLayout.Record(trusted.Key)] = (trusted.Envelope with { Layers = [] }).Write();
        Assert.True(await _bench.PullAsync(trusted));
        Assert.Equal("hello", _bench.TextOf(trusted));
    }

    [Fact]
    public async Task R27_a_download_that_broke_off_goes_on_where_it_was()
    {
        var package = _bench.Package(new('x', 500_000));
        var server = _bench.Add("team");
        BinhostBench.Publish(server, package);
        server.Misbehave = (asked, _) => FileServer.PathOf(asked).Contains(package.Form.Digest.Hex, StringComparison.Ordinal) && asked.RangeStart == 0 ? server.AnswerTo(asked) with { Sent = 300_000 } : null;
        Assert.True(await _bench.PullAsync(package));
        Assert.InRange(server.Requests.Single(r => r.RangeStart > 0).RangeStart, 1, 300_000);
        Assert.Empty(_bench.Told.OfType<BinhostEvent.Incomplete>());
    }

    [Fact]
    public async Task R27_the_next_run_goes_on_and_damage_in_what_was_left_is_found()
    {
        var package = _bench.Package(new('x', 500_000));
        var server = _bench.Add("team");
        BinhostBench.Publish(server, package);
        var partial = Path.Combine(_bench.Store.Paths.Partial, package.Form.Digest.Hex + ".blob");
        File.WriteAllBytes(partial, package.Layer[..100_000]);
        Assert.True(await _bench.PullAsync(package));
        Assert.Contains(server.Requests, r => r.RangeStart == 100_000);

        var zeros = _bench.Package(new('y', 500_000));
        _bench.Restart();
        BinhostBench.Publish(server, zeros);
        _bench.Add("team", server.Url);
        File.WriteAllBytes(Path.Combine(_bench.Store.Paths.Partial, zeros.Form.Digest.Hex + ".blob"), new byte[100_000]);
        Assert.True(await _bench.PullAsync(zeros));
        Assert.Empty(_bench.Partial);
    }

    [Fact]
    public async Task R23_many_who_want_one_output_download_it_once()
    {
        var package = _bench.Package(new('x', 200_000));
        var server = _bench.Add("team");
        BinhostBench.Publish(server, package);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _bench.PullAsync(package)))), Assert.True);
        Assert.Single(server.Requests, r => r.Path.Contains(package.Form.Digest.Hex, StringComparison.Ordinal));
    }

    [Fact]
    public async Task R23_who_wants_a_layer_as_it_is_and_who_wants_what_is_in_it_do_not_write_one_file_at_once()
    {
        var package = _bench.Package(new('x', 200_000));
        var server = _bench.Add("team");
        BinhostBench.Publish(server, package);
        var (asked, atOnce) = (0, 0);
        server.Misbehave = (request, _) =>
        {
            if (!request.Path.Contains(package.Form.Digest.Hex, StringComparison.Ordinal))
            {
                return null;
            }

            // The first is kept waiting until the second one asks as well, or says that it waits.
            for (var turn = Interlocked.Increment(ref asked); turn == 1 && Volatile.Read(ref atOnce) == 0 && !_bench.Told.OfType<BinhostEvent.Waiting>().Any(); Thread.Sleep(10))
            {
                atOnce = Volatile.Read(ref asked) - 1;
            }

            return null;
        };
        var tree = Task.Run(() => _bench.PullAsync(package));
        while (Volatile.Read(ref asked) == 0)
        {
            await Task.Delay(10);
        }

        var blob = Task.Run(() => _bench.Set.PullBlobAsync(package.Form.Digest, package.Form.Size, "image", null, default));
        Assert.True(await tree);
        Assert.Equal(package.Layer, File.ReadAllBytes((await blob)!));
        Assert.Equal(0, atOnce);
        Assert.Empty(_bench.Partial);
    }

    [Fact]
    public async Task Layers_that_are_named_like_each_other_s_outputs_keep_nobody_waiting_for_ever()
    {
        var (one, two) = (_bench.Package("one"), _bench.Package("two"));
        var server = _bench.Add("team");
        BinhostBench.Publish(server, one, two);
        server.Files[BinhostLayout.Record(one.Key)] = (one.Envelope with { Layers = [one.Form with { Digest = two.DiffId }] }).Write();
        server.Files[BinhostLayout.Record(two.Key)] = (two.Envelope with { Layers = [two.Form with { Digest = one.DiffId }] }).Write();
        var answering = 0;
        server.Misbehave = (request, _) =>
        {
            // Both are in the middle of it.
            if (request.Path.Contains(one.Key.Hex, StringComparison.Ordinal) || request.Path.Contains(two.Key.Hex, StringComparison.Ordinal))
            {
                for (Interlocked.Increment(ref answering); Volatile.Read(ref answering) < 2; Thread.Sleep(10))
                {
                }
            }

            return null;
        };
        using var stop = new CancellationTokenSource();
        var both = Task.WhenAll(new[] { one, two }.Select(p => Task.Run(() => _bench.Set.PullOutputAsync(p.DiffId, new(p.Key), p.Record.Package, null, stop.Token))));
        while (!both.IsCompleted && !_bench.Told.OfType<BinhostEvent.Waiting>().Any())
        {
            await Task.Delay(10);
        }

        await stop.CancelAsync();
        Assert.Empty(_bench.Told.OfType<BinhostEvent.Waiting>());
        Assert.All(await both, Assert.False);
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("usr/share/link/evil")]
    [InlineData("/evil")]
    public async Task R44_a_layer_that_leads_out_of_its_tree_writes_nothing(string path)
    {
        // By hand: our own writer cannot be made to write such names.
        var tar = new TarMaker().Directory("usr/").Directory("usr/share/").Symlink("usr/share/link", "/tmp").File(path).Finish();
        var layer = ZstdTests.Stored(tar);
        var package = _bench.Package("hello");
        var form = new LayerForm(package.DiffId, package.Form.MediaType, Digest.Of(layer), layer.Length);
        var server = _bench.Add("team");
        BinhostBench.Publish(server, package with { Layer = layer, Envelope = package.Envelope with { Layers = [form] } });
        Assert.False(await _bench.PullAsync(package));
        Assert.Contains("cannot be in an output", Assert.Single(_bench.Told.OfType<BinhostEvent.Incomplete>()).Reason, StringComparison.Ordinal);
        Assert.False(File.Exists("/tmp/evil"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Store.Scratch));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("large file")]
    [InlineData("directory")]
    [InlineData("link")]
    [InlineData("target")]
    [InlineData("hard link")]
    public async Task A_layer_with_a_name_that_no_disk_can_hold_is_a_miss(string what)
    {
        var name = new string('n', 300);
        var maker = new TarMaker();
        var tar = what switch
        {
            "file" => maker.Pax("path", name).File("x"),
            "large file" => maker.Pax("path", name).File("x", new string('x', 300_000)),
            "directory" => maker.Pax("path", name).Directory("x"),
            "link" => maker.Pax("path", name).Symlink("x", "y"),
            "target" => maker.Pax("linkpath", string.Concat(Enumerable.Repeat("a/", 2500))).Symlink("x", "y"),
            _ => maker.File("y").Pax("path", name).HardLink("x", "y"),
        };
        var package = _bench.Package("hello");
        var layer = ZstdTests.Stored(tar.Finish());
        var server = _bench.Add("team");
        BinhostBench.Publish(server, package with { Layer = layer, Envelope = package.Envelope with { Layers = [new(package.DiffId, package.Form.MediaType, Digest.Of(layer), layer.Length)] } });
        Assert.False(await _bench.PullAsync(package));
        Assert.Single(_bench.Told.OfType<BinhostEvent.Incomplete>());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Store.Scratch));
    }

    [Fact]
    public async Task A_blob_of_the_store_that_is_said_to_hold_an_output_and_ends_too_early_is_downloaded_instead()
    {
        var package = _bench.Package("hello");
        BinhostBench.Publish(_bench.Add("team"), package);
        var cut = await _bench.Store.PutBlobAsync(package.Layer.AsMemory(..^10), default);
        BinhostSet.Remember(_bench.Store, package.Form with { Digest = cut });
        Assert.True(await _bench.PullAsync(package));
        Assert.Equal("hello", _bench.TextOf(package));
    }

    public void Dispose() => _bench.Dispose();
}
