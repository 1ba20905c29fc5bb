using System.Text;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Images.Composition;
using Buildit.Images.ContainerLayers;

namespace Buildit.Images.Tests.Composition;

public sealed class RuntimeLinksTests : IDisposable
{
    private const string Lib = "usr/lib/x86_64-linux-gnu/";
    private const string Loader = "/lib64/ld-linux-x86-64.so.2";
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Libraries_are_found_as_the_loader_finds_them_and_named_with_their_packages()
    {
        var links = Find(
            Libc(),
            Part("app", Program("usr/bin/app", TinyElf.Make(["libx.so.1", "libc.so.6"], Loader, "$ORIGIN/../lib/app")), Plain("usr/lib/app/plugin.so", TinyElf.Make(["libx.so.1"]))),
            Part("x", Plain("usr/lib/app/libx.so.1.2", TinyElf.Make(["libc.so.6"], soname: "libx.so.1")), (Sample.Link("usr/lib/app/libx.so.1", "libx.so.1.2"), [])));
        Assert.Equal(
            [
                "/usr/bin/app (app) Library libx.so.1 -> /usr/lib/app/libx.so.1.2 (x)",
                "/usr/bin/app (app) Library libc.so.6 -> /usr/lib/x86_64-linux-gnu/libc.so.6 (libc)",
                $"/usr/bin/app (app) Interpreter {Loader} -> /usr/lib64/ld-linux-x86-64.so.2 (libc)",
                "/usr/lib/app/libx.so.1.2 (x) Library libc.so.6 -> /usr/lib/x86_64-linux-gnu/libc.so.6 (libc)",
                "/usr/lib/app/plugin.so (app) Library libx.so.1 -> /usr/lib/app/libx.so.1.2 (x)",
            ],
            links.Links.Select(Show));
        Assert.Equal([("libx.so.1", "usr/lib/app/libx.so.1.2")], links.Libraries.Select(l => (l.Soname, l.File.Entry.Path)));
    }

    [Fact]
    public void Scripts_need_their_interpreter_and_the_command_that_env_looks_for()
    {
        var links = Find(
            Part("tools", Program("usr/bin/env", TinyElf.Make([])), Program("usr/bin/python3", TinyElf.Make([])), Program("usr/bin/sh", TinyElf.Make([]))),
            Part("app", Program("usr/bin/a", "#!/usr/bin/env -S python3 -u\n"u8.ToArray()), Program("usr/bin/b", "#! /bin/sh -e\n"u8.ToArray()), Program("usr/bin/c", "#!/usr/bin/perl\n"u8.ToArray())));
        Assert.Equal(
            [
                "/usr/bin/a (app) Shebang /usr/bin/env -> /usr/bin/env (tools)",
                "/usr/bin/a (app) Shebang python3 -> /usr/bin/python3 (tools)",
                "/usr/bin/b (app) Shebang /bin/sh -> /usr/bin/sh (tools)",
            ],
            links.Links.Select(Show));
    }

    [Fact]
    public void The_container_s_own_files_have_no_package()
    {
        var script = Encoding.UTF8.GetBytes("#!/bin/sh\n");
        var own = new ContainerFiles([new(Sample.File("opt/run", "#!/bin/sh\n", 0x1ED), Sample.Span) { Open = () => new MemoryStream(script) }]);
        var bag = new DiagnosticBag();
        var root = ImageRoot.Compose([Part("tools", Program("usr/bin/sh", TinyElf.Make([])))], own, Sample.Date, bag)!;
        Assert.Equal(["/opt/run () Shebang /bin/sh -> /usr/bin/sh (tools)"], RuntimeLinks.Find(root).Links.Select(Show));
    }

    [Fact]
    public void What_a_recipe_says_is_opened_is_found_as_the_package_s_programs_would_find_it()
    {
        var links = Find(Libc(), Part("app", Program("usr/bin/app", TinyElf.Make([], Loader))) with { Dlopen = ["libc.so.6", "libgone.so.1"] });
        Assert.Equal([" (app) Dlopen libc.so.6 -> /usr/lib/x86_64-linux-gnu/libc.so.6 (libc)"], links.Links.Where(l => l.Kind == Core.Graphs.ReasonKind.Dlopen).Select(Show));
    }

    private static RuntimeLinks Find(params ImagePart[] parts) => RuntimeLinks.Find(Sample.Root(parts));

    private static string Show(Core.Graphs.FileLink l) => $"{l.File} ({l.Owner}) {l.Kind} {l.What} -> {l.Provider} ({l.ProviderOwner})";

    private ImagePart Libc() => Part("libc", Program("usr/lib64/ld-linux-x86-64.so.2", TinyElf.Make([])), Plain(Lib + "libc.so.6", TinyElf.Make([])));

    private ImagePart Part(string package, params (TreeEntry Entry, byte[] Content)[] files) => Sample.Part(_directory, package, files);

    private static (TreeEntry Entry, byte[] Content) Program(string path, byte[] content) => (Sample.File(path, mode: 0x1ED), content);

    private static (TreeEntry Entry, byte[] Content) Plain(string path, byte[] content) => (Sample.File(path), content);
}
