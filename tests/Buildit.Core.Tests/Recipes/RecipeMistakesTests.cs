using Buildit.Core.Recipes;

namespace Buildit.Core.Tests.Recipes;

/// <summary>Each kind of mistake in a pkg.yaml: message, place and hint.</summary>
public sealed class RecipeMistakesTests
{
    private const string Phases = "the phases are: prepare, configure, build, check, install";

    [Theory]
    [InlineData("name: a\nsumary: b\n", "2:1 unknown key 'sumary' | did you mean 'summary'?")]
    [InlineData("summary: b\n", "1:1 missing key 'name' in a recipe")]
    [InlineData("name: [a]\n", "1:7 'name': expected text, got a list")]
    [InlineData("name:\n", "1:6 'name': expected text, got nothing | give 'name' a value, or leave it out")]
    [InlineData("name: Nginx\n", "1:7 'Nginx' is not the name of a package | write it in lower case: 'nginx'")]
    [InlineData("name: lib-2\n", "1:7 'lib-2' is not the name of a package | the end reads as a version: nothing after a '-' may begin with a digit")]
    [InlineData("- name: a\n", "1:1 'pkg.yaml': expected a map, got a list")]
    [InlineData("name: a\nneeds: {tools: toolchain/c}\n", "2:16 'tools': expected a list, got text | write [toolchain/c]")]
    [InlineData("name: a\nneeds: {tools: [gcc]}\n", "2:17 'gcc' is not the name of a package | write category/name or category/name-version, for example www-servers/nginx")]
    [InlineData("name: a\nneeds: {libs: [a/b, a/b]}\n", "2:21 'a/b' is there twice | keep one of the two")]
    [InlineData("name: a\nneeds: {lib: [a/b]}\n", "2:9 unknown key 'lib' | did you mean 'libs'?")]
    [InlineData("name: a\nversions: {v1: {}}\n", "2:12 'v1' is not a version | a version begins with a digit; then letters, digits and . + ~ _ -")]
    [InlineData("name: a\nversions: {1-2: {}}\n", "2:12 '1-2' is not a version | after a '-' comes a letter, so that category/name-version can be taken apart; write for example 1.2-r1 or 2024.01.31")]
    [InlineData("name: a\nuse: {x: on}\n", "2:10 'x': expected a map, got text | write x: {default: on}")]
    [InlineData("name: a\nuse: {x: {default: maybe}}\n", "2:20 'default': expected true or false, got 'maybe'")]
    [InlineData("name: a\nuse: {ssl: {}, h3: {requires: [sssl]}}\n", "2:32 'sssl' is not a use flag of this recipe | did you mean 'ssl'?")]
    [InlineData("name: a\nversions: {1: {}}\nbuild: {compile: make}\n", "3:9 unknown phase 'compile' | " + Phases)]
    [InlineData("name: a\nversions: {1: {}}\nbuild: {instal: make}\n", "3:9 unknown phase 'instal' | did you mean 'install'? " + Phases)]
    [InlineData("name: a\nversions: {1: {}}\nbuild: make\n", "3:8 'build': expected a map, got text | write the commands under a phase: prepare, configure, build, check, install")]
    [InlineData("name: a\nbuild: {build: make}\n", "2:1 there is something to build, but no version of it | add 'versions'")]
    [InlineData("name: a\nversions: {1: {sources: [{path: x}]}}\n", "2:1 there are sources, but nothing says how to build them | add 'build' or 'style'")]
    [InlineData("name: a\noutputs: {bin: {}}\n", "2:11 unknown key 'bin' | known keys of 'outputs': debug, dev, doc, exclude, keep-symbols, runtime")]
    [InlineData("name: a\noutputs: {runtime: {dlopen: [/usr/lib/liba.so]}}\n", "2:30 '/usr/lib/liba.so' is not a soname | write the name that is opened, for example libnss_dns.so.2; a plug-in that is opened by its path needs no entry")]
    [InlineData("name: a\noutputs: {dev: {dlopen: [liba.so]}}\n", "2:17 unknown key 'dlopen' | known keys of output 'dev': include, permissions")]
    [InlineData("name: a\noutputs: {runtime: {permissions: {/x: {mode: 0999}}}}\n", "2:46 'mode': '0999' is not an octal file mode | write three or four digits from 0 to 7 (4 = read, 2 = write, 1 = execute), for example 0644")]
    [InlineData("name: a\noutputs: {runtime: {permissions: {/x: {mode: rwxr-x---}}}}\n", "2:46 'mode': 'rwxr-x---' is not an octal file mode | write it in octal: 0750")]
    [InlineData("name: a\noutputs: {runtime: {permissions: {/x: {owner: nginx}}}}\n", "2:47 'nginx' is not a numeric owner | write \"UID:GID\" in numbers, for example \"101:101\"")]
    [InlineData("name: a\nlinks: {usr/bin/cc: gcc}\n", "2:9 'usr/bin/cc' is not an absolute path | write '/usr/bin/cc'")]
    [InlineData("name: a\nlinks: {/usr/../cc: gcc}\n", "2:9 '/usr/../cc' is not a plain path | leave out '.', '..', and repeated or trailing slashes")]
    [InlineData("name: a\nfiles: {/etc/x: ../x}\n", "2:17 '../x' is not a path below the directory of this file | write a relative path without '..'")]
    [InlineData("name: a\ntimeout: soon\n", "2:10 'soon' is not a length of time | write for example 30m, 1h30m, 90s, or a number of seconds")]
    [InlineData("name: a\ntimeout: 0\n", "2:10 '0' is not a length of time | write for example 30m, 1h30m, 90s, or a number of seconds")]
    [InlineData("name: a\ndate: 2024\n", "2:7 '2024' is not a date | write for example 2024-05-01, 2024-05-01T12:30:00Z, or seconds since 1970")]
    [InlineData("name: a\nenvironment: {A-B: x}\n", "2:15 'A-B' is not the name of an environment variable | use letters, digits and _, not beginning with a digit")]
    public void In_a_recipe(string text, string mistake) => Assert.Equal([mistake], Of(text));

