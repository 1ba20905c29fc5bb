using System.Text.Json;
using Buildit.Build.Engine;
using Buildit.Core.Graphs;
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

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _session.Dispose();

    private JsonElement StatementOf(Realised package)
    {
        var store = _session.Session.Store;
        var envelope = JsonDocument.Parse(store.ReadBlob(store.Index.FindRecord(package.Package.Key)!.Value)).RootElement;
        Assert.Equal("application/vnd.in-toto+json", envelope.GetProperty("payloadType").GetString());
        Assert.Equal(JsonValueKind.Array, envelope.GetProperty("signatures").ValueKind);
        return JsonDocument.Parse(envelope.GetProperty("payload").GetBytesFromBase64()).RootElement;
    }

    private static void HasSha256(JsonElement descriptor) => Assert.Matches("^[0-9a-f]{64}$", descriptor.GetProperty("digest").GetProperty("sha256").GetString());
}
