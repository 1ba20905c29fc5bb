using Buildit.Core.Containers;

namespace Buildit.Core.Tests.Containers;

/// <summary>What a container.yaml says arrives as a value.</summary>
public sealed class ContainerParserTests
{
    private const string Nginx = """
        - vars: {author: Sysadmin42, name: nginx-production, version: 1.26.3-p1, os: linux, arch: amd64}
        - package: {type: embedded, path: ./pkgs/nginx}       # a recipe in this container's directory
        - package: {type: recipe, name: dev-libs/openssl}     # from the recipe trees; short form `- package: dev-libs/openssl`
        - package: debian/ca-certificates                     # an exact existing package
        - sync: {src: ./files/nginx.conf, dest: /etc/nginx/nginx.conf, recursive: True, chmod: 0644, chown: root:root}
        - directory: {path: /var/log/nginx, chmod: 0755, chown: nginx:nginx}
        - symlink: {path: /var/log/nginx/access.log, target: /dev/stdout}
        - accounts: {users: [{name: nginx, uid: 101, gid: 101, home: /nonexistent, shell: /usr/sbin/nologin}], groups: [{name: nginx, gid: 101}]}
        - test: {command: [/usr/sbin/nginx, -t], expect: {exit: 0}}
        - image:
            type: aci
            content: |                                        # image manifest, a template over vars
              {"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "{{ name }}-{{ version }}",
               "labels": [{"name": "os", "value": "{{ os }}"}, {"name": "arch", "value": "{{ arch }}"}],
               "app": {"exec": ["/usr/sbin/nginx"], "user": "0", "group": "0"}}
        - image: {type: oci, tag: "{{ name }}:{{ version }}", entrypoint: [/usr/sbin/nginx, -g, "daemon off;"], expose: [80], user: nginx}
        """;

    [Fact]
    public void The_documented_container_is_read()
    {
        var container = Read(Nginx);
        Assert.Equal("Sysadmin42/nginx-production-1.26.3-p1", container.DisplayName);
        Assert.Equal(Platform.LinuxAmd64, container.Platform);
        Assert.Equal(10, container.Steps.Length);
        Assert.Equal("./pkgs/nginx", ((Step.EmbeddedPackage)container.Steps[0]).Path.Value);
        Assert.Equal(["dev-libs/openssl", "debian/ca-certificates"], container.Steps.OfType<Step.NamedPackage>().Select(p => p.Name.Value));
        var sync = container.Steps.OfType<Step.Sync>().Single();
        Assert.Equal(("./files/nginx.conf", "/etc/nginx/nginx.conf", true, 0x1A4, "root:root", false),
            (sync.Source.Value, sync.Destination, sync.Recursive, sync.Mode!.Value, sync.Owner!.Value.Value, sync.Template));
        Assert.Equal(0x1ED, container.Steps.OfType<Step.Directory>().Single().Mode);
        Assert.Equal("/dev/stdout", container.Steps.OfType<Step.Symlink>().Single().Target);
        var accounts = container.Steps.OfType<Step.Accounts>().Single();
        Assert.Equal(new User("nginx", 101, 101, "/nonexistent", "/usr/sbin/nologin", ""), accounts.Users.Single());
        Assert.Equal(new Group("nginx", 101), accounts.Groups.Single());
        Assert.Equal(["/usr/sbin/nginx", "-t"], container.Steps.OfType<Step.Test>().Single().Command.AsEnumerable());
    }

    [Fact]
    public void Images_are_read()
    {
        var images = Read(Nginx).Steps.OfType<Step.Image>().ToArray();
        Assert.Equal([ImageFormat.Aci, ImageFormat.Oci], images.Select(i => i.Format));
        Assert.StartsWith("{\"acKind\": \"ImageManifest\", \"acVersion\": \"0.8.11\", \"name\": \"nginx-production-1.26.3-p1\",\n", images[0].Content!.Value, StringComparison.Ordinal);
        Assert.Equal(("nginx-production:1.26.3-p1", "zstd", 64, "nginx"), (images[1].Tag, images[1].Compression, images[1].MaxLayers, images[1].Settings.User));
        Assert.Equal(["80"], images[1].Settings.Expose.AsEnumerable());
    }

