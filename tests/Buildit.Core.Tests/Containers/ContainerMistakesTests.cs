using Buildit.Core.Containers;

namespace Buildit.Core.Tests.Containers;

/// <summary>Each kind of mistake in a container.yaml: message, place and hint.</summary>
public sealed class ContainerMistakesTests
{
    private const string Steps = "the steps are: vars, package, exclude, sync, directory, symlink, accounts, licenses, test, image";
    private const string Variable = "use letters, digits and _, not beginning with a digit";
    private const string DockerTag = "write NAME:TAG: docker wants lower-case letters and digits in the name, with single . _ - or / between them";
    private const string Tag = "write TAG or NAME:TAG; a tag has at most 128 letters, digits and . _ -, and begins with a letter, digit or _";
    private const string Octal = "write three or four digits from 0 to 7 (4 = read, 2 = write, 1 = execute), for example 0644";

    [Theory]
    [InlineData("- run: apt-get install\n", "2:3 unknown step 'run' | " + Steps)]
    [InlineData("- pakage: a/b\n", "2:3 unknown step 'pakage' | did you mean 'package'? " + Steps)]
    [InlineData("- package\n", "2:3 expected a step, got text | " + Steps)]
    [InlineData("- package: a/b\n  sync: {}\n", "2:3 a step has one key, this one has 2: package, sync | begin each step with its own '-'")]
    [InlineData("- symlink:\n  path: /a\n  target: b\n", "2:3 a step has one key, this one has 3: symlink, path, target | indent what belongs to 'symlink' further than its name")]
    [InlineData("- package: nginx\n", "2:12 'nginx' is not the name of a package | write category/name or category/name-version, for example www-servers/nginx")]
    [InlineData("- package: {path: ./x}\n", "2:12 missing key 'type' in step 'package'")]
    [InlineData("- package: {type: embeded, path: ./x}\n", "2:19 'type': expected 'embedded' or 'recipe', got 'embeded' | did you mean 'embedded'?")]
    [InlineData("- package: {type: embedded, name: a/b, path: x}\n", "2:29 unknown key 'name' | known keys of step 'package': path, type")]
    [InlineData("- exclude: debian/perl\n", "2:12 'exclude': expected a list, got text | write [debian/perl]")]
    [InlineData("- exclude: [perl, debian/a, debian/a, sys-libs/zlib-1.3]\n", "2:13 'perl' is not the name of a package | write category/name or category/name-version, for example www-servers/nginx", "2:29 'debian/a' is there twice | keep one of the two", "2:39 'sys-libs/zlib-1.3' has a version | whichever version is needed stays out: write sys-libs/zlib")]
    [InlineData("- sync: {src: a, dest: etc/a}\n", "2:24 'etc/a' is not an absolute path | write '/etc/a'")]
    [InlineData("- sync: {src: a, dest: /a, chmod: 0999}\n", "2:35 'chmod': '0999' is not an octal file mode | " + Octal)]
    [InlineData("- sync: {src: a, dest: /a, chmod: rw-r--r--}\n", "2:35 'chmod': 'rw-r--r--' is not an octal file mode | write it in octal: 0644")]
    [InlineData("- sync: {src: a, dest: /a, recursive: always}\n", "2:39 'recursive': expected true or false, got 'always'")]
    [InlineData("- sync: {src: a, dest: /a, chown: 'a b'}\n", "2:35 'a b' is not an owner | write user:group by name or number, for example nginx:nginx or 101:101")]
    [InlineData("- sync: {source: a, dest: /a}\n", "2:9 missing key 'src' in step 'sync'", "2:10 unknown key 'source' | known keys of step 'sync': chmod, chown, dest, recursive, src, template")]
    [InlineData("- accounts: {users: [{name: Bad, uid: 1}]}\n", "2:29 'Bad' is not the name of an account | use lower-case letters, digits, _ and -, beginning with a letter or _")]
    [InlineData("- accounts: {groups: [{name: a}]}\n", "2:23 missing key 'gid' in a group")]
    [InlineData("- accounts: {groups: [{name: a, gid: -1}]}\n", "2:38 'gid': expected a number from 0 to 2147483647, got '-1'")]
    [InlineData("- accounts: {users: [{name: a, uid: 1, home: '/a:b'}]}\n", "2:22 '/a:b' cannot stand in /etc/passwd | leave out ':' and line ends")]
    [InlineData("- accounts: {users: [{name: root, uid: 5}]}\n", "2:40 'root' must have uid 0 | write 0, or leave it out: root is always there", "2:40 there is no group with gid 5, and the group 'root' has gid 0 | declare the group in 'groups'")]
    [InlineData("- accounts: {groups: [{name: root, gid: 5}]}\n", "2:41 'root' must have gid 0 | write 0, or leave it out: root is always there")]
    [InlineData("- accounts: {users: [{name: toor, uid: 0}]}\n", "2:40 uid 0 is root's, which is always there | give 'toor' another number")]
    [InlineData("- accounts: {groups: [{name: wheel, gid: 0}]}\n", "2:42 gid 0 is root's, which is always there | give 'wheel' another number")]
    [InlineData("- accounts: {users: [{name: b, uid: 7, gid: 9}]}\n- accounts: {users: [{name: c, uid: 7, gid: 8}]}\n", "3:37 uid 7 of 'c' is the one of 'b' already, at file.yaml:2:29 | give each its own number")]
    [InlineData("- accounts: {groups: [{name: b, gid: 9}, {name: q, gid: 9}]}\n", "2:57 gid 9 of 'q' is the one of 'b' already, at file.yaml:2:30 | give each its own number")]
    [InlineData("- accounts: {groups: [{name: b, gid: 9}]}\n- accounts: {groups: [{name: b, gid: 8}]}\n", "3:38 the group 'b' has gid 9 already, at file.yaml:2:30 | give it one number")]
    [InlineData("- accounts: {groups: [{gid: 9}]}\n- accounts: {groups: [{gid: 8}]}\n", "2:23 missing key 'name' in a group", "3:23 missing key 'name' in a group")]
    [InlineData("- accounts: {users: [{name: b, uid: 7}], groups: [{name: b, gid: 9}]}\n", "2:37 there is no group with gid 7, and the group 'b' has gid 9, at file.yaml:2:58 | write 'gid: 9', or declare the group in 'groups'")]
    [InlineData("- accounts: {users: [{name: b, uid: 7, gid: 3}, {name: c, uid: 8, gid: 3}]}\n", "2:72 there is no group with gid 3 for 'c' and for 'b', at file.yaml:2:29 | declare the group in 'groups'")]
    [InlineData("- test: {command: nginx -t}\n", "2:19 'command': expected a list, got text | write [nginx -t]")]
    [InlineData("- test: {command: []}\n", "2:19 the command is empty")]
    [InlineData("- test: {command: [a], expect: {exit: 256}}\n", "2:39 'exit': expected a number from 0 to 255, got '256'")]
    [InlineData("- image: {type: qcow2}\n", "2:17 image type 'qcow2' is not supported | supported are: aci, oci, docker-archive, tar")]
    [InlineData("- image: {type: docker-archive, tag: latest}\n", "2:38 'latest' is not a tag | " + DockerTag)]
    [InlineData("- image: {type: docker-archive, tag: 'Web:1'}\n", "2:38 'Web:1' is not a tag | " + DockerTag)]
    [InlineData("- image: {tag: x}\n", "2:10 missing key 'type' in step 'image'")]
    [InlineData("- image: {type: aci, compression: zstd}\n", "2:35 'compression': expected 'gzip' or 'none', got 'zstd'")]
    [InlineData("- image: {type: oci, layers: {max: 500}}\n", "2:36 'max': expected a number from 1 to 127, got '500'")]
    [InlineData("- image: {type: oci, expose: [http]}\n", "2:31 'http' is not a port | write a number from 1 to 65535, with /udp or /tcp if you like: 53/udp")]
    [InlineData("- image: {type: aci, content: {a: b}}\n", "2:31 'content': expected text, got a map | write the manifest as a block of text: 'content: |' and the JSON below, indented")]
    [InlineData("- image: {type: oci, mount-points: {a: /a}}\n", "2:22 unknown key 'mount-points' | known keys of step 'image': archive, base, cmd, compression, entrypoint, env, expose, labels, layers, sbom, stop-signal, tag, type, user, volumes, workdir")]
    [InlineData("- image: {type: aci, mount-points: {a: {readonly: true}}}\n", "2:40 missing key 'path' in a mount point", "2:41 unknown key 'readonly' | did you mean 'read-only'?")]
    [InlineData("- image: {type: aci, ports: {http: {port: x, protocol: tpc}}}\n", "2:43 'port': expected a number from -2147483648 to 2147483647, got 'x'", "2:56 'protocol': expected 'tcp' or 'udp' or 'sctp', got 'tpc' | did you mean 'tcp'?")]
    [InlineData("- image: {type: aci, event-handlers: {post-stp: [/a]}}\n", "2:39 unknown key 'post-stp' | did you mean 'post-stop'?")]
    [InlineData("- image: {type: aci, isolators: {cpus: 1}}\n", "2:34 unknown key 'cpus' | did you mean 'cpu'?")]
    [InlineData("- image: {type: aci, isolators: {block-iops: {request: 1}, cpu-shares: many, no-new-privileges: 1}}\n", "2:47 unknown key 'request' | known keys of 'block-iops': limit", "2:72 'cpu-shares': expected a number from -2147483648 to 2147483647, got 'many'", "2:97 'no-new-privileges': expected true or false, got '1'")]
    [InlineData("- image: {type: oci, env: {'A=B': c, 'x y': z, OK: d}}\n", "2:28 'A=B' is not the name of an environment variable | " + Variable, "2:38 'x y' is not the name of an environment variable | " + Variable)]
    [InlineData("- image: {type: oci, stop-signal: FOO}\n", "2:35 'FOO' is not a signal | write its name, for example SIGQUIT, or a number from 1 to 64")]
    [InlineData("- image: {type: oci, stop-signal: 65}\n", "2:35 '65' is not a signal | write its name, for example SIGQUIT, or a number from 1 to 64")]
    [InlineData("- image: {type: oci, stop-signal: SIGTREM}\n", "2:35 'SIGTREM' is not a signal | did you mean 'SIGTERM'?")]
    [InlineData("- image: {type: oci, labels: {'': x}}\n", "2:31 the name of a label is empty | give it a name, for example org.opencontainers.image.licenses")]
    [InlineData("- image: {type: oci, tag: 'a b/c!'}\n", "2:27 'a b/c!' is not a tag | " + Tag)]
    [InlineData("- image: {type: oci, tag: 'web:'}\n", "2:27 'web:' is not a tag | " + Tag)]
    [InlineData("- image: {type: oci, workdir: srv}\n", "2:31 'srv' is not an absolute path | write '/srv'")]
    [InlineData("- vars: {name: b}\n", "2:10 variable 'name' is defined twice; first on line 1 | keep one of the two")]
    [InlineData("- vars: {x y: b}\n", "2:10 'x y' is not the name of a variable | use letters, digits, _ and -, beginning with a letter")]
    [InlineData("- vars: {x: 'a{{ name }}'}\n", "2:15 the value of a variable cannot be a template | write the value out")]
    [InlineData("- image: {type: oci, sbom: file}\n", "2:28 'sbom': expected 'off' or 'files' or 'referrer', got 'file' | did you mean 'files'?")]
    [InlineData("- licenses: {}\n", "2:13 the step says nothing about licenses | give it 'allow' or 'deny', lists of identifiers of https://spdx.org/licenses")]
    [InlineData("- licenses: {allow: [MTI]}\n", "2:22 no license is called 'MTI' | did you mean 'MIT'?")]
    [InlineData("- licenses: {deny: [GPL-9*]}\n", "2:21 no license is called 'GPL-9*' | write identifiers of https://spdx.org/licenses, where * stands for anything: BSD-*")]
    [InlineData("- licenses: {allow: [GPL-2.0-only WITH GCC-exeption-3.1]}\n", "2:22 no exception is called 'GCC-exeption-3.1' | did you mean 'GCC-exception-3.1'?")]
    [InlineData("- licenses: {allow: [MIT, BSD-*, LicenseRef-x], concluded: {debian/libc6: MIT AND}}\n", "2:61 'MIT AND' is not an SPDX license expression: a license is missing at the end | write identifiers of https://spdx.org/licenses, joined by AND, OR, WITH")]
    public void In_a_step(string step, params string[] mistakes) => Assert.Equal(mistakes, Of("- vars: {name: a, version: 1}\n" + step));