    [Theory]
    [InlineData("{url: https://x.org/a.tgz, sha256: abc}", "5:44 'sha256': not a SHA-256 digest | a SHA-256 has 64 hexadecimal digits, this one 3")]
    [InlineData("{url: https://x.org/a.tgz, sha256: xyz}", "5:44 'sha256': not a SHA-256 digest | a SHA-256 has 64 hexadecimal digits, as `sha256sum` prints them")]
    [InlineData("{url: ftp://x.org/a}", "5:15 'ftp://x.org/a' is not a URL that sources can come from | write https://, http://, file: or debian:SOURCE/FILE; a local file or directory goes under 'path'")]
    [InlineData("{url: debian:nginx}", "5:15 'debian:nginx' does not name a file of the distribution's source pool | write debian:SOURCE/FILE, for example debian:nginx/nginx_1.26.3.orig.tar.gz")]
    [InlineData("{path: https://x.org/a}", "5:16 'https://x.org/a' is not a path | write 'url' instead of 'path'")]
    [InlineData("{git: https://x.org/a.git, commit: abc}", "5:44 'abc' is not the whole id of a commit | write all 40 hexadecimal digits, as 'git rev-parse' prints them")]
    [InlineData("{git: https://x.org/a.git}", "5:9 a git source needs a 'commit', 'branch' or 'tag' | what a branch or tag stands for is looked up once and kept in buildit.lock")]
    [InlineData("{git: https://x.org/a.git, branch: main, tag: v1}", "5:50 'tag' beside 'branch' | name one state of the repository")]
    [InlineData("{git: https://x.org/a.git, branch: -x}", "5:44 '-x' is not the name of a branch")]
    [InlineData("{git: 'ext::sh -c x', branch: a}", "5:15 'ext::sh -c x' is not an address that a git repository can be fetched from | write https://, http://, ssh://, git://, user@host:path, or file:/// with an absolute path")]
    [InlineData("{git: https://x.org/a.git, branch: main, sha256: 60dd315c07f616887caa029408308a018ace66e3d142726a97db164b3b8f69fb}", "5:50 'sha256' beside a branch main, which may move | write the 'commit' that has this digest, or leave 'sha256' to buildit.lock")]
    [InlineData("{git: https://x.org/a.git, tag: v1, strip: 1}", "5:45 unknown key 'strip' | known keys of a source: branch, commit, git, lfs, name, path, sha256, submodules, tag, url")]
    [InlineData("{git: https://x.org/a.git, tag: v1, path: x}", "5:9 a source needs one of 'url', 'path' or 'git'")]
    [InlineData("{name: x}", "5:9 a source needs one of 'url', 'path' or 'git'")]
    [InlineData("{path: x, name: a/b}", "5:25 'a/b' is not the name of a directory | write one name without slashes")]
    [InlineData("{path: x, strip: -1}", "5:26 'strip': expected a number from 0 to 32, got '-1'")]
    [InlineData("https://x.org/a.tgz", "5:9 'sources': expected a map, got text")]
    public void In_a_source(string source, string mistake) =>
        Assert.Equal([mistake], Of($"name: a\nversions:\n  1.0:\n    sources:\n      - {source}\nstyle: copy\n"));

