using Buildit.Build.Actions;
using Buildit.Build.Engine;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Testing;

namespace Buildit.Build.Tests.Engine;

public sealed class BuildFailureTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_phase_that_fails_is_named_with_its_command()
    {
        var d = Describe(["phase unpack", "phase build"], "==> build\n+ make -j2\ncc: error\n+ false\n", 2);
        Assert.Equal("'app/demo-1.0' failed in phase 'build' with exit code 2: false", d.Message);
        Assert.EndsWith("  | cc: error\n  | + false\n  log: " + Log, d.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_patch_that_does_not_apply_is_named_with_file_and_hunk()
    {
        var name = BuildScript.PatchFile(2, Samples.Patch("b c.patch"));
        var d = Describe(["phase patch", "patch 01-a.patch", "patch " + name], "applying 01-a.patch\npatching file src/ok.c\napplying x\npatching file 'src/no good.c'\nHunk #2 FAILED at 17.\nHunk #3 FAILED at 40.\n2 out of 3 hunks FAILED\n", 1);
        Assert.Equal("patch 'b c.patch' does not apply to 'app/demo-1.0': 'src/no good.c', hunk 2 at line 17, hunk 3 at line 40", d.Message);
        Assert.Contains("no fuzz", d.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_patch_that_is_in_the_sources_already_says_so()
    {
        var d = Describe(["phase patch", "patch 01-a.patch"], "patching file x\nReversed (or previously applied) patch detected!  Skipping patch.\n", 1);
        Assert.Equal("patch 'a.patch' of 'app/demo-1.0' is applied already: the sources contain its change", d.Message);
        Assert.Contains("remove the patch", d.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_build_that_took_too_long_says_how_long()
    {
        var d = Describe(["phase patch"], "", 137, timedOut: true);
        Assert.Equal("'app/demo-1.0' was ended in phase 'patch': it took longer than 30 min", d.Message);
        Assert.Contains("timeout:", d.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_build_that_wants_the_network_is_told_that_there_is_none() =>
        Assert.Contains("no network", Describe(["phase build"], "curl: (6) Could not resolve host: example.org\n", 6).Hint, StringComparison.Ordinal);

    [Fact]
    public void Only_the_end_of_a_log_is_shown_and_no_log_is_no_trouble()
    {
        var d = Describe(["phase build"], string.Concat(Enumerable.Range(0, 100).Select(i => $"line {i}\n")), 1);
        Assert.StartsWith("  | line 75\n", d.Detail, StringComparison.Ordinal);
        Assert.Equal("'app/demo-1.0' failed in phase 'start' with exit code 1", Describe([], null, 1).Message);
    }

    private string Log => Path.Combine(_directory, "log");

    private Diagnostic Describe(string[] status, string? log, int exitCode, bool timedOut = false)
    {
        File.Delete(Log);
        if (log is not null)
        {
            _directory.Write("log", log);
        }

        var package = Samples.Built(Samples.Recipe() with { Patches = [Samples.Patch("a.patch"), Samples.Patch("b c.patch")] });
        var error = BuildFailure.Describe(package, new(exitCode, timedOut), status, Log);
        Assert.Equal(ExitCode.Failed, error.Code);
        return Assert.Single(error.Diagnostics);
    }
}
