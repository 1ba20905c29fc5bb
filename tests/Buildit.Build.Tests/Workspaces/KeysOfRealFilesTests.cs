using System.Collections.Immutable;
using Buildit.Build.Workspaces;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Store.Compression;
using Buildit.Store.Sources;
using Buildit.Testing;

namespace Buildit.Build.Tests.Workspaces;

/// <summary>What of the files of a workspace reaches a key, and what does not: on a real file system, where files have modes, times and owners.</summary>
public sealed class KeysOfRealFilesTests : IDisposable
{
    private const string Recipe = """
        name: demo
        versions:
          1.0:
            sources: [{path: src}]
            patches: [{file: a.patch}]
        files: {/etc/demo.conf: demo.conf}
        build: {install: 'true'}

        """;

    private static readonly Dictionary<string, Action<string>> Reaching = new()
    {
        ["bytes of a file of a local source"] = d => File.AppendAllText(d + "/src/main.c", " "),
        ["name of a file of a local source"] = d => File.Move(d + "/src/main.c", d + "/src/other.c"),
        ["execute bit of a file of a local source"] = d => Chmod(d + "/src/main.c", "755"),
        ["further file of a local source"] = d => File.WriteAllText(d + "/src/more.c", ""),
        ["target of a link of a local source"] = d => Relink(d + "/src/link", "other.c"),
        ["what a local source ignores"] = d => File.WriteAllText(d + "/src/.builditignore", "main.c\n"),
        ["bytes of a patch"] = d => File.AppendAllText(d + "/a.patch", "\n"),
        ["bytes of a helper file"] = d => File.AppendAllText(d + "/files/run.sh", "\n"),
        ["execute bit of a helper file"] = d => Chmod(d + "/files/run.sh", "755"),
        ["helper file in a directory"] = d => { Directory.CreateDirectory(d + "/files/sub"); File.WriteAllText(d + "/files/sub/x", ""); },
        ["bytes of a placed file"] = d => File.AppendAllText(d + "/demo.conf", "\n"),
        ["execute bit of a placed file"] = d => Chmod(d + "/demo.conf", "755"),
    };

    private static readonly Dictionary<string, Action<string>> Silent = new()
    {
        ["times"] = d => Array.ForEach(Directory.GetFiles(d, "*", SearchOption.AllDirectories), f => File.SetLastWriteTimeUtc(f, new(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc))),
        ["who may read and write a local source"] = d => Chmod(d + "/src/main.c", "600"),
        ["who may read and write a helper file"] = d => Chmod(d + "/files/run.sh", "666"),
        ["who may read and write a placed file"] = d => Chmod(d + "/demo.conf", "600"),
        ["who may read and write a patch"] = d => Chmod(d + "/a.patch", "777"),
        ["who may look into the directories"] = d => Array.ForEach(Directory.GetDirectories(d, "*", SearchOption.AllDirectories), f => Chmod(f, "700")),
        ["the order in which files were made"] = d =>
        {
            var text = File.ReadAllText(d + "/src/a.c");
            File.Delete(d + "/src/a.c");
            File.WriteAllText(d + "/src/a.c", text);
        },
        ["what a local source ignores anyway"] = d => File.WriteAllText(d + "/src/.git", "x"),
    };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string> ReachingNames => [.. Reaching.Keys];

    public static TheoryData<string> SilentNames => [.. Silent.Keys];

    [Theory]
    [MemberData(nameof(ReachingNames))]
    public void Changes_the_key(string what)
    {
        var before = Make("ws");
        Reaching[what](In("ws"));
        Assert.NotEqual(before, Key("ws"));
    }

    [Theory]
    [MemberData(nameof(SilentNames))]
    public void Leaves_the_key(string what)
    {
        var before = Make("ws");
        Silent[what](In("ws"));
        Assert.Equal(before, Key("ws"));
    }

    [Fact]
    public void The_place_of_the_workspace_and_the_umask_leave_the_key()
    {
        var before = Make("ws");
        foreach (var mask in new[] { "077", "002", "000" })
        {
            Shell($"umask {mask}; mkdir -p '{_directory.Path}/another place {mask}'; cp -r '{_directory.Path}/ws' '{_directory.Path}/another place {mask}/'");
            Assert.Equal(before, Key($"another place {mask}/ws"));
        }
    }

    private string In(string workspace) => Path.Combine(_directory, workspace, "pkgs/app/demo");

    private RecipeKey Make(string workspace)
    {
        foreach (var (path, text) in new[] { ("pkg.yaml", Recipe), ("src/main.c", "int main;\n"), ("src/a.c", "int a;\n"), ("files/run.sh", "#!/bin/sh\n"), ("demo.conf", "a\n"), ("a.patch", "p\n") })
        {
            _directory.Write($"{workspace}/pkgs/app/demo/{path}", text);
        }

        File.CreateSymbolicLink(In(workspace) + "/src/link", "main.c");
        return Key(workspace);
    }

    private RecipeKey Key(string workspace)
    {
        var bag = new DiagnosticBag();
        var tree = Path.Combine(_directory, workspace, "pkgs");
        var files = new WorkspaceFiles([tree], p => p, new SourceArchive(_directory), TimeProvider.System);
        var package = new GraphBuilder(files, null, new((_, _) => null), Platform.LinuxAmd64, bag).Named(new("app/demo", new(new("test", "app/demo"), 1, 1)));
        Assert.Empty(bag.Items);
        return package!.Key;
    }

    private static void Chmod(string path, string mode) => File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(mode, 8));

    private static void Relink(string path, string target)
    {
        File.Delete(path);
        File.CreateSymbolicLink(path, target);
    }

    private static void Shell(string command)
    {
        using var process = System.Diagnostics.Process.Start("/bin/sh", ["-ec", command]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
