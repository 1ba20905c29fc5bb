using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>Bills of materials of real images and packages before the schemas of their formats, by the jsonschema library of Python.</summary>
[Collection(nameof(Judged))]
public sealed class SbomTests(Judged judged)
{
    private const string Schemas = "schemas";

    [Theory]
    [InlineData("spdx", "spdx-2.3.schema.json")]
    [InlineData("cyclonedx", "bom-1.6.SNAPSHOT.schema.json")]
    public async Task Documents_are_what_their_formats_ask_for(string format, string schema)
    {
        string[] targets = ["containers/nginx-prod", "containers/redis", "containers/nginx-prod/pkgs/nginx", "debian/libssl3"];
        var files = new List<string>();
        foreach (var target in targets)
        {
            files.Add($"{target.Replace('/', '-')}.{format}.json");
            var made = await BuilditProcess.RunAsync(Repository.Root, "sbom", target, "--format", format, "-o", Path.Combine(judged.Work, files[^1]));
            Assert.True(made.ExitCode == 0, made.ToString());
        }

        Assert.Empty(Judge(schema, [.. files]));
    }

    [Theory]
    [InlineData("spdx", "spdx-2.3.schema.json", "\"SPDX-2.3\"", "\"SPDX-2.4\"")]
    [InlineData("spdx", "spdx-2.3.schema.json", "\"DESCRIBES\"", "\"DESCRIPES\"")]
    [InlineData("cyclonedx", "bom-1.6.SNAPSHOT.schema.json", "\"SHA-256\"", "\"SHA256\"")]
    [InlineData("cyclonedx", "bom-1.6.SNAPSHOT.schema.json", "\"bom-ref\": \"root\"", "\"bom-ref\": \"other\"")]
    public async Task The_judge_sees_what_is_wrong(string format, string schema, string right, string wrong)
    {
        var document = (await BuilditProcess.RunAsync(Repository.Root, "sbom", "containers/nginx-prod", "--format", format)).Output;
        Assert.Contains(right, document, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(judged.Work, "wrong.json"), document.Replace(right, wrong, StringComparison.Ordinal));
        Assert.NotEmpty(Judge(schema, "wrong.json"));
    }

    private string Judge(string schema, params string[] documents)
    {
        var place = Directory.CreateDirectory(Path.Combine(judged.Work, Schemas)).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests/Buildit.Peers.Tests/Schemas")))
        {
            File.Copy(file, Path.Combine(place, Path.GetFileName(file)), overwrite: true);
        }

        return judged.Peers.Run(["python3", "-W", "ignore", $"{Schemas}/judge.py", $"{Schemas}/{schema}", .. documents]).Succeeded();
    }
}
