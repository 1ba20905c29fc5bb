using Buildit.Core;
using Buildit.Store.Binhosts;
using Buildit.Store.Binhosts.S3;
using Buildit.Store.Fetching;
using Buildit.Tests.Shared;

namespace Buildit.Store.Tests.Binhosts;

/// <summary>The contract of places, in a bucket.</summary>
public sealed class S3PlaceTests : SerialPlaceContract, IDisposable
{
    private readonly BucketServer _server = new();
    private readonly S3Place[] _places;
    private readonly string _address = $"s3://bin/{Guid.NewGuid():N}";
    private int _calls;

    public S3PlaceTests() => _places = [.. Enumerable.Range(0, 3).Select(_ => Buckets.Open(_server, _address))];

    protected override IPlace Reader => Writer;

    // Another client than last time, as of another process.
    protected override IWritablePlace Writer => _places[Interlocked.Increment(ref _calls) % _places.Length];

    public void Dispose()
    {
        Array.ForEach(_places, p => p.Dispose());
        _server.Dispose();
    }
}

/// <summary>The contract of places, with blobs that go in parts.</summary>
public sealed class S3PartsTests : SerialPlaceContract, IDisposable
{
    private readonly BucketServer _server = new();
    private readonly S3Place _place;

    public S3PartsTests() => _place = Buckets.Open(_server, $"s3://bin/{Guid.NewGuid():N}", largestWhole: 5, partSize: 100_000);

    protected override IPlace Reader => _place;

    protected override IWritablePlace Writer => _place;

    [Fact]
    public async Task An_upload_that_fails_leaves_no_parts()
    {
        await A_blob_whose_bytes_end_early_is_never_there();
        Assert.Contains(_server.Requests, r => r.StartsWith("DELETE ", StringComparison.Ordinal));
        Assert.Equal(0, _server.OpenUploads);
    }

    public void Dispose()
    {
        _place.Dispose();
        _server.Dispose();
    }
}

