using System.Text.RegularExpressions;

namespace Buildit.Acceptance.Tests;

/// <summary>--on-failure=shell, without a terminal: commands come from standard input.</summary>
public sealed class FailureShellTests
{
    [Fact]
    public void A_failed_build_can_be_looked_into_in_its_own_sandbox_and_still_fails()
    {
        using var workspace = new Workspace().Recipe("bad", "echo half > half\nfalse");
        var result = Run.Script("echo 'pwd; cat half; ls /src/phases; id -u; ls /home; touch /usr/x; exit 5' | \"$BUILDIT\" test/bad --on-failure=shell", workspace);
        Assert.Equal(1, result.ExitCode);
        Assert.Single(Regex.Matches(result.Error, "error: 'test/bad-1.0' failed in phase 'install' with exit code 1"));
        result.Says("buildit: a shell in the sandbox of 'test/bad-1.0'", "Read-only file system");
        Assert.Equal("/build/src\nhalf\ninstall\n1000\n", result.Output);
    }

    [Fact]
    public void A_failed_test_is_looked_into_in_the_root_of_the_test()
    {
        using var workspace = new Workspace().Recipe("bad", $"install -D /dev/null \"$OUTPUT/usr/share/{Workspace.Fresh()}\"", "test: exit 4\n");
        var result = Run.Script("echo 'pwd; test ! -e /usr/bin/gcc && ls -d /usr/share' | \"$BUILDIT\" test/bad --on-failure=shell", workspace);
        Assert.Equal(1, result.ExitCode);
        result.Says("failed in phase 'test' with exit code 4", "a shell in the root of the test");
        Assert.Equal("/tmp\n/usr/share\n", result.Output);
    }

    [Fact]
    public void Nothing_is_opened_when_nothing_fails_and_what_is_asked_for_must_be_known()
    {
        using var workspace = new Workspace().Recipe("good", $"echo {Workspace.Fresh()} > \"$OUTPUT/x\"");
        var result = Run.Script("echo 'echo opened' | \"$BUILDIT\" test/good --on-failure=shell", workspace).Succeeds().DoesNotSay("a shell in");
        Assert.DoesNotMatch(new Regex("^opened$", RegexOptions.Multiline), result.Output);
        Run.Script("\"$BUILDIT\" test/good --on-failure=shel", workspace).Fails(2, "shell");
    }
}
