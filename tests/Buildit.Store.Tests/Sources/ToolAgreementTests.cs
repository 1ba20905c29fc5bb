using System.Diagnostics;
using Buildit.Store.Compression;
using Buildit.Store.Sources;

namespace Buildit.Store.Tests.Sources;

/// <summary>Asks GNU tar and git, where they are, whether they see things as we do.</summary>
public sealed class ToolAgreementTests : IDisposable
{
    private readonly TempDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("v7")]
    [InlineData("ustar")]
    [InlineData("gnu")]
    [InlineData("oldgnu")]
    [InlineData("pax")]
    public void Gnu_tar_unpacks_what_we_made_of_its_archive(string format)
    {
        _work.Write("in/top/a", "a");
        _work.Write("in/top/directory/" + new string('x', format is "v7" ? 60 : 90), "b");
        _work.Write("in/top/ünï", "c");
        Run("ln -s directory/.. in/top/link; ln in/top/a in/top/directory/hard; chmod 755 in/top/a; touch -d @1000000000 in/top/a");
        Run($"tar --format={format} -cf in.tar -C in top; mkdir out");
        using (var output = File.Create(Path.Combine(_work.Path, "out.tar")))
        {
            Archive().FromFile(new(Path.Combine(_work.Path, "in.tar"), "in.tar"), output, default);
        }

        Assert.Equal("", Run("tar -xpf out.tar -C out 2>&1; diff -r --no-dereference in/top out 2>&1"));
        Assert.Equal("2 1000000000 755", Run("stat -c '%h %Y %a' out/a").Trim());
    }

    [Fact]
    public void Git_ignores_what_we_ignore()
    {
        string[] paths = ["a", "a.o", "b/a.o", "b/keep.o", "b/c/d.log", "doc/x.txt", "doc/y/x.txt", "foo/bar/baz", "foo/baz", "build/x", "src/build/x", "tmp/t", "sp ace", "[x]", "z1", "z2", "!bang", "deep/a/b/c", "dir/file"];
        const string Rules = "*.o\n!keep.o\n/doc/*.txt\nfoo/**/baz\nbuild/\n!src/build/\n/tmp\nsp\\ ace\n\\[x\\]\nz[!1]\n\\!bang\ndeep/**\n!deep/a/\ndir/*\n!dir/file\n**/d.log\n";
        _work.Write("tree/.gitignore", Rules);
        Array.ForEach(paths, p => _work.Write("tree/" + p, "x"));
        var expected = Run("cd tree && git init -q . && git add . && git ls-files -z").TrimEnd('\0').Split('\0').Order(StringComparer.Ordinal);
        var ours = LocalDirectory.Read(Path.Combine(_work.Path, "tree"), new(), default).Keys.Order(StringComparer.Ordinal);
        Assert.Equal(expected, ours);
    }

    private SourceArchive Archive() => new SourceArchive(_work.Path);

    private string Run(string script)
    {
        var start = new ProcessStartInfo("sh", ["-c", script]) { WorkingDirectory = _work.Path, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