/// <summary>What a bucket does that no other place does.</summary>
public sealed class BucketTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task What_the_server_says_is_explained_and_nobody_learns_who_asked()
    {
        (string Method, int Status, string Code, string? Region, bool MayPass, string Says)[] cases =
        [
            ("GET", 403, "AccessDenied", null, false, "refuses (403 AccessDenied): 'aws sts get-caller-identity' shows who asked; who only reads needs s3:GetObject and s3:ListBucket"),
            ("GET", 403, "InvalidAccessKeyId", null, false, "does not know the access key that was used"),
            ("GET", 403, "SignatureDoesNotMatch", null, false, "AWS_SECRET_ACCESS_KEY"),
            ("GET", 400, "ExpiredToken", null, false, "aws sso login"),
            ("GET", 400, "AuthorizationHeaderMalformed", "eu-west-3", false, "keeps the bucket 'bin' in another region than 'eu-central-1': AWS_REGION=eu-west-3"),
            ("GET", 301, "PermanentRedirect", null, false, "aws s3api get-bucket-location --bucket bin"),
            ("GET", 503, "SlowDown", null, true, "503 SlowDown"),
            ("GET", 500, "<script>", null, true, "500 InternalServerError"),
        ];
        foreach (var (method, status, code, region, mayPass, says) in cases)
        {
            using var server = new BucketServer { Misbehave = (asked, _) => asked == method ? (status, code, region) : null };
            using var place = Buckets.Open(server);
            var failure = await Assert.ThrowsAsync<PlaceException>(() => place.GetAsync("records/catalog", null, None));
            Assert.Contains(says, failure.Message, StringComparison.Ordinal);
            Assert.Equal(mayPass, failure.MayPass);
            Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("AKID", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_no_empty_one()
    {
        using var server = new BucketServer();
        using var place = Buckets.Open(server, "s3://other/team");
        var failure = await Assert.ThrowsAsync<PlaceException>(() => place.GetAsync("records/catalog", null, None));
        Assert.Contains("has no bucket 'other' at http://127.0.0.1:", failure.Message, StringComparison.Ordinal);
        Assert.Contains("aws s3 mb s3://other", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_in_particular_asks_where_there_are_no_credentials()
    {
        using var open = new BucketServer();
        using var place = Buckets.Open(open, settings: Buckets.Nobody);
        Assert.Null(await place.GetAsync("records/catalog", null, None));
        using var closed = new BucketServer { AccessKey = "AKIDEXAMPLE" };
        using var refusing = Buckets.Open(closed, settings: Buckets.Nobody);
        var failure = await Assert.ThrowsAsync<PlaceException>(() => refusing.GetAsync("records/catalog", null, None));
        Assert.Contains("there are no credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID", failure.Message, StringComparison.Ordinal);
        using var known = Buckets.Open(closed);
        Assert.Null(await known.GetAsync("records/catalog", null, None));
    }

    [Fact]
    public async Task A_server_that_passes_over_conditions_is_not_written_to()
    {
        using var server = new BucketServer { IgnoresConditions = true };
        using var place = Buckets.Open(server);
        var failure = await Assert.ThrowsAsync<PlaceException>(() => place.UpdateAsync("records/catalog", _ => Task.FromResult<ReadOnlyMemory<byte>?>("x"u8.ToArray()), None));
        Assert.Contains("does not keep to the conditions of a PUT", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("team/records/catalog", server.Keys);
    }

    [Fact]
    public async Task One_question_finds_many_blobs_and_the_rest_of_a_long_list_is_asked_for()
    {
        var texts = Enumerable.Range(0, 40).Select(i => $"blob {i}").ToArray();
        foreach (var (pageSize, most) in new[] { (1000, 1), (10, 31) })
        {
            using var server = new BucketServer { PageSize = pageSize };
            using var place = Buckets.Open(server);
            foreach (var text in texts)
            {
                await place.PutBlobAsync(Digest.Of(text), text.Length, () => new MemoryStream(System.Text.Encoding.ASCII.GetBytes(text)), None);
            }

            var before = server.Requests.Count;
            Assert.Equal(texts.Length, (await place.FindBlobsAsync([.. texts.Select(Digest.Of)], None)).Count);
            Assert.Equal(most, server.Requests.Count - before);
        }
    }

    [Fact]
    public async Task A_further_name_is_told_of_as_what_it_is_not_as_the_blob_that_never_changes()
    {
        using var server = new BucketServer();
        using var place = Buckets.Open(server);
        await place.PutBlobAsync(Digest.Of("page"), 4, () => new MemoryStream("page"u8.ToArray()), None);
        await place.LinkAsync("containers/page.html", Digest.Of("page"), None);
        Assert.Equal("application/octet-stream; public, max-age=31536000, immutable", server.Told($"team/blobs/sha256/{Digest.Of("page").Hex}"));
        Assert.Equal("text/html; charset=utf-8; no-cache", server.Told("team/containers/page.html"));
    }

    [Fact]
    public async Task What_is_too_large_to_be_copied_gets_no_further_name_and_nothing_fails()
    {
        using var server = new BucketServer();
        using var place = Buckets.Open(server, largestCopy: 5);
        foreach (var text in new[] { "large", "larger" })
        {
            await place.PutBlobAsync(Digest.Of(text), text.Length, () => new MemoryStream(System.Text.Encoding.ASCII.GetBytes(text)), None);
            await place.LinkAsync($"aci/{text}.aci", Digest.Of(text), None);
        }

        Assert.Contains("team/aci/large.aci", server.Keys);
        Assert.DoesNotContain("team/aci/larger.aci", server.Keys);
        Assert.Contains("lacks the blob", (await Assert.ThrowsAsync<PlaceException>(() => place.LinkAsync("aci/x.aci", Digest.Of("nothing"), None))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_may_take_longer_than_the_patience_as_long_as_it_is_taken()
    {
        // What lies between us and the server is less than what it gets between two looks at the clock, and than what is left after them.
        const int size = 64 << 20;
        var (clock, looks) = (new ManualClock(), new Queue<long>([12 << 20, 36 << 20]));
        using var server = new BucketServer
        {
            Received = bytes =>
            {
                if (looks.TryPeek(out var next) && bytes >= next)
                {
                    looks.Dequeue();
                    clock.Pass(TimeSpan.FromSeconds(15));
                }
            },
        };
        using var place = Buckets.Open(server, largestWhole: 5, partSize: size, clock: clock);
        var content = new byte[size];
        await place.PutBlobAsync(Digest.Of(content), size, () => new MemoryStream(content), None);
        Assert.Empty(looks);
        Assert.Contains($"team/blobs/sha256/{Digest.Of(content).Hex}", server.Keys);
    }

    [Fact]
    public async Task A_server_that_is_not_there_and_one_that_is_none_are_failures_of_the_place()
    {
        using var server = new BucketServer();
        var dead = Buckets.Settings with { Endpoint = Fetching.TestServer.DeadUrl() };
        using var place = S3Place.At("s3://bin/team", dead, new(), TimeProvider.System);
        Assert.Contains("could not be connected", (await Assert.ThrowsAsync<PlaceException>(() => place.GetAsync("records/catalog", null, None))).Message, StringComparison.Ordinal);
        using var page = new Fetching.TestServer((_, _) => Fetching.Answer.Ok("<html>hello"u8.ToArray()));
        using var other = S3Place.At("s3://bin/team", Buckets.Settings with { Endpoint = page.Url("/") }, new(), TimeProvider.System);
        await Assert.ThrowsAsync<PlaceException>(() => other.FindBlobsAsync([.. Enumerable.Range(0, 20).Select(i => Digest.Of($"{i}"))], None));
    }

    [Theory]
    [InlineData("s3://bin", null)]
    [InlineData("s3://bin.example.org/team/a/", null)]
    [InlineData("s3://", "is no name of a bucket")]
    [InlineData("s3://Bin/a", "is no name of a bucket")]
    [InlineData("s3://bin:9000/a", "AWS_ENDPOINT_URL")]
    [InlineData("s3://key:secret@bin/a", "has no login in it")]
    [InlineData("s3://bin/a//b", "not empty")]
    [InlineData("s3://bin/../b", "neither '.' nor '..'")]
    [InlineData("s3://bin/a?b", "has the form s3://BUCKET[/PREFIX]")]
    public void An_address_names_a_bucket(string address, string? objection)
    {
        var said = S3Place.Objection(address);
        Assert.Equal(objection is null, said is null);
        Assert.Contains(objection ?? "", said ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain("secret", said ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_says_what_it_says_to_the_command_aws()
    {
        var variables = new Dictionary<string, string>
        {
            ["AWS_ENDPOINT_URL"] = "http://a", ["AWS_ENDPOINT_URL_S3"] = "http://b", ["AWS_DEFAULT_REGION"] = "eu-west-1", ["AWS_REGION"] = "", ["AWS_PROFILE"] = "team", ["AWS_ACCESS_KEY_ID"] = "id", ["AWS_SECRET_ACCESS_KEY"] = "word",
        };
        var settings = S3Settings.From(variables.GetValueOrDefault);
        Assert.Equal(new S3Settings { Endpoint = "http://b", Region = "eu-west-1", Profile = "team", AccessKey = "id", SecretKey = "word" }, settings);
        Assert.DoesNotContain("word", settings.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_without_its_secret_is_told()
    {
        using var place = S3Place.At("s3://bin", new() { AccessKey = "id" }, new(), TimeProvider.System);
        Assert.Contains("AWS_SECRET_ACCESS_KEY is not", (await Assert.ThrowsAsync<PlaceException>(() => place.GetAsync("x", null, None))).Message, StringComparison.Ordinal);
    }
}

internal static class Buckets
{
    public static readonly S3Settings Settings = new() { AccessKey = "AKIDEXAMPLE", SecretKey = "a very secret key", Region = "eu-central-1" };

    /// <summary>Of a user without credentials, whatever this machine's files say.</summary>
    public static readonly S3Settings Nobody = new() { Region = "eu-central-1" };

    public static S3Place Open(BucketServer server, string address = "s3://bin/team", S3Settings? settings = null, long largestWhole = 1 << 30, int partSize = 16 << 20, long largestCopy = 5L << 30, TimeProvider? clock = null) =>
        new(S3Address.Parse(address, out _)!, address, (settings ?? Settings) with { Endpoint = server.Url }, new FetchOptions(), clock ?? TimeProvider.System, largestWhole, partSize, largestCopy);
}