    [Fact]
    public void Two_sources_cannot_be_unpacked_over_each_other() =>
        Assert.Equal(
            ["6:15 a second source without 'name' | give each further source a 'name' of its own: the directory that it is unpacked into"],
            Of("name: a\nversions:\n  1.0:\n    sources:\n      - path: x\n      - path: y\nstyle: copy\n"));

    [Theory]
    [InlineData("base: nginx\n", "1:7 'nginx' is not the name of a package | write category/name or category/name-version, for example www-servers/nginx")]
    [InlineData("base: a/b\nversions: {}\n", "2:1 unknown key 'versions' | known keys of a recipe with a base: author, base, configure, links, needs, patches, use")]
    [InlineData("base: a/b\nuse: {with: [ssl], without: [ssl]}\n", "2:30 'ssl' is there twice | keep one of the two")]
    [InlineData("base: a/b\npatches: a.patch\n", "2:10 'patches': expected a map or a list, got text | write 'patches/name.patch: what it is for', one line a patch")]
    [InlineData("base: a/b\npatches: {a.patch: {strip: 1}}\n", "2:20 'a.patch': expected text, got a map | write what the patch is for; for more settings make 'patches' a list of {file, description, strip, versions}")]
    [InlineData("base: a/b\npatches: {/tmp/a.patch: x}\n", "2:11 '/tmp/a.patch' is not a path below the directory of this file | write a relative path without '..'")]
    [InlineData("base: a/b\npatches: {ftp://x/a.patch: x}\n", "2:11 'ftp://x/a.patch' is not a URL that patches can come from | write https:// or http://, or a path below this directory")]
    [InlineData("base: a/b\npatches: {'https://x/a b.patch': x}\n", "2:11 'https://x/a b.patch' is not a URL: there is a space in it | write %20 for a space")]
    [InlineData("base: a/b\npatches: [a.patch]\n", "2:11 'patches': expected a map, got text | write {file: a.patch, description: ...}")]
    [InlineData("base: a/b\npatches: [{description: x}]\n", "2:11 a patch needs either 'file' or 'url'")]
    [InlineData("base: a/b\npatches: [{file: a, versions: new}]\n", "2:31 'new' is not a version condition | write terms like '>=1.26 <1.28', with >=, <=, >, < or =")]
    public void In_a_derived_recipe(string text, string mistake) => Assert.Equal([mistake], Of(text));

    [Theory]
    [InlineData("cap_net_bind_servic=ep", "5:46 'cap_net_bind_servic=ep' is no set of capabilities | did you mean 'cap_net_bind_service'?")]
    [InlineData("cap_kill", "5:46 'cap_kill' is no set of capabilities | write names and flags (e, i, p) as setcap(8) takes them, for example cap_net_bind_service=ep")]
    public void In_capabilities(string written, string mistake) =>
        Assert.Equal([mistake], Of($"name: a\nversions: {{1.0: {{}}}}\nstyle: copy\noutputs:\n  runtime: {{permissions: {{/x: {{capabilities: {written}}}}}}}\n"));

    [Fact]
    public void All_mistakes_are_told_at_once_in_the_order_of_the_file() => Assert.Equal(
        [
            "1:1 missing key 'name' in a recipe",
            "1:1 unknown key 'nam' | did you mean 'name'?",
            "3:3 'v1' is not a version | a version begins with a digit; then letters, digits and . + ~ _ -",
            "5:18 'sha256': not a SHA-256 digest | a SHA-256 has 64 hexadecimal digits, this one 4",
            "6:5 unknown key 'sorces' | did you mean 'sources'?",
            "8:3 unknown phase 'compile' | " + Phases,
        ],
        Of("nam: a\nversions:\n  v1:\n    sources:\n      - {sha256: abcd, url: https://x.org/a}\n    sorces: []\nbuild:\n  compile: make\n"));

    private static string[] Of(string text) => Mistakes.Of<Recipe>(text, (t, b) => RecipeParser.Parse(t, "pkgs/x", b));
}
