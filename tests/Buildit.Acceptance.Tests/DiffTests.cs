using Buildit.Testing;

namespace Buildit.Acceptance.Tests;

/// <summary>buildit diff: what differs between two packages, records, containers or images.</summary>
public sealed class DiffTests
{
    private readonly string _mark = Workspace.Fresh()[..8];

    private string Name => "test/lib" + _mark;

    [Fact]
    public async Task Two_builds_of_a_package_are_compared_inputs_first_then_files()
    {
        using var workspace = Files("one");
        var old = (await workspace.MustBuildAsync(Name)).Hash();
        workspace.Write($"pkgs/{Name}/pkg.yaml", Recipe("other text", "chmod 4755 \"$OUTPUT/usr/bin/x\"\nln -sf b \"$OUTPUT/usr/link\"\nrm \"$OUTPUT/usr/gone\"\necho new > \"$OUTPUT/usr/new\"\nmkdir \"$OUTPUT/usr/share\" \"$OUTPUT/usr/share/doc\"\necho doc > \"$OUTPUT/usr/share/doc/x\"", "outputs: {runtime: {permissions: {/usr/bin/x: {mode: '4755', owner: '1:2'}}}}\n"));
        var now = (await workspace.MustBuildAsync(Name)).Hash();
        var result = await workspace.BuildAsync("diff", old[..8], Name);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("", result.Error);
        Assert.Equal(
            $"""
            --- {old[..8]} (package {Name}-1.0, HASH {old})
            +++ {Name} (package {Name}-1.0, HASH {now})
            inputs
              phase install of {Name} changed (pkgs/{Name}/pkg.yaml:10)
                @@ -2,4 +2,9 @@
                 ln -s a "$OUTPUT/usr/link"
                 touch "$OUTPUT/usr/gone"
                -echo one > "$OUTPUT/usr/bin/x"
                -true
                +echo other text > "$OUTPUT/usr/bin/x"
                +chmod 4755 "$OUTPUT/usr/bin/x"
                +ln -sf b "$OUTPUT/usr/link"
                +rm "$OUTPUT/usr/gone"
                +echo new > "$OUTPUT/usr/new"
                +mkdir "$OUTPUT/usr/share" "$OUTPUT/usr/share/doc"
                +echo doc > "$OUTPUT/usr/share/doc/x"
              permission of /usr/bin/x of {Name} added (pkgs/{Name}/pkg.yaml:4)
            doc
              + usr (directory 0755)
              + usr/share (directory 0755)
              + usr/share/doc (directory 0755)
              + usr/share/doc/x (0644, 4 bytes)
            runtime
                usr/bin/x: content; size 4 -> 11; mode 0644 -> 4755; owner 0:0 -> 1:2
              - usr/gone (0644, 0 bytes)
                usr/link: target a -> b
              + usr/new (0644, 4 bytes)

            """,
            result.Output);
    }

