using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>'buildit verify' with diffoscope, which this workspace has locked.</summary>
[Collection(nameof(Judged))]
public sealed class DiffoscopeTests(Judged judged) : IDisposable
{
    private readonly TemporaryDirectory _copy = WorkspaceCopy.Of("tests/peers");

    [Fact]
    public async Task The_pinned_diffoscope_looks_at_what_differs()
    {
        Assert.NotNull(judged);
        var result = await VerifyAsync("head -c 12 /dev/urandom | od -An -tx1 > \"$OUTPUT\"/etc/random; echo same > \"$OUTPUT\"/etc/same");
        Assert.Equal(5, result.ExitCode);
        var report = result.Output[result.Output.IndexOf("    diffoscope of runtime:\n", StringComparison.Ordinal)..];
        // Its own words; the two sides by the places that it sees them at.
        Assert.Contains("--- /src", report, StringComparison.Ordinal);
        Assert.Contains("+++ /build", report, StringComparison.Ordinal);
        Assert.Contains("etc/random", report, StringComparison.Ordinal);
        Assert.Contains("@@ -1 +1 @@", report, StringComparison.Ordinal);
        Assert.DoesNotContain("same", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_not_asked_where_nothing_differs()
    {
        var result = await VerifyAsync("echo same > \"$OUTPUT\"/etc/same");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("peers/subject-1.0: identical (made again once)\n", result.Output);
    }

    public void Dispose() => _copy.Dispose();

    private Task<BuilditResult> VerifyAsync(string install)
    {
        _copy.Write(
            "tests/peers/pkgs/peers/subject/pkg.yaml",
            $"name: subject\nversions: {{1.0: {{}}}}\nneeds: {{tools: [debian/dash, debian/coreutils, debian/findutils, debian/tar]}}\nbuild:\n  install: |\n    mkdir \"$OUTPUT\"/etc\n    {install}\n    # {Guid.NewGuid()}\n");
        return BuilditProcess.RunAsync(_copy, "verify", "-C", Path.Combine(_copy, "tests/peers"), "peers/subject");
    }
}
