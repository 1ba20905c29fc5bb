using System.Text;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Images.Composition;

namespace Buildit.Images.Tests.Composition;

public sealed class LibraryCheckTests : IDisposable
{
    private const string Lib = "usr/lib/x86_64-linux-gnu/";
    private const string Loader = "/lib64/ld-linux-x86-64.so.2";
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_whole_root_passes() => Assert.Empty(Run(
        Libc(),
        Part("app", Program("usr/bin/app", TinyElf.Make(["libc.so.6", "libx.so.1"], Loader)), Plain(Lib + "libx.so.1.2", TinyElf.Make(["libc.so.6"])), Link(Lib + "libx.so.1", "libx.so.1.2"))));

    [Fact]
    public void A_missing_library_names_file_and_soname() => Assert.Equal(
        "'/usr/bin/app' of 'app' needs 'libssl.so.3', which is not in the image",
        Single(Severity.Error, Libc(), Part("app", Program("usr/bin/app", TinyElf.Make(["libssl.so.3", "libc.so.6"], Loader)))).Message);

    [Fact]
    public void A_library_s_missing_library_is_found_through_the_program() => Assert.Equal(
        "'/usr/lib/x86_64-linux-gnu/libx.so.1' of 'debian/x' needs 'liby.so.1', which is not in the image",
        Single(Severity.Error, Libc(), Part("app", Program("usr/bin/app", TinyElf.Make(["libx.so.1"], Loader))), Part("debian/x", Plain(Lib + "libx.so.1", TinyElf.Make(["liby.so.1"])))).Message);