    [Theory]
    [InlineData("{users: [{name: root, uid: 0, home: /, shell: /bin/false}], groups: [{name: root, gid: 0}]}")]
    [InlineData("{users: [{name: b, uid: 7}, {name: c, uid: 8, gid: 7}, {name: d, uid: 9, gid: 0}], groups: [{name: web, gid: 7}]}")]
    [InlineData("{users: [{name: b, uid: 7}, {name: c, uid: 8}]}")]
    public void Accounts_may_share_a_group_and_root_may_be_declared(string accounts) => Assert.Empty(Of($"- vars: {{name: a, version: 1}}\n- accounts: {accounts}\n"));

    [Theory]
    [InlineData("tag: latest")]
    [InlineData("tag: 'localhost:5000/team/web:1.0-rc_1'")]
    [InlineData("stop-signal: 9")]
    [InlineData("stop-signal: SIGRTMIN+3")]
    public void Every_form_of_a_tag_and_a_signal_is_taken(string setting) => Assert.Empty(Of($"- vars: {{name: a, version: 1}}\n- image: {{type: oci, {setting}}}\n"));

    [Theory]
    [InlineData("name: x\n", "1:1 a container is a list of steps, got a map | begin each step with '- ', for example '- vars: {name: web, version: 1}'")]
    [InlineData("- vars: {name: a}\n", "1:1 missing variable 'version' | add it to the first step: '- vars: {version: ...}'")]
    [InlineData("- vars: {name: a/b, version: 1}\n", "1:16 'a/b' cannot be the name of a container | use letters, digits and . _ + ~ -, beginning with a letter or digit")]
    public void In_the_whole(string text, string first) => Assert.Equal(first, Of(text)[0]);

