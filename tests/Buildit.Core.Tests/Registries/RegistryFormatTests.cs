using System.Text;
using Buildit.Core.Registries;

namespace Buildit.Core.Tests.Registries;

public sealed class RegistryFormatTests
{
    [Fact]
    public void A_challenge_may_have_commas_in_its_values_and_values_without_quotes()
    {
        var challenge = AuthChallenge.Parse("Bearer", """realm="https://auth.example.org/token",service=registry, Scope="repository:a/b:pull,push" """);
        Assert.Equal(new Uri("https://auth.example.org/token"), challenge.Realm);
        Assert.Equal("registry", challenge.Parameters["service"]);
        Assert.Equal("repository:a/b:pull,push", challenge.Parameters["scope"]);
        Assert.Null(AuthChallenge.Parse("Basic", "realm=\"https://x\"").Realm);
        Assert.Empty(AuthChallenge.Parse("Negotiate", null).Parameters);
    }

    [Fact]
    public void Logins_of_docker_are_found_by_host()
    {
        var configuration = DockerConfiguration.Parse(Encoding.UTF8.GetBytes("""
            {"auths": {"a.example.org:5000": {"auth": "dTpwOncK"}, "https://index.docker.io/v1/": {"auth": "dTpw"}, "kept.example.org": {}, "token.example.org": {"auth": "dTo=", "identitytoken": "t"}},
             "credHelpers": {"b.example.org": "pass"}, "credsStore": "secretservice", "HttpHeaders": {}}
            """))!;
        Assert.Equal(new RegistryLogin("u", "p:w\n"), configuration.Logins["a.example.org:5000"]);
        Assert.Equal(new RegistryLogin("u", "p"), configuration.Logins["index.docker.io"]);
        Assert.True(configuration.Logins["token.example.org"].IsToken);
        Assert.False(configuration.Logins.ContainsKey("kept.example.org"));
        Assert.Equal("docker-credential-pass", configuration.HelperOf("b.example.org"));
        Assert.Equal("docker-credential-secretservice", configuration.HelperOf("c.example.org"));
        Assert.Null(DockerConfiguration.Empty.HelperOf("c.example.org"));
    }

    [Theory]
    [InlineData("auths:")]
    [InlineData("[]")]
    [InlineData("""{"auths": {"a": {"auth": "?"}}}""")]
    public void What_docker_has_not_written_is_no_configuration(string text) => Assert.Null(DockerConfiguration.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void An_artifact_is_read_as_it_was_written()
    {
        var blob = new Descriptor("text/plain", Digest.Of("x"), 1) { Title = "x.txt", Data = "x"u8.ToArray() };
        var bytes = new ArtifactManifest("application/x", [blob]) { Subject = new(ArtifactManifest.MediaType, Digest.Of("image"), 5) }.Write();
        var read = ArtifactManifest.Read(bytes)!;
        Assert.Equal(("application/x", Digest.Of("image"), Digest.Of("x"), "x"), (read.Type, read.Subject!.Digest, read.Layers[0].Digest, Encoding.UTF8.GetString(read.Layers[0].Data.Span)));
        Assert.Null(ArtifactManifest.Read("""{"layers": []}"""u8.ToArray()));
        Assert.Null(ArtifactManifest.Read("""{"artifactType": "x", "layers": [{"mediaType": "a", "digest": "sha256:1", "size": 1}]}"""u8.ToArray()));
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{\"manifests\": {}}")]
    [InlineData("{\"manifests\": [1]}")]
    [InlineData("{\"manifests\": [{\"digest\": \"\\ud800\"}]}")]
    public void A_list_of_referrers_that_is_none_is_replaced(string list)
    {
        var artifact = new ArtifactManifest("a", []);
        Assert.Equal(ReferrerList.Add(null, artifact, artifact.Write(), "one"), ReferrerList.Add(Encoding.UTF8.GetBytes(list), artifact, artifact.Write(), "one"));
    }

    [Fact]
    public void Texts_of_another_kind_in_a_list_of_referrers_are_those_of_others()
    {
        var artifact = new ArtifactManifest("a", []);
        var text = Encoding.UTF8.GetString(ReferrerList.Add("""{"manifests":[{"digest":1,"annotations":{"io.buildit.name":[]}},{"annotations":7}]}"""u8.ToArray(), artifact, artifact.Write(), "one")!);
        Assert.Contains("""{"digest":1,"annotations":{"io.buildit.name":[]}},{"annotations":7},""", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_referrers_has_the_latest_state_of_each_artifact_once()
    {
        var (first, second, other) = (new ArtifactManifest("a", []), new ArtifactManifest("b", []), new ArtifactManifest("c", []));
        var list = ReferrerList.Add(null, first, first.Write(), "one");
        Assert.Null(ReferrerList.Add(list, first, first.Write(), "one"));
        list = ReferrerList.Add(list, other, other.Write(), "two");
        list = ReferrerList.Add(list, second, second.Write(), "one");
        var text = Encoding.UTF8.GetString(list!);
        Assert.DoesNotContain(Digest.Of(first.Write()).ToString(), text, StringComparison.Ordinal);
        Assert.Contains(Digest.Of(second.Write()).ToString(), text, StringComparison.Ordinal);
        Assert.Contains(Digest.Of(other.Write()).ToString(), text, StringComparison.Ordinal);
    }
}