    [Fact]
    public void A_missing_loader_is_told() => Assert.Contains(
        $"needs '{Loader}'", Single(Severity.Error, Part("app", Program("usr/bin/app", TinyElf.Make([], Loader)))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("$ORIGIN/../lib/app", null)]
    [InlineData("${ORIGIN}/../lib/app:/x", null)]
    [InlineData("/usr/lib/app", null)]
    [InlineData(null, "/usr/lib/app")]
    public void Run_paths_are_searched(string? runpath, string? rpath) => Assert.Empty(Run(
        Libc(), Part("app", Program("usr/bin/app", TinyElf.Make(["libx.so.1"], Loader, runpath, rpath)), Plain("usr/lib/app/libx.so.1", TinyElf.Make([])))));

    [Fact]
    public void A_library_that_is_elsewhere_is_told_with_its_place() => Assert.Contains(
        "there is '/usr/lib/app/libx.so.1'",
        Single(Severity.Error, Libc(), Part("app", Program("usr/bin/app", TinyElf.Make(["libx.so.1"], Loader)), Plain("usr/lib/app/libx.so.1", TinyElf.Make([])))).Hint,
        StringComparison.Ordinal);

    [Fact]
    public void A_run_path_is_for_its_own_file_and_an_rpath_for_the_libraries_too()
    {
        ImagePart App(string? runpath, string? rpath) => Part(
            "app", Program("usr/bin/app", TinyElf.Make(["liba.so"], Loader, runpath, rpath)), Plain("opt/liba.so", TinyElf.Make(["libb.so"])), Plain("opt/libb.so", TinyElf.Make([])));
        Assert.Single(Run(Libc(), App("/opt", null)));
        Assert.Empty(Run(Libc(), App(null, "/opt")));
    }

    [Fact]
    public void A_library_for_another_machine_does_not_count() => Assert.Single(Run(
        Libc(), Part("app", Program("usr/bin/app", TinyElf.Make(["libx.so.1"], Loader)), Plain(Lib + "libx.so.1", TinyElf.Make([], machine: 183)))));

    [Fact]
    public void A_plug_in_of_the_distribution_is_only_a_warning()
    {
        var plugin = Plain(Lib + "plugins/p.so", TinyElf.Make(["libgone.so.1"]));
        Single(Severity.Warning, Libc(), Part("debian/x", plugin));
        Single(Severity.Error, Libc(), Part("x", plugin));
    }

    [Fact]
    public void A_plug_in_may_count_on_its_neighbours() => Assert.Empty(Run(
        Part("x", Plain("usr/lib/x/p.so", TinyElf.Make(["libq.so"])), Plain("usr/lib/x/libq.so", TinyElf.Make([])))));

    [Theory]
    [InlineData("#!/bin/sh\n", null)]
    [InlineData("#! /usr/bin/env sh\n", null)]
    [InlineData("#!/usr/bin/env -S sh -e\n", null)]
    [InlineData("#!/bin/bash -e\n", "/bin/bash")]
    [InlineData("#!/usr/bin/env python3\n", "python3")]
    [InlineData("#!\n", null)]
    [InlineData("just text", null)]
    public void A_script_needs_its_interpreter(string text, string? missing)
    {
        var found = Run(
            Part("sh", Program("usr/bin/sh", TinyElf.Make([])), Program("usr/bin/env", TinyElf.Make([]))), Part("app", Program("usr/bin/script", Encoding.UTF8.GetBytes(text))));
        Assert.Equal(missing is null ? null : $"'/usr/bin/script' of 'app' needs '{missing}', which is not in the image", found.SingleOrDefault()?.Message);
    }

    [Fact]
    public void Scripts_of_one_package_are_told_together()
    {
        var scripts = Enumerable.Range(0, 7).Select(i => Program($"usr/bin/s{i}", "#!/usr/bin/perl\n"u8.ToArray())).ToArray();
        Assert.Contains("and 2 more files of 'debian/openssl' need '/usr/bin/perl'", Single(Severity.Warning, Part("debian/openssl", scripts)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_knows_the_package_is_asked_and_quoted()
    {
        var asked = new List<Wanted>();
        var bag = new DiagnosticBag();
        var parts = new[] { Libc(), Part("app", Program("usr/bin/app", TinyElf.Make(["libssl.so.3"], Loader)), Program("usr/bin/s", "#!/usr/bin/env perl\n"u8.ToArray()), Program("usr/bin/env", TinyElf.Make([]))) };
        LibraryCheck.Run(Sample.Root(parts), w => Advise(w), bag);
        Assert.Equal(["'libssl.so.3' is somewhere", "'perl' is somewhere"], bag.Items.Select(i => i.Hint));
        Assert.Equal([new("libssl.so.3", true, "app"), new("perl", false, "app")], asked);

        string Advise(Wanted wanted)
        {
            asked.Add(wanted);
            return $"'{wanted.What}' is somewhere";
        }
    }

    [Fact]
    public void What_a_recipe_says_is_opened_must_be_there()
    {
        var app = Part("app", Program("usr/bin/app", TinyElf.Make([], Loader, runpath: "$ORIGIN/../lib/app")), Plain("usr/lib/app/libplug.so.1", TinyElf.Make([])));
        Assert.Empty(Run(Libc(), app with { Dlopen = ["libc.so.6", "libplug.so.1"] }));
        var missing = Single(Severity.Error, Libc(), app with { Dlopen = ["libnss_dns.so.2"] });
        Assert.Equal("'app' opens 'libnss_dns.so.2' (dlopen), which is not in the image", missing.Message);
        Assert.Contains("there is '/usr/lib/app/libplug.so.1'", Single(Severity.Error, Libc(), app, Part("other", Program("usr/bin/o", TinyElf.Make([], Loader))) with { Dlopen = ["libplug.so.1"] }).Hint, StringComparison.Ordinal);
    }

    private ImagePart Libc() => Part(
        "debian/libc6", Plain(Lib + "libc.so.6", TinyElf.Make([])), Program(Lib + "ld-linux-x86-64.so.2", TinyElf.Make([])), Link("usr/lib64/ld-linux-x86-64.so.2", "../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"));

    private ImagePart Part(string name, params (TreeEntry Entry, byte[] Content)[] files) => Sample.Part(_directory, name, files);

    private static (TreeEntry Entry, byte[] Content) Program(string path, byte[] content) => (Sample.File(path, mode: 0x1ED), content);

    private static (TreeEntry Entry, byte[] Content) Plain(string path, byte[] content) => (Sample.File(path), content);

    private static (TreeEntry Entry, byte[] Content) Link(string path, string target) => (Sample.Link(path, target), []);

    private static IReadOnlyList<Diagnostic> Run(params ImagePart[] parts)
    {
        var bag = new DiagnosticBag();
        LibraryCheck.Run(Sample.Root(parts), _ => null, bag);
        return bag.Items;
    }

    private static Diagnostic Single(Severity severity, params ImagePart[] parts)
    {
        var diagnostic = Assert.Single(Run(parts));
        Assert.Equal(severity, diagnostic.Severity);
        return diagnostic;
    }
}
