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
        var manifest = AciManifest.Make(container with { Platform = new("linux", "arm64") }, step, Sample.Date, bag);
        Assert.Empty(bag.Items);
        Golden.Check("generated.manifest.json", Encoding.UTF8.GetString(manifest!) + "\n");
    }

    [Fact]
    public void Settings_that_no_manifest_can_say_are_told_at_the_image_step()
    {
        var step = Sample.Image(ImageFormat.Aci, new() { Expose = ["http"], WorkingDirectory = "srv", Environment = [new("1A", "")] });
        var bag = new DiagnosticBag();
        Assert.Null(AciManifest.Make(Sample.Container("/nowhere", step), step, Sample.Date, bag));
        Assert.Equal(3, bag.Items.Count);
        Assert.All(bag.Items, i => Assert.Equal(Sample.Span, i.Span));
    }

    private const string Content = """
            content: |
              {"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "a",
               "app": {"exec": ["/a"], "user": "0", "group": "0",
                       "ports": [{"name": "http", "protocol": "tcp", "port": 80}],
                       "mountPoints": [{"name": "data", "path": "/data"}]}}

        """;

    private const string Written = """ "acKind":"ImageManifest","acVersion":"0.8.11","name":"a","app":{"exec":["/a"],"user":"0","group":"0","ports":[{"name":"http","protocol":"tcp","port":80}],"mountPoints":[{"name":"data","path":"/data"}] """;

    [Theory]
    [InlineData("", "")]
    [InlineData("    expose: [80]\n    volumes: [/data]\n    entrypoint: [/a]\n    user: '0'\n    ports: {http: 80}\n", "")]
    [InlineData("    env: {A: b}\n    workdir: /w\n", ""","workingDirectory":"/w","environment":[{"name":"A","value":"b"}]""")]
    [InlineData("    event-handlers: {post-stop: [/z], pre-start: [/b, -c]}\n", ""","eventHandlers":[{"name":"pre-start","exec":["/b","-c"]},{"name":"post-stop","exec":["/z"]}]""")]
    [InlineData("    supplementary-gids: [4, 5]\n    user-labels: {A b: c}\n    user-annotations: {x: 'y'}\n", ""","supplementaryGIDs":[4,5],"userAnnotations":{"x":"y"},"userLabels":{"A b":"c"}""")]
    [InlineData("    isolators: {cpu: 500m, memory: {request: 1Gi, limit: 2Gi}}\n", ""","isolators":[{"name":"resource/cpu","value":{"limit":"500m"}},{"name":"resource/memory","value":{"request":"1Gi","limit":"2Gi"}}]""")]
    [InlineData("    isolators: {block-iops: 5, network-bandwidth: {limit: 1G}}\n", ""","isolators":[{"name":"resource/block-iops","value":{"default":true,"limit":"5"}},{"name":"resource/network-bandwidth","value":{"default":true,"limit":"1G"}}]""")]
    [InlineData("    isolators: {capabilities-retain-set: [CAP_CHOWN], seccomp-remove-set: {set: [kill], errno: EPERM}}\n", ""","isolators":[{"name":"os/linux/capabilities-retain-set","value":{"set":["CAP_CHOWN"]}},{"name":"os/linux/seccomp-remove-set","value":{"set":["kill"],"errno":"EPERM"}}]""")]
    [InlineData("    isolators: {no-new-privileges: yes, oom-score-adj: -5, cpu-shares: 9, sysctl: {a.b: 1}}\n", ""","isolators":[{"name":"os/linux/no-new-privileges","value":true},{"name":"os/linux/oom-score-adj","value":-5},{"name":"os/linux/cpu-shares","value":9},{"name":"os/unix/sysctl","value":{"a.b":"1"}}]""")]
    [InlineData("    isolators: {selinux-context: {user: u, role: r, type: t, level: s0}}\n", ""","isolators":[{"name":"os/linux/selinux-context","value":{"user":"u","role":"r","type":"t","level":"s0"}}]""")]
    public void Keys_add_to_what_content_leaves_out(string keys, string added)
    {
        var (manifest, mistakes) = Make(Content + keys);
        Assert.Equal([], mistakes);
        Assert.Equal("{" + Written.Trim() + added + "}}", manifest);
    }

    [Theory]
    [InlineData("    ports: {https: {port: 443, protocol: tcp, count: 2, socket-activated: true}}\n", ""","port":80},{"name":"https","protocol":"tcp","port":443,"count":2,"socketActivated":true}]""")]
    [InlineData("    expose: [80, 53/udp]\n", ""","port":80},{"name":"53-udp","protocol":"udp","port":53}]""")]
    [InlineData("    mount-points: {logs: /logs, tls: {path: /tls, read-only: true}}\n", ""","path":"/data"},{"name":"logs","path":"/logs"},{"name":"tls","path":"/tls","readOnly":true}]""")]
    [InlineData("    labels: {homepage: 'https://a/'}\n", ""","annotations":[{"name":"homepage","value":"https://a/"}]}""")]
    public void Keys_add_to_lists_of_content_what_has_another_name(string keys, string part)
    {
        var (manifest, mistakes) = Make(Content + keys);
        Assert.Equal([], mistakes);
        Assert.Contains(part, manifest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("    ports:\n      http: 8080\n", "10:7 'http' of 'ports' is {\"name\":\"http\",\"protocol\":\"tcp\",\"port\":8080} here, and {\"name\":\"http\",\"protocol\":\"tcp\",\"port\":80} at container.yaml:7:26")]
    [InlineData("    user: web\n", "2:3 'user' is \"web\" here, and \"0\" at container.yaml:6:40")]
    [InlineData("    entrypoint: [/b]\n", "2:3 'exec' is [\"/b\"] here, and [\"/a\"] at container.yaml:6:24")]
    [InlineData("    mount-points: {other: /x, data: /other}\n", "9:31 'data' of 'mountPoints' is ")]
    [InlineData("    isolators: {cpu: much}\n", "9:22 expected a quantity")]
    [InlineData("    isolators: {capabilities-retain-set: [A], capabilities-remove-set: [B]}\n", "9:47 'os/linux/capabilities-retain-set' and 'os/linux/capabilities-remove-set' cannot be used together")]
    [InlineData("    isolators: {seccomp-retain-set: []}\n", "9:37 the set must not be empty")]
    [InlineData("    ports: {a: 70000}\n", "9:16 expected a whole number from 1 to 65535")]
    [InlineData("    ports: {a: {port: 65535, count: 2}}\n", "9:37 the last port would be above 65535")]
    [InlineData("    supplementary-gids: [-1]\n", "9:26 expected a whole number from 0")]
    public void A_contradiction_or_a_mistake_is_told_at_its_place(string keys, string start)
    {
        var (manifest, mistakes) = Make(Content.TrimEnd() + "\n" + keys);
        Assert.Null(manifest);
        Assert.StartsWith(start, Assert.Single(mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_alone_make_a_whole_manifest_of_root_s()
    {
        var (manifest, mistakes) = Make("    mount-points: {data: /data}\n    volumes: [/data, /more]\n    ports: {dns: {port: 53, protocol: udp}}\n    expose: [53/udp, 80]\n");
        Assert.Equal([], mistakes);
        Assert.Contains(
            """ "app":{"exec":[],"user":"0","group":"0","mountPoints":[{"name":"volume-more","path":"/more"},{"name":"data","path":"/data"}],"ports":[{"name":"80-tcp","protocol":"tcp","port":80},{"name":"dns","protocol":"udp","port":53}]} """.Trim(),
            manifest,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Content_without_an_app_gets_one_of_root_s_from_the_keys()
    {
        var (manifest, mistakes) = Make("    content: '{\"acKind\": \"ImageManifest\", \"acVersion\": \"0.8.11\", \"name\": \"a\"}'\n    entrypoint: [/a]\n");
        Assert.Equal([], mistakes);
        Assert.Equal("""{"acKind":"ImageManifest","acVersion":"0.8.11","name":"a","app":{"exec":["/a"],"user":"0","group":"0"}}""", manifest);
    }

    private static (string? Manifest, string[] Mistakes) Make(string keys)
    {
        var bag = new DiagnosticBag();
        var container = ContainerParser.Parse(new("container.yaml", "- vars: {name: x, version: 1}\n- image:\n    type: aci\n" + keys), "/", bag);
        Assert.Empty(bag.Items);
        var bytes = AciManifest.Make(container!, container!.Steps.OfType<Step.Image>().Single(), 0, bag);
        return (bytes is null ? null : Encoding.UTF8.GetString(bytes), [.. bag.Items.Select(i => $"{i.Span!.Value.Line}:{i.Span.Value.Column} {i.Message}")]);
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
