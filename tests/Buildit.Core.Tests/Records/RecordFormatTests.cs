using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Buildit.Core.Records;
using Buildit.Testing;
using Record = Buildit.Core.Records.Record;

namespace Buildit.Core.Tests.Records;

public class RecordFormatTests
{
    private static readonly Record Sample = new()
    {
        Package = "app/demo",
        Version = "1.0",
        Platform = Platform.LinuxAmd64,
        RecipeKey = new(Digest.Of("recipe")),
        BuildKey = new(Digest.Of("build")),
        Outputs = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("runtime", Digest.Of("r")), KeyValuePair.Create("dev", Digest.Of("d"))]),
        RuntimeNeeds = ["debian/libc", "lib/é \"x\""],
        Sonames = ["libdemo.so.1"],
        Materials = [new("demo.tar.gz", "https://example.org/a?b=c&d", Digest.Of("m")), new("lib/x/dev", null, Digest.Of("n"))],
        Preimage = Digest.Of("preimage"),
        SourceDate = 1714521600,
    };

    [Fact]
    public void Reading_gives_what_was_written()
    {
        var read = RecordFormat.Read(RecordFormat.Write(Sample))!;
        Assert.Equal(Encoding.UTF8.GetString(RecordFormat.Write(Sample)), Encoding.UTF8.GetString(RecordFormat.Write(read)));
        Assert.Equal((Sample.Package, Sample.Version, Sample.Platform, Sample.RecipeKey, Sample.BuildKey, Sample.Preimage, Sample.SourceDate), (read.Package, read.Version, read.Platform, read.RecipeKey, read.BuildKey, read.Preimage, read.SourceDate));
        Assert.Equal(Sample.Outputs, read.Outputs);
        Assert.Equal(Sample.RuntimeNeeds.AsEnumerable(), read.RuntimeNeeds);
        Assert.Equal(Sample.Sonames.AsEnumerable(), read.Sonames);
        Assert.Equal(Sample.Materials.AsEnumerable(), read.Materials);
    }

    [Fact]
    public void Bytes_are_as_checked_in()
    {
        Golden.Check("tests/golden/records/demo.dsse.json", Encoding.UTF8.GetString(RecordFormat.Write(Sample)));
        Golden.Check("tests/golden/records/demo.statement.json", Statement(Sample).GetRawText());
    }

    /// <summary>in-toto Attestation Framework v1, "Statement"; secure-systems-lab/dsse, "envelope.md".</summary>
    [Fact]
    public void It_is_an_in_toto_statement_v1_in_a_dsse_envelope()
    {
        using var envelope = JsonDocument.Parse(RecordFormat.Write(Sample));
        Assert.Equal(["payloadType", "payload", "signatures"], envelope.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal("application/vnd.in-toto+json", envelope.RootElement.GetProperty("payloadType").GetString());

        var statement = Statement(Sample);
        Assert.Equal(["_type", "subject", "predicateType", "predicate"], statement.EnumerateObject().Select(p => p.Name));
        Assert.Equal("https://in-toto.io/Statement/v1", statement.GetProperty("_type").GetString());
        Assert.All(statement.GetProperty("subject").EnumerateArray(), CheckDescriptor);
        var names = statement.GetProperty("subject").EnumerateArray().Select(s => s.GetProperty("name").GetString()!);
        Assert.Equal(["dev", "runtime"], names);
    }

    /// <summary>slsa.dev/spec/v1.0/provenance, "Schema": required are buildType, externalParameters and builder.id; types are URIs.</summary>
    [Fact]
    public void Its_predicate_is_slsa_provenance_v1()
    {
        var statement = Statement(Sample);
        Assert.Equal("https://slsa.dev/provenance/v1", statement.GetProperty("predicateType").GetString());
        var predicate = statement.GetProperty("predicate");
        Assert.Equal(["buildDefinition", "runDetails"], predicate.EnumerateObject().Select(p => p.Name));

        var definition = predicate.GetProperty("buildDefinition");
        Assert.Empty(definition.EnumerateObject().Select(p => p.Name).Except(["buildType", "externalParameters", "internalParameters", "resolvedDependencies"]));
        Assert.True(Uri.TryCreate(definition.GetProperty("buildType").GetString(), UriKind.Absolute, out _));
        Assert.Equal(JsonValueKind.Object, definition.GetProperty("externalParameters").ValueKind);
        Assert.All(definition.GetProperty("resolvedDependencies").EnumerateArray(), CheckDescriptor);
        Assert.Equal(Sample.Materials.Length, definition.GetProperty("resolvedDependencies").GetArrayLength());

        var run = predicate.GetProperty("runDetails");
        Assert.Empty(run.EnumerateObject().Select(p => p.Name).Except(["builder", "metadata", "byproducts"]));
        Assert.True(Uri.TryCreate(run.GetProperty("builder").GetProperty("id").GetString(), UriKind.Absolute, out _));
        Assert.All(run.GetProperty("byproducts").EnumerateArray(), CheckDescriptor);
    }

    /// <summary>Only what reaches results has a version there, so that builders of several releases agree on the bytes.</summary>
    [Fact]
    public void The_builder_says_its_versions_as_texts()
    {
        var version = Statement(Sample).GetProperty("predicate").GetProperty("runDetails").GetProperty("builder").GetProperty("version");
        Assert.Equal(["sandbox-profile", "outputs", "debian-import"], version.EnumerateObject().Select(p => p.Name));
        Assert.All(version.EnumerateObject(), p => Assert.Matches("^[0-9]+$", p.Value.GetString()));
    }

    [Fact]
    public void A_package_without_outputs_is_about_nothing_and_read_as_such()
    {
        var record = Sample with { Outputs = Sample.Outputs.Clear() };
        var subject = Assert.Single(Statement(record).GetProperty("subject").EnumerateArray());
        CheckDescriptor(subject);
        Assert.Empty(RecordFormat.Read(RecordFormat.Write(record))!.Outputs);
    }

    [Theory]
    [InlineData("https://example.org/a.tar.gz", "https://example.org/a.tar.gz")]
    [InlineData("https://jane:secret@example.org/a?b=c@d", "https://example.org/a?b=c@d")]
    [InlineData("debian:zlib/zlib_1.3.orig.tar.gz", "debian:zlib/zlib_1.3.orig.tar.gz")]
    [InlineData("https://", "https://")]
    [InlineData("./a.git", null)]
    [InlineData("git@example.org:a.git", null)]
    [InlineData("file:///srv/a.tar.gz", "file:///srv/a.tar.gz")]
    [InlineData("file:a.tar.gz", null)]
    [InlineData("/home/jane/a.tar.gz", null)]
    public void Addresses_of_a_record_are_those_declared_without_passwords_and_without_paths(string url, string? uri) => Assert.Equal(uri, PublicUri.Of(url));

    [Fact]
    public void A_commit_is_named_with_its_repository() =>
        Assert.Equal(("git+https://example.org/a.git@0123", null), (PublicUri.OfGit("https://jane@example.org/a.git", "0123"), PublicUri.OfGit("/srv/a.git", "0123")));

    [Theory]
    [InlineData("application/vnd.in-toto+json", "text/plain")]
    [InlineData("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v2")]
    [InlineData("https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v2")]
    [InlineData("build-type:package:1", "build-type:package:2")]
    [InlineData("\"byproducts\":[", "\"byproducts\":[],\"x\":[")]
    [InlineData("\"name\":\"runtime\"", "\"name\":\"dev\"")]
    [InlineData("\"sourceDate\":1714521600", "\"sourceDate\":\"x\"")]
    [InlineData("\"sha256\":\"", "\"sha256\":\"x")]
    [InlineData("\"predicate\":", "\"other\":")]
    public void What_is_none_of_ours_is_not_read(string from, string to)
    {
        var statement = Statement(Sample).GetRawText();
        var envelope = $$"""{"payloadType":"application/vnd.in-toto+json","payload":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(statement.Replace(from, to, StringComparison.Ordinal)))}}","signatures":[]}""";
        Assert.NotEqual(statement + envelope, statement.Replace(from, to, StringComparison.Ordinal) + envelope.Replace(from, to, StringComparison.Ordinal));
        Assert.Null(RecordFormat.Read(Encoding.UTF8.GetBytes(envelope.Replace(from, to, StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"payloadType\":1,\"payload\":2}")]
    [InlineData("not json")]
    public void Garbage_is_not_read(string text) => Assert.Null(RecordFormat.Read(Encoding.UTF8.GetBytes(text)));

    private static JsonElement Statement(Record record)
    {
        using var envelope = JsonDocument.Parse(RecordFormat.Write(record));
        using var statement = JsonDocument.Parse(envelope.RootElement.GetProperty("payload").GetBytesFromBase64());
        return statement.RootElement.Clone();
    }

    // A ResourceDescriptor names its content by digest: lower-case hexadecimal by algorithm.
    private static void CheckDescriptor(JsonElement descriptor)
    {
        Assert.Empty(descriptor.EnumerateObject().Select(p => p.Name).Except(["name", "uri", "digest"]));
        Assert.Matches("^[0-9a-f]{64}$", descriptor.GetProperty("digest").GetProperty("sha256").GetString());
    }
}