    [Fact]
    public void An_undefined_variable_is_shown_where_it_stands_in_a_block() => Assert.Equal(
        ["6:18 undefined variable 'versoin' | did you mean 'version'?", "6:34 undefined variable 'zzz' | defined are: name, version"],
        Of("- vars: {name: a, version: 1}\n- image:\n    type: aci\n    content: |\n      {\"name\": \"{{ name }}\",\n        \"x\": \"{{ versoin }}\", \"{{zzz}}\"}\n"));

    [Theory]
    [InlineData("'{{ nam }}'", "2:31 undefined variable 'nam' | did you mean 'name'?")]
    [InlineData("\"\\\"{{nam}}\"", "2:32 undefined variable 'nam' | did you mean 'name'?")]
    [InlineData("'{{ name'", "2:28 '{{' without '}}' on this line | for a literal '{{' define a variable that holds it: vars: {open: \"{{\"}")]
    [InlineData("'{{ name | upper }}'", "2:28 '{{ name | upper }}' is not a template | write the name of a variable: {{ name }}")]
    public void A_bad_template_is_shown_where_it_stands(string tag, string mistake) =>
        Assert.Equal([mistake], Of($"- vars: {{name: a, version: 1}}\n- image: {{type: oci, tag: {tag}}}\n"));

    [Fact]
    public void All_mistakes_are_told_at_once() => Assert.Equal(
        ["2:3 unknown step 'run' | " + Steps, "3:23 undefined variable 'x' | defined are: name, version", "4:8 'sync': expected a map, got nothing | give 'sync' a value, or leave it out"],
        Of("- vars: {name: a, version: 1}\n- run: x\n- test: {command: ['{{x}}']}\n- sync:\n"));

    private static string[] Of(string text) => Mistakes.Of<Container>(text, (t, b) => ContainerParser.Parse(t, "containers/x", b));
}
