namespace Buildit.Acceptance.Tests;

/// <summary>Machines that lack what a build needs: the reason is told with its fix, never a build without sandbox.</summary>
public sealed class MachineTests
{
    // In a user namespace of its own, root may forbid itself further ones.
    private const string WithoutNamespaces = "unshare -Ur sh -c 'echo 0 > /proc/sys/user/max_user_namespaces && exec \"$BUILDIT\" \"$@\"' sh ";

    [Fact]
    public void R49_without_user_namespaces_the_reason_and_the_fix_are_told()
    {
        using var workspace = new Workspace().Recipe("hello", $"echo {Workspace.Fresh()} > \"$OUTPUT/x\"");
        Run.Script(WithoutNamespaces + "test/hello", workspace)
            .Fails(3, "the kernel permits no user namespaces (user.max_user_namespaces is 0)", "sysctl -w user.max_user_namespaces=")
            .DoesNotSay("failed in phase");
    }

    [Fact]
    public void Doctor_says_so_too()
    {
        using var workspace = new Workspace();
        Run.Script(WithoutNamespaces + "doctor", workspace).Fails(3, "user namespaces", "[FAILED]", "sysctl -w user.max_user_namespaces=");
    }

    [Fact]
    public async Task Doctor_finds_this_machine_fit()
    {
        using var workspace = new Workspace();
        var result = await workspace.BuildAsync("doctor");
        result.Says("user namespaces", "packages locked");
        // Free space is the one thing that a machine which runs the tests may lack.
        Assert.DoesNotContain(result.Error.Split('\n'), l => l.EndsWith("[FAILED]", StringComparison.Ordinal) && !l.Contains("disk space", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_of_the_hosts_tools_is_needed()
    {
        using var workspace = new Workspace().Recipe("hello", $"echo {Workspace.Fresh()} > \"$OUTPUT/x\"");
        Run.Script("PATH=/nonexistent exec \"$BUILDIT\" test/hello", workspace).Succeeds();
    }

    [Fact]
    public void Without_a_home_the_place_of_the_store_must_be_named()
    {
        using var workspace = new Workspace();
        Run.Script("unset HOME BUILDIT_STORE; exec \"$BUILDIT\" test/hello", workspace).Fails(2, "BUILDIT_STORE");
    }
}
