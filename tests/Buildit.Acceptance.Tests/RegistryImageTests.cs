using System.Text;

namespace Buildit.Acceptance.Tests;

/// <summary>What people do wrong with images and registries. What works is tested with a real registry in Buildit.Peers.Tests.</summary>
public sealed class RegistryImageTests
{
    private const string Small = "- directory: {path: /srv}\n" + Workspace.OciImage;
    private static readonly string Digest = "sha256:" + new string('a', 64);

    [Fact]
    public async Task Destinations_that_are_none_are_all_told_before_anything_is_built()
    {
        using var workspace = new Workspace().Container(Small);
        (await workspace.BuildAsync("push", "containers/small", "oci://registry.example.org/team/small", "oci://registry.example.org/team/small@" + Digest)).Fails(2, "has no tag", "the digest follows from the image");
        (await workspace.BuildAsync("push", "containers/small", "oci://registry.example.org/Team:1")).Fails(2, "lower-case");
        (await workspace.BuildAsync("push", "oci://registry.example.org/team:1")).Fails(2, "no IMAGE is given");
        (await workspace.BuildAsync("push", "containers/small", "--to", "x", "oci://registry.example.org/team:1")).Fails(2, "--to is about binhosts");
        (await workspace.BuildAsync("push", "containers/small", "--bare")).Fails(2, "--bare is about registries");
        (await workspace.BuildAsync("pull", "containers/small", "--platform", "linux/arm64")).Fails(2, "--platform is about registries");
        (await workspace.BuildAsync("pull", "oci://registry.example.org/team:1", "--type", "aci")).Fails(2, "--type is about binhosts");
        (await workspace.BuildAsync("pull", "oci://registry.example.org/team:1", "--key", "nobody")).Fails(2, "'nobody' is neither a file nor one of your keys");
        Assert.False(Directory.Exists(workspace.In("out")));
    }

    [Fact]
    public async Task A_registry_that_is_not_there_or_is_none_is_told()
    {
        using var workspace = new Workspace();
        (await workspace.BuildAsync("pull", "oci://127.0.0.1:1/team:1")).Fails(4, "pulling 'oci://127.0.0.1:1/team:1' failed", "could not be connected");
        using var server = new SmallServer();
        server.Files["/v2/team/manifests/1"] = Encoding.UTF8.GetBytes("<html>hello</html>");
        (await workspace.BuildAsync("pull", "oci" + server.Url[4..] + "/team:1")).Fails(4, "is no registry");
        (await workspace.BuildAsync("pull", "oci" + server.Url[4..] + "/team:2")).Fails(3, "there is no image");
    }

    [Fact]
    public async Task A_base_that_is_none_is_told_at_its_place()
    {
        using var workspace = new Workspace();
        workspace.Container($"- image: {{type: oci, base: {{type: oci, ref: ./nothing@{Digest}}}}}\n");
        (await workspace.BuildAsync("containers/small")).Fails(7, "container.yaml:2:", "the base image", "is not in the store");
        workspace.Container("- image: {type: oci, base: {type: docker, ref: 'docker://debian'}}\n");
        (await workspace.BuildAsync("containers/small")).Fails(2, "container.yaml:2:", "docker://debian", "a base is in a registry");
        workspace.Container("- image: {type: oci, base: {type: oci, ref: ./nothing}}\n");
        (await workspace.BuildAsync("containers/small")).Fails(2, "container.yaml:2:", "has no digest");
    }

    [Fact]
    public async Task An_image_stands_on_a_layout_and_what_is_not_in_it_is_told_with_what_is()
    {
        using var workspace = new Workspace().Container(Small);
        var built = await workspace.MustBuildAsync("containers/small", "-o", "containers/top");
        var digest = built.Output.Trim().Split(' ')[1];
        workspace.Write("containers/top/container.yaml", $"- vars: {{name: top, version: 1}}\n- symlink: {{path: /srv/x, target: y}}\n- image: {{type: oci, compression: none, base: {{type: oci, ref: ./small-1-linux-amd64.oci@{Digest}}}}}\n");
        (await workspace.BuildAsync("containers/top")).Fails(2, $"it holds ./small-1-linux-amd64.oci@{digest}");
        workspace.Edit("containers/top/container.yaml", Digest, digest);
        await workspace.MustBuildAsync("containers/top");
        (await workspace.BuildAsync("rebase", "containers/top/small-1-linux-amd64.oci", "--onto", "containers/top/small-1-linux-amd64.oci")).Fails(2, "does not say what it stands on");
        (await workspace.BuildAsync("rebase", "out/nothing", "--onto", "x")).Fails(2, "there is no image 'out/nothing'");
        var rebased = await workspace.MustBuildAsync("rebase", "out/top-1-linux-amd64.oci", "--onto", "containers/top/small-1-linux-amd64.oci");
        Assert.Equal((await workspace.MustBuildAsync("containers/top")).Output.Split(' ')[1], rebased.Output.Split(' ')[1]);
    }
}
