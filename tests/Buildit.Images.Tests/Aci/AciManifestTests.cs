using System.Text;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Images.Aci;

namespace Buildit.Images.Tests.Aci;

public class AciManifestTests
{
    [Theory]
    [MemberData(nameof(VerdictTable.Rows), MemberType = typeof(VerdictTable))]
    public void A_manifest_is_judged_at_least_as_strictly_as_by_actool(string title, string manifest, bool actool, Verdict expected)
    {
        Assert.True(actool || expected != Verdict.Good, title);
        var (bytes, bag) = Check(manifest);
        var verdict = bytes is null ? Verdict.Bad : bag.Items.Count > 0 ? Verdict.Warned : Verdict.Good;
        Assert.True(expected == verdict, $"{title}: {verdict}: {string.Join("; ", bag.Items.Select(i => i.Message))}");
        Assert.Equal(verdict == Verdict.Bad, bag.HasErrors);
    }

    [Theory]
    [MemberData(nameof(VerdictTable.Rows), MemberType = typeof(VerdictTable))]
    public void A_corrected_manifest_needs_no_further_correction(string title, string manifest, bool actool, Verdict expected)
    {
        Assert.NotEmpty(title);
        if (Check(manifest).Bytes is { } once && (!actool || expected == Verdict.Good))
        {
            var (twice, bag) = Check(Encoding.UTF8.GetString(once));
            Assert.Empty(bag.Items);
            Assert.Equal(once, twice);
        }
    }

    [Fact]
    public void All_mistakes_are_told_at_once_at_their_place_in_the_file()
    {
        const string Text = """
            - vars: {name: x, version: 1}
            - image:
                type: aci
                content: |
                  {"acKind": "ImageManifest",
                   "acVersion": "0.6",
                   "name": "{{ name }}",
                   "labels": [{"name": "os", "value": 7}]}
            """;
        var bag = new DiagnosticBag();
        Assert.Null(AciManifest.Check(ContentOf(Text), bag));
        Assert.Equal(["container.yaml:6:21", "container.yaml:8:43"], bag.Items.Select(i => i.Span.ToString()!));
    }

    [Fact]
    public void A_syntax_error_points_at_its_place()
    {
        const string Text = "- vars: {name: x, version: 1}\n- image:\n    type: aci\n    content: |\n      {\n        \"acKind\": ImageManifest\n      }\n";
        var bag = new DiagnosticBag();
        AciManifest.Check(ContentOf(Text), bag);
        var diagnostic = Assert.Single(bag.Items);
        Assert.Equal("container.yaml:6:19", diagnostic.Span.ToString());
        Assert.StartsWith("not JSON: 'I' is an invalid start of a value", diagnostic.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sysadmin42/nginx-1.7.6-p1", "sysadmin42/nginx-1.7.6-p1")]
    [InlineData("a--b", "a-b")]
    [InlineData("a+-b", "a-b")]
    [InlineData("libstdc++6", "libstdc_6")]
    [InlineData("/x/", "x")]
    [InlineData("Größe", "gr_e")]
    [InlineData("++", null)]
    public void A_legal_identifier_is_made(string written, string? expected) => Assert.Equal(expected, AciName.MakeIdentifier(written));

    [Theory]
    [InlineData("/var/lib/My_Data", "var-lib-my-data")]
    [InlineData("", null)]
    public void A_legal_name_is_made(string written, string? expected) => Assert.Equal(expected, AciName.MakeName(written));

    [Fact]
    public void A_manifest_is_made_from_the_settings()
    {
        var settings = new ImageSettings
        {
            Entrypoint = ["/usr/sbin/nginx"],
            Cmd = ["-g", "daemon off;"],
            Expose = ["443", "80", "53/udp"],
            Volumes = ["/var/lib/data"],
            Environment = [new("TZ", "UTC")],
            User = "nginx",
            WorkingDirectory = "/srv",
        };
        var step = Sample.Image(ImageFormat.Aci, settings);
        var container = Sample.Container("/nowhere", new Step.Accounts([new("nginx", 101, 102, "/", "/bin/false", "")], []) { Span = Sample.Span }, step);
        var bag = new DiagnosticBag();
        var manifest = GeneratedManifest.Make(container with { Platform = new("linux", "arm64") }, step, Sample.Date, bag);
        Assert.Empty(bag.Items);
        Golden.Check("generated.manifest.json", Encoding.UTF8.GetString(manifest!) + "\n");
    }

    [Fact]
    public void Settings_that_no_manifest_can_say_are_told_at_the_image_step()
    {
        var step = Sample.Image(ImageFormat.Aci, new() { Expose = ["http"], WorkingDirectory = "srv", Environment = [new("1A", "")] });
        var bag = new DiagnosticBag();
        Assert.Null(GeneratedManifest.Make(Sample.Container("/nowhere", step), step, Sample.Date, bag));
        Assert.Equal(3, bag.Items.Count);
        Assert.All(bag.Items, i => Assert.Equal(Sample.Span, i.Span));
    }

    private static BlockText ContentOf(string text)
    {
        var bag = new DiagnosticBag();
        var container = ContainerParser.Parse(new("container.yaml", text), "/", bag);
        Assert.Empty(bag.Items);
        return container!.Steps.OfType<Step.Image>().Single().Content!;
    }

    private static (byte[]? Bytes, DiagnosticBag Bag) Check(string manifest)
    {
        var bag = new DiagnosticBag();
        return (AciManifest.Check(new(manifest, new(new("manifest", manifest), 1, 1)), bag), bag);
    }
}