    // The first design's container.yaml: keys below each other, nothing but vars, an embedded package, a file and an ACI.
    [Fact]
    public void The_first_design_s_container_is_read_as_it_stands()
    {
        var container = Read("""
            - vars:
                author: Sysadmin42
                name: nginx-production
                version: 1.7.6-p1
                os: linux
                arch: amd64
            - package:
                type: embedded
                path: ./pkgs/nginx
            - sync:
                src: ./files/nginx.conf
                dest: /etc/nginx/nginx.conf
                recursive: True
                chmod: 0644
            - image:
                type: aci
                content: |
                  {
                    "acVersion": "0.6.1",
                    "acKind": "ImageManifest",
                    "name": "{{ name }}-{{ version }}"
                  }
            """);
        Assert.Equal(["EmbeddedPackage", "Sync", "Image"], container.Steps.Select(s => s.GetType().Name));
        Assert.Equal("{\n  \"acVersion\": \"0.6.1\",\n  \"acKind\": \"ImageManifest\",\n  \"name\": \"nginx-production-1.7.6-p1\"\n}", container.Steps.OfType<Step.Image>().Single().Content!.Value.TrimEnd());
    }

    [Fact]
    public void Every_setting_of_an_image_is_read()
    {
        var image = Read("""
            - vars: {name: a, version: 1}
            - image:
                type: oci
                archive: yes
                compression: gzip
                layers: {max: 5}
                cmd: [x]
                env: {Z: "1", A: "{{ name }}"}
                volumes: [/data]
                workdir: /srv
                stop-signal: SIGQUIT
                expose: [53/udp]
                labels: {org.x: y}
            """).Steps.OfType<Step.Image>().Single();
        Assert.Equal((true, "gzip", 5), (image.Archive, image.Compression, image.MaxLayers));
        Assert.Equal([new("Z", "1"), new("A", "a")], image.Settings.Environment.AsEnumerable());
        Assert.Equal(("/srv", "SIGQUIT", "y", "x", "/data", "53/udp"),
            (image.Settings.WorkingDirectory, image.Settings.StopSignal, image.Settings.Labels["org.x"], image.Settings.Cmd[0], image.Settings.Volumes[0], image.Settings.Expose[0]));
    }

    [Theory]
    [InlineData("- image: {type: docker-archive, tag: 'reg.example.org:5000/team/web_app:1.0-A', layers: {max: 3}, cmd: [x]}", ImageFormat.DockerArchive, "none")]
    [InlineData("- image: {type: tar}", ImageFormat.Tar, "none")]
    [InlineData("- image: {type: aci}", ImageFormat.Aci, "gzip")]
    [InlineData("- image: {type: oci}", ImageFormat.Oci, "zstd")]
    public void Every_type_of_image_is_read_with_its_usual_compression(string step, ImageFormat format, string compression)
    {
        var image = Read($"- vars: {{name: a, version: 1}}\n{step}\n").Steps.OfType<Step.Image>().Single();
        Assert.Equal((format, compression), (image.Format, image.Compression));
    }

    [Fact]
    public void Platform_is_taken_as_written_and_has_a_default()
    {
        Assert.Equal(new Platform("linux", "arm64"), Read("- vars: {name: a, version: 1, arch: arm64}\n").Platform);
        Assert.Equal(Platform.LinuxAmd64, Read("- vars: {name: a, version: 1}\n").Platform);
    }

    [Fact]
    public void Templates_are_filled_in_wherever_text_is_expected_and_may_stand_above_their_variables()
    {
        var container = Read("- package: {type: embedded, path: './pkgs/{{ name }}'}\n- vars: {name: a, version: 1}\n- symlink: {path: '/{{name}}', target: '{{ version }}'}\n");
        Assert.Equal("./pkgs/a", ((Step.EmbeddedPackage)container.Steps[0]).Path.Value);
        Assert.Equal(("/a", "1"), (((Step.Symlink)container.Steps[1]).Path, ((Step.Symlink)container.Steps[1]).Target));
    }

    private static Container Read(string text) => Mistakes.None(text, (t, b) => ContainerParser.Parse(t, "containers/x", b));
}
