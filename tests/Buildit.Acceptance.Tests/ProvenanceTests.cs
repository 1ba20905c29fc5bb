using System.Text;
using System.Text.Json;

namespace Buildit.Acceptance.Tests;

/// <summary>The record of a build names everything that was put into it, and nothing of the machine or the clock.</summary>
public sealed class ProvenanceTests
{
    [Fact]
    public async Task Every_input_is_a_dependency_with_its_digest_and_the_address_that_the_recipe_says()
    {
        using var workspace = new Workspace().WithOwnStore();
        workspace.Recipe("made", $"echo {Workspace.Fresh()} > \"$OUTPUT/it\"", tools: "[debian/dash, debian/coreutils, debian/findutils, debian/tar, debian/patch]", more: """
            versions:
              1.0:
                sources:
                  - {url: 'debian:tini/tini_0.19.0.orig.tar.gz', sha256: 0fd35a7030052acd9f58948d1d900fe1e432ee37103c5561554408bdac6bbf0d}
                  - {path: more, name: more}
            files: {/etc/placed: placed}

            """);
        workspace.Write("pkgs/test/made/more/text", "more");
        workspace.Write("pkgs/test/made/placed", "placed");
        workspace.Write("pkgs/test/made/files/helper", "helper");
        workspace.Write("mine/pkg.yaml", "base: test/made\npatches: {add.patch: adds a file}\n");
        workspace.Write("mine/add.patch", "--- /dev/null\n+++ b/added\n@@ -0,0 +1 @@\n+added\n");

        var statement = StatementOf(workspace, await workspace.MustBuildAsync("mine"));
        var definition = statement.GetProperty("predicate").GetProperty("buildDefinition");
        var materials = definition.GetProperty("resolvedDependencies").EnumerateArray()
            .ToLookup(m => m.GetProperty("name").GetString()!, m => m.TryGetProperty("uri", out var uri) ? uri.GetString() : null);
        Assert.Equal("debian:tini/tini_0.19.0.orig.tar.gz", materials["tini_0.19.0.orig.tar.gz"].Single());
        foreach (var name in new[] { "more", "add.patch", "files/helper", "/etc/placed", "debian/dash/runtime" })
        {
            Assert.Null(Assert.Single(materials[name]));
        }

        Assert.DoesNotContain(workspace.Path, statement.GetRawText(), StringComparison.Ordinal);
        Assert.False(statement.GetProperty("predicate").GetProperty("runDetails").TryGetProperty("metadata", out _));
    }

    [Fact]
    public async Task The_same_build_elsewhere_writes_the_same_record()
    {
        var mark = Workspace.Fresh();
        using var here = new Workspace().Recipe("made", $"echo {mark} > \"$OUTPUT/it\"", tools: Workspace.FewTools).WithOwnStore();
        using var there = new Workspace().Recipe("made", $"echo {mark} > \"$OUTPUT/it\"", tools: Workspace.FewTools).WithOwnStore();
        var first = StatementOf(here, await here.MustBuildAsync("test/made"));
        Assert.Equal(first.GetRawText(), StatementOf(there, await there.MustBuildAsync("test/made")).GetRawText());
    }

    /// <summary>The statement whose key is that of the log that was named.</summary>
    private static JsonElement StatementOf(Workspace workspace, Buildit.Testing.BuilditResult result)
    {
        var key = Path.GetFileNameWithoutExtension(result.Error.Split('\n').Last(l => l.Contains("building, log in ", StringComparison.Ordinal)).Trim());
        return Directory.EnumerateFiles(Path.Combine(workspace.Store, "blobs", "sha256")).Where(f => new FileInfo(f).Length < 1 << 17).Select(Statement).OfType<JsonElement>()
            .Single(s => s.GetProperty("predicate").GetProperty("buildDefinition").GetProperty("externalParameters").GetProperty("recipeKey").GetString() == key);
    }

    private static JsonElement? Statement(string file)
    {
        var bytes = File.ReadAllBytes(file);
        return Encoding.ASCII.GetString(bytes, 0, Math.Min(16, bytes.Length)) == "{\"payloadType\":\""
            ? JsonDocument.Parse(JsonDocument.Parse(bytes).RootElement.GetProperty("payload").GetBytesFromBase64()).RootElement
            : null;
    }
}
