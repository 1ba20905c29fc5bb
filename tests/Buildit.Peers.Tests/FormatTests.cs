using System.Runtime.InteropServices;
using System.Text.Json;
using Buildit.Core.Trees;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>An image with everything that a root can have is the same root in every form, whoever unpacks it.</summary>
[Collection(nameof(Judged))]
public sealed partial class FormatTests : IAsyncLifetime, IDisposable
{
    private const string Capabilities = "cap_setuid,cap_net_bind_service=ep";
    private static readonly string LongName = new('n', 150);
    private readonly Judged _judged;
    private readonly SmallWorkspace _workspace = new("");
    private readonly string _name = "odd" + Guid.NewGuid().ToString("N")[..8];

    public FormatTests(Judged judged) => _judged = judged;

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_workspace.Home, "pkgs/test/odd"));
        await File.WriteAllTextAsync(Path.Combine(_workspace.Home, "pkgs/test/odd/pkg.yaml"), $$$"""
            name: odd
            versions: {1.0: {}}
            needs: {tools: [debian/dash, debian/coreutils, debian/findutils, debian/tar]}
            build:
              install: |
                mkdir -p "$OUTPUT/usr/bin" "$OUTPUT/usr/share/odd/empty" "$OUTPUT/var/sticky" "$OUTPUT/usr/share/odd/deep/{{{LongName}}}/{{{LongName}}}"
                cd "$OUTPUT/usr/bin"
                for name in plain suid capable; do echo "$name" > $name; chmod 755 $name; done
                ln plain second
                ln -s ../share/odd/{{{LongName}}} link
                cd ../share/odd
                echo long > {{{LongName}}}
                echo deep > deep/{{{LongName}}}/{{{LongName}}}/file
                echo letters > 'ünïcödé 日本語 😀'
            outputs:
              runtime:
                permissions:
                  /usr/bin/suid: {mode: "4755"}
                  /usr/bin/capable: {mode: "0755", capabilities: "{{{Capabilities}}}"}
                  /var/sticky: {mode: "1777", owner: "5:6"}
            """);
        Directory.CreateDirectory(Path.Combine(_workspace.Home, "containers/odd"));
        await File.WriteAllTextAsync(Path.Combine(_workspace.Home, "containers/odd/container.yaml"), $"""
            - vars: {"{"}name: {_name}, version: 1{"}"}
            - package: test/odd
            - image: {"{"}type: oci, tag: '{_name}:1', compression: gzip, cmd: [/usr/bin/plain]{"}"}
            - image: {"{"}type: docker-archive, tag: '{_name}:1', cmd: [/usr/bin/plain]{"}"}
            - image: {"{"}type: tar{"}"}
            - image: {"{"}type: aci, compression: none{"}"}
            """);
        Directory.CreateDirectory(Path.Combine(_workspace.Home, "containers/zstd"));
        await File.WriteAllTextAsync(Path.Combine(_workspace.Home, "containers/zstd/container.yaml"), $"""
            - vars: {"{"}name: {_name}, version: zstd{"}"}
            - package: test/odd
            - image: {"{"}type: oci, tag: '{_name}:zstd', cmd: [/usr/bin/plain]{"}"}
            """);
        await _workspace.MustAsync("containers/odd", "containers/zstd", "--output", _judged.Work);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Every_form_unpacks_to_the_same_root()
    {
        Unpack($"{FileOf("oci")}:{_name}:1", _name + ".oci-root");
        _judged.Peers.Run("skopeo", "--insecure-policy", "copy", $"docker-archive:{FileOf("docker.tar")}:{_name}:1", $"oci:{_name}.again:{_name}:1").Succeeded();
        Unpack($"{_name}.again:{_name}:1", _name + ".docker-root");
        foreach (var (form, place) in new[] { ("tar", _name + ".tar-root/rootfs"), ("aci", _name + ".aci-root") })
        {
            _judged.Peers.Shell($"mkdir -p {place} && tar -xpf {FileOf(form)} --xattrs --xattrs-include='*' --numeric-owner -C {place}").Succeeded();
        }

        var expected = Listing(_name + ".oci-root");
        Assert.All(new[] { ".docker-root", ".tar-root", ".aci-root" }, root => Assert.Equal(expected, Listing(_name + root)));
        var owner = Peers.IsRoot ? "0:0" : null;
        if (owner is not null)
        {
            Assert.Contains("var/sticky d 1777 5:6 \n", expected, StringComparison.Ordinal);
            Assert.Contains($"usr/bin/suid f 4755 {owner} 1\n", expected, StringComparison.Ordinal);
            Assert.Contains($"usr/bin/second f 755 {owner} 2\n", expected, StringComparison.Ordinal);
            Assert.Contains($"usr/share/odd/empty d 755 {owner} \n", expected, StringComparison.Ordinal);
            Assert.Contains($"usr/bin/link l 777 {owner} ../share/odd/{LongName}\n", expected, StringComparison.Ordinal);
            var attribute = FileCapabilities.TryParse(Capabilities)!.Value.ToAttribute();
            Assert.All(new[] { ".oci-root", ".docker-root", ".tar-root", ".aci-root" }, root => Assert.Equal(attribute, Attribute(Path.Combine(_judged.Work, _name + root, "rootfs/usr/bin/capable"))));
        }

        Assert.Contains("usr/share/odd/ünïcödé 日本語 😀 f 644 ", expected, StringComparison.Ordinal);
        Assert.Contains($"usr/share/odd/deep/{LongName}/{LongName}/file f 644 ", expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Skopeo_reads_the_docker_archive_as_the_image_that_it_is()
    {
        var (oci, docker) = (_judged.ConfigOf($"oci:{FileOf("oci")}:{_name}:1"), _judged.ConfigOf($"docker-archive:{FileOf("docker.tar")}"));
        Assert.True(JsonElement.DeepEquals(oci, docker));
        var inspected = JsonDocument.Parse(_judged.Peers.Run("skopeo", "inspect", $"docker-archive:{FileOf("docker.tar")}:{_name}:1").Succeeded()).RootElement;
        Assert.Equal("amd64", inspected.GetProperty("Architecture").GetString());
    }

    [Fact]
    public void Oci_image_tool_and_actool_find_nothing_wrong()
    {
        _judged.Peers.Run("oci-image-tool", "validate", "--type", "image", "--ref", $"name={_name}:1", FileOf("oci")).Succeeded();
        _judged.Peers.Run("actool", "validate", FileOf("aci")).Succeeded();
    }

    [Theory]
    [InlineData("1")]
    [InlineData("zstd")]
    public async Task What_skopeo_carries_through_a_registry_comes_back_with_the_same_digest(string version)
    {
        using var registry = await RegistryServer.StartAsync();
        var (layout, back) = (Path.Combine(_judged.Work, $"{_name}-{version}-linux-amd64.oci"), Path.Combine(_judged.Work, $"{_name}-{version}.back"));
        registry.Run("skopeo", "--insecure-policy", "copy", "--preserve-digests", "--dest-tls-verify=false", $"oci:{layout}:{_name}:{version}", $"docker://{registry.Host}/odd:{version}");
        registry.Run("skopeo", "--insecure-policy", "copy", "--preserve-digests", "--src-tls-verify=false", $"docker://{registry.Host}/odd:{version}", $"oci:{back}:{_name}:{version}");
        registry.Run("skopeo", "--insecure-policy", "copy", "--preserve-digests", $"oci:{layout}:{_name}:{version}", $"dir:{back}.dir");

        Assert.Equal(ManifestOf(layout), ManifestOf(back));
        Assert.Equal(ManifestOf(layout), "sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(back + ".dir/manifest.json"))));
    }

    [Fact]
    public void Buildah_takes_layouts_of_both_compressions_and_the_docker_archive()
    {
        const string Buildah = "buildah --storage-driver vfs --storage-opt vfs.ignore_chown_errors=true --root /tmp/storage --runroot /tmp/run";
        var result = _judged.Peers.ShellAsRoot($$$"""
            echo '{"default": [{"type": "insecureAcceptAnything"}]}' > /tmp/policy.json
            for image in oci:{{{FileOf("oci")}}}:{{{_name}}}:1 oci:{{{_name}}}-zstd-linux-amd64.oci:{{{_name}}}:zstd docker-archive:{{{FileOf("docker.tar")}}}; do
                container=$({{{Buildah}}} from --signature-policy /tmp/policy.json "$image")
                {{{Buildah}}} inspect --format '{{.OCIv1.Config.Cmd}}' "$container"
                cat "$({{{Buildah}}} mount "$container")/usr/bin/second"
            done
            """);

        Assert.Equal(string.Concat(Enumerable.Repeat("[/usr/bin/plain]plain\n", 3)), result.Succeeded().Replace("]\n", "]", StringComparison.Ordinal));
    }

    private static string ManifestOf(string layout) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(layout, "index.json"))).RootElement.GetProperty("manifests")[0].GetProperty("digest").GetString()!;

    private string FileOf(string ending) => $"{_name}-1-linux-amd64.{ending}";

    private void Unpack(string image, string bundle)
    {
        string[] mode = Peers.IsRoot ? [] : ["--rootless"];
        _judged.Peers.Run(["umoci", "unpack", .. mode, "--image", image, bundle]).Succeeded();
    }

    private string Listing(string bundle) =>
        _judged.Peers.Shell($"cd {bundle}/rootfs && find . -mindepth 1 -type f -printf '%P %y %m %U:%G %n\\n' -o -mindepth 1 -printf '%P %y %m %U:%G %l\\n' | sort").Succeeded();

    private static byte[] Attribute(string path)
    {
        var value = new byte[64];
        var length = GetAttribute(path, FileCapabilities.Attribute, value, value.Length);
        return length < 0 ? [] : value[..(int)length];
    }

    [LibraryImport("libc", EntryPoint = "lgetxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetAttribute(string path, string name, byte[] value, nint size);
}