    [Fact]
    public async Task Equal_things_have_no_difference_and_the_exit_code_says_so()
    {
        using var workspace = Files("one");
        var hash = (await workspace.MustBuildAsync(Name)).Hash();
        foreach (var (a, b) in new[] { (hash, Name), (Name, $"./pkgs/{Name}"), (hash.ToUpperInvariant(), hash[..13]) })
        {
            var result = await workspace.BuildAsync("diff", a, b);
            Assert.Equal(0, result.ExitCode);
            Assert.EndsWith("equal: runtime\nno difference\n", result.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_record_is_compared_as_what_it_records()
    {
        using var workspace = Files("one");
        var old = (await workspace.MustBuildAsync(Name)).Hash();
        File.Copy(Directory.EnumerateFiles(Path.Combine(workspace.Store, "blobs/sha256")).OrderByDescending(File.GetLastWriteTimeUtc).First(IsItsRecord), workspace.In("record.json"));
        Assert.Equal(0, (await workspace.BuildAsync("diff", "record.json", old)).ExitCode);
        workspace.Edit($"pkgs/{Name}/pkg.yaml", "echo one", "echo two");
        var result = await workspace.BuildAsync("diff", "record.json", Name);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"  phase install of {Name} changed (pkgs/{Name}/pkg.yaml:9)\n", result.Output, StringComparison.Ordinal);
        Assert.EndsWith($"note: '{Name}' is not in the store: files are not compared\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_libraries_it_is_told_what_they_are_called_and_need()
    {
        using var workspace = new Workspace();
        workspace.Write($"pkgs/{Name}/src/x.c", "#include <math.h>\ndouble x(double y) { return sin(y); }\n");
        workspace.Recipe("lib" + _mark, "mkdir -p \"$OUTPUT/usr/lib\"\ncc -shared -fPIC -Wl,-soname,libx.so.1 -o \"$OUTPUT/usr/lib/libx.so.1\" x.c", "versions: {1.0: {sources: [{path: src}]}}\n");
        var old = (await workspace.MustBuildAsync(Name)).Hash();
        workspace.Edit($"pkgs/{Name}/pkg.yaml", "-soname,libx.so.1", "-soname,libx.so.2");
        workspace.Edit($"pkgs/{Name}/pkg.yaml", "x.c", "x.c -lm");
        await workspace.MustBuildAsync(Name);
        var result = await workspace.BuildAsync("diff", old, Name);
        Assert.Matches("    usr/lib/libx.so.1: content; (size [0-9]+ -> [0-9]+; )?soname libx.so.1 -> libx.so.2; needed (libc.so.6|\\(nothing\\)) -> libm.so.6", result.Output);
    }

    [Fact]
    public async Task Images_are_compared_by_documents_layers_and_files_whatever_form_they_have()
    {
        using var workspace = Files("one");
        Container(workspace, "small:1", "hello");
        await workspace.MustBuildAsync("containers/small");
        Run.Shell($"mv '{workspace.Path}/out' '{workspace.Path}/old' && cd '{workspace.Path}' && tar -C old/small-1-linux-amd64.oci -cf old.oci.tar .");
        Container(workspace, "small:2", "hello again", "user: '5', ");
        await workspace.MustBuildAsync("containers/small");

        var oci = await workspace.BuildAsync("diff", "old.oci.tar", "out/small-1-linux-amd64.oci");
        Assert.Equal(1, oci.ExitCode);
        Assert.Matches("\nconfiguration\n  config.User: \\(nothing\\) -> \"5\"\nlayers\n   ", oci.Output);
        Assert.Matches("\n  - [0-9a-f]{12} .*  buildit: container layer\n  \\+ [0-9a-f]{12} .*  buildit: container layer\nroot\n    etc/motd: content; size 6 -> 12\n$", oci.Output);

        var aci = await workspace.BuildAsync("diff", "old/small-1-linux-amd64.aci", "out/small-1-linux-amd64.aci");
        Assert.EndsWith("\nroot\n    etc/motd: content; size 6 -> 12\n", aci.Output, StringComparison.Ordinal);

        var both = await workspace.BuildAsync("diff", "out/small-1-linux-amd64.oci", "out/small-1-linux-amd64.aci");
        Assert.Equal(0, both.ExitCode);
        Assert.EndsWith("equal: root\nnote: one is an oci image, the other an aci image: only their files are compared\nno difference\n", both.Output, StringComparison.Ordinal);

        var composed = await workspace.BuildAsync("diff", "containers/small", "out/small-1-linux-amd64.aci");
        Assert.Equal(0, composed.ExitCode);
    }

    [Fact]
    public async Task Containers_are_compared_by_what_they_declare()
    {
        using var workspace = Files("one");
        Container(workspace, "small:1", "hello");
        await workspace.MustBuildAsync("containers/small");
        Run.Shell($"cp -r '{workspace.Path}/containers/small' '{workspace.Path}/containers/other'");
        Assert.Equal(0, (await workspace.BuildAsync("diff", "containers/small", "containers/other")).ExitCode);
        workspace.Edit("containers/other/container.yaml", "name: small", "name: other");
        workspace.Write("containers/other/motd", "bye\n");
        var result = await workspace.BuildAsync("diff", "containers/small", "containers/other");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("    -- vars: {name: small, version: 1}\n    +- vars: {name: other, version: 1}\n", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("root\n    etc/motd: content; size 6 -> 4\n", result.Output, StringComparison.Ordinal);

        workspace.Edit($"pkgs/{Name}/pkg.yaml", "echo one", "echo two");
        (await workspace.BuildAsync("diff", "containers/small", "out/small-1-linux-amd64.oci")).Fails(7, $"'{Name}-1.0' of 'containers/small' is not in the store", "run 'buildit containers/small' first");
        result = await workspace.BuildAsync("diff", "containers/small", "containers/other");
        Assert.Contains("the container's own files\n    etc/motd: content; size 6 -> 4\n", result.Output, StringComparison.Ordinal);
        Assert.Contains($"note: '{Name}-1.0' of 'containers/small' is not in the store: files of packages are not compared\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_programs_it_says_the_same()
    {
        using var workspace = Files("one");
        Container(workspace, "small:1", "hello", package: false);
        var old = (await workspace.MustBuildAsync(Name)).Hash();
        await workspace.MustBuildAsync("containers/small");
        Run.Shell($"mv '{workspace.Path}/out' '{workspace.Path}/old'");
        workspace.Edit($"pkgs/{Name}/pkg.yaml", "echo one", "echo two!");
        Container(workspace, "small:1", "bye", "user: '5', ", package: false);
        await workspace.MustBuildAsync(Name, "containers/small");
        Golden.Check("tests/golden/explain/diff-packages.json", await JsonAsync(workspace, old, Name));
        Golden.Check("tests/golden/explain/diff-images.json", await JsonAsync(workspace, "old/small-1-linux-amd64.oci", "out/small-1-linux-amd64.oci"));
    }

    [Fact]
    public async Task Damaged_and_hostile_images_are_told_as_such()
    {
        using var workspace = new Workspace();
        workspace.Write("text.aci", "no image\n");
        workspace.Write("record.json", "{\"payloadType\": 1}\n");
        Directory.CreateDirectory(workspace.In("empty.oci"));
        workspace.Write("empty.oci/oci-layout", "{}");
        Run.Shell($"cd '{workspace.Path}' && mkdir -p a/rootfs && echo '{{}}' > a/manifest && echo x > a/rootfs/x && tar -C a -cf good.aci manifest rootfs && tar -C a --transform 's,rootfs/x,rootfs/../../x,' -P -cf up.aci manifest rootfs && gzip -c good.aci > cut.aci && truncate -s 100 cut.aci");
        Assert.Equal(0, (await workspace.BuildAsync("diff", "good.aci", "good.aci")).ExitCode);
        (await workspace.BuildAsync("diff", "good.aci", "text.aci")).Fails(2, "image 'text.aci' ");
        (await workspace.BuildAsync("diff", "good.aci", "up.aci")).Fails(2, "image 'up.aci' refused", "leads out of it");
        (await workspace.BuildAsync("diff", "cut.aci", "good.aci")).Fails(2, "image 'cut.aci' is ");
        (await workspace.BuildAsync("diff", "empty.oci", "good.aci")).Fails(2, "image 'empty.oci' is damaged: there is no 'index.json'");
        (await workspace.BuildAsync("diff", "record.json", "good.aci")).Fails(2, "'record.json' is neither a record nor an image");
    }

    [Fact]
    public async Task Mistakes_are_told_with_exit_codes_that_are_no_answer()
    {
        using var workspace = Files("one");
        (await workspace.BuildAsync("diff", "00000000", Name)).Fails(3, "no package in the store has a HASH that begins with '00000000'");
        (await workspace.BuildAsync("diff", "nothing", Name)).Fails(2, "there is no target 'nothing'");
        (await workspace.BuildAsync("diff", "test/none", Name)).Fails(3, "there is no package 'test/none'");
        (await workspace.BuildAsync("diff", Name)).Fails(2, "required argument 'B' missing");
        Container(workspace, "small:1", "hello");
        (await workspace.BuildAsync("diff", "containers/small", Name)).Fails(2, $"'containers/small' is a container, '{Name}' is a package");
    }

    private bool IsItsRecord(string blob)
    {
        var text = new FileInfo(blob).Length < 50_000 ? File.ReadAllText(blob) : "";
        return text.StartsWith("{\"payloadType\"", StringComparison.Ordinal) && System.Text.Encoding.UTF8.GetString(System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("payload").GetBytesFromBase64()).Contains(_mark, StringComparison.Ordinal);
    }

    private async Task<string> JsonAsync(Workspace workspace, string old, string now)
    {
        var result = await workspace.BuildAsync("diff", old, now, "--json");
        Assert.Equal(1, result.ExitCode);
        using var parsed = System.Text.Json.JsonDocument.Parse(result.Output);
        return Anonymous.Of(result.Output.Replace(_mark, "", StringComparison.Ordinal));
    }

    private static string Recipe(string text, string more, string keys = "") =>
        $"name: lib\nversions: {{1.0: {{}}}}\nneeds: {{tools: {Workspace.FewTools}}}\n{keys}build:\n  install: |\n    mkdir \"$OUTPUT/usr\" \"$OUTPUT/usr/bin\"\n    ln -s a \"$OUTPUT/usr/link\"\n    touch \"$OUTPUT/usr/gone\"\n    echo {text} > \"$OUTPUT/usr/bin/x\"\n{string.Concat(more.Split('\n').Select(l => $"    {l}\n"))}";

    private Workspace Files(string text)
    {
        var workspace = new Workspace();
        workspace.Write($"pkgs/{Name}/pkg.yaml", Recipe(text, "true"));
        return workspace;
    }

    private void Container(Workspace workspace, string tag, string motd, string settings = "", bool package = true)
    {
        workspace.Write("containers/small/motd", motd + "\n");
        workspace.Container($"{(package ? $"- package: {Name}\n" : "")}- sync: {{src: ./motd, dest: /etc/motd}}\n- image: {{type: oci, tag: '{tag}', {settings}compression: none}}\n- image: {{type: aci, compression: none}}\n");
    }
}
