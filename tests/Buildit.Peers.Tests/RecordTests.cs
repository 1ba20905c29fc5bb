using System.Text;
using System.Text.Json;
using Buildit.Build.Engine;
using Buildit.Core.Graphs;
using Buildit.Core.Records;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>What the store says of nginx's packages, against the image and against the specifications of the records.</summary>
[Collection(nameof(Judged))]
public sealed class RecordTests(Judged judged) : IAsyncLifetime, IDisposable
{
    private readonly SharedSession _session = new(Repository.Root);
    private IReadOnlyList<Realised> _packages = [];

    public async Task InitializeAsync() => _packages = await _session.RuntimeClosureAsync(Path.Combine(Repository.Root, "containers/nginx-prod/pkgs/nginx"));

    [Fact]
    public void A_layer_is_the_output_that_its_record_names()
    {
        var config = judged.ConfigOf(judged.Nginx);
        var diffIds = config.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(d => d.GetString()!).SkipLast(1);

        // Some packages of the distribution hold documents only, and so no runtime output.
        var outputs = _packages.SelectMany(p => p.Record.Outputs).Where(o => o.Key == "runtime").Select(o => o.Value.ToString());
        Assert.Equal(outputs, diffIds);
    }

    // in-toto Statement v1 and SLSA provenance v1: all fields that these require.
    [Fact]
    public void A_record_is_a_SLSA_provenance_statement()
    {
        foreach (var package in _packages)
        {
            var statement = StatementOf(package);
            Assert.Equal("https://in-toto.io/Statement/v1", statement.GetProperty("_type").GetString());
            Assert.NotEmpty(statement.GetProperty("subject").EnumerateArray());
            Assert.All(statement.GetProperty("subject").EnumerateArray(), HasSha256);
            Assert.Equal("https://slsa.dev/provenance/v1", statement.GetProperty("predicateType").GetString());
            var definition = statement.GetProperty("predicate").GetProperty("buildDefinition");
            Assert.True(Uri.IsWellFormedUriString(definition.GetProperty("buildType").GetString(), UriKind.Absolute));
            Assert.Equal(package.Package.Name, definition.GetProperty("externalParameters").GetProperty("package").GetString());
            Assert.NotEmpty(definition.GetProperty("resolvedDependencies").EnumerateArray());
            Assert.All(definition.GetProperty("resolvedDependencies").EnumerateArray(), HasSha256);
            Assert.True(Uri.IsWellFormedUriString(statement.GetProperty("predicate").GetProperty("runDetails").GetProperty("builder").GetProperty("id").GetString(), UriKind.Absolute));
        }
    }

    /// <summary>The in-toto attestation framework's own library, which knows every field and which of them are required.</summary>
    [Fact]
    public void The_attestation_frameworks_library_accepts_every_record()
    {
        var files = _packages.Select((p, i) => Put($"record{i}.json", EnvelopeOf(p))).ToArray();
        var golden = Put("golden.json", File.ReadAllBytes(Path.Combine(Repository.Root, "tests/golden/records/demo.dsse.json")));
        var nothing = Put("nothing.json", RecordFormat.Write(_packages[0].Record with { Outputs = _packages[0].Record.Outputs.Clear() }));
        var said = judged.Peers.Run(["attestation-judge", .. files, golden, nothing]).Succeeded();
        Assert.Equal(files.Length + 2, said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("golden.json: 2 subjects, 2 dependencies, built by urn:buildit:builder:local:1\n", said, StringComparison.Ordinal);
    }

    /// <summary>So that its word is worth something.</summary>
    [Theory]
    [InlineData("\"subject\":[", "\"subject\":[],\"subjects\":[", "unknown field")]
    [InlineData("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0", "wrong statement type")]
    [InlineData("\"id\":\"urn:buildit:builder:local:1\"", "\"id\":\"\"", "builder.id required")]
    [InlineData("\"version\":{", "\"versions\":{", "unknown field")]
    [InlineData("\"sha256\":\"", "\"sha256\":\"00", "digest")]
    [InlineData("\"buildType\":", "\"kind\":", "unknown field")]
    public void It_refuses_what_is_not_as_the_specifications_say(string from, string to, string why)
    {
        var statement = Encoding.UTF8.GetString(JsonDocument.Parse(RecordFormat.Write(_packages[0].Record)).RootElement.GetProperty("payload").GetBytesFromBase64());
        Assert.Contains(from, statement, StringComparison.Ordinal);
        var payload = Convert.ToBase64String(Encoding.UTF8.GetBytes(statement.Replace(from, to, StringComparison.Ordinal)));
        var file = Put("wrong.json", Encoding.UTF8.GetBytes($$"""{"payloadType":"application/vnd.in-toto+json","payload":"{{payload}}","signatures":[]}"""));
        var result = judged.Peers.Run("attestation-judge", file);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(why, result.Error, StringComparison.OrdinalIgnoreCase);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _session.Dispose();

    private string Put(string name, byte[] bytes)
    {
        File.WriteAllBytes(Path.Combine(judged.Work, name), bytes);
        return name;
    }

    private byte[] EnvelopeOf(Realised package) => _session.Session.Store.ReadBlob(_session.Session.Store.Index.FindRecord(package.Package.Key)!.Value)!;

    private JsonElement StatementOf(Realised package)
    {
        var envelope = JsonDocument.Parse(EnvelopeOf(package)).RootElement;
        Assert.Equal("application/vnd.in-toto+json", envelope.GetProperty("payloadType").GetString());
        Assert.Equal(JsonValueKind.Array, envelope.GetProperty("signatures").ValueKind);
        return JsonDocument.Parse(envelope.GetProperty("payload").GetBytesFromBase64()).RootElement;
    }

    private static void HasSha256(JsonElement descriptor) => Assert.Matches("^[0-9a-f]{64}$", descriptor.GetProperty("digest").GetProperty("sha256").GetString());
}
