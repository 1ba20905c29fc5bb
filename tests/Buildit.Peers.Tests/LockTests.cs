using System.Text.RegularExpressions;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>'buildit lock' against the distribution's real index, whose signature the pinned gpgv checks.</summary>
[Collection(nameof(Judged))]
public sealed class LockTests(Judged judged) : IDisposable
{
    private readonly TemporaryDirectory _copy = WorkspaceCopy.Of("tests/peers");

    private string Workspace => Path.Combine(_copy, "tests/peers");

    private string LockPath => Path.Combine(Workspace, "pkgs/debian/packages.lock");

    [Fact]
    public async Task A_fresh_lock_resolves_and_is_up_to_date()
    {
        Succeeded(await BuilditProcess.RunAsync(_copy, "lock", "-C", Workspace));

        Assert.Contains("\nPackage: skopeo\n", await File.ReadAllTextAsync(LockPath), StringComparison.Ordinal);
        Succeeded(await BuilditProcess.RunAsync(_copy, "lock", "--check", "-C", Workspace));
        Succeeded(await BuilditProcess.RunAsync(_copy, "build", "-C", Workspace, "peers/judges"));
    }

    [Fact]
    public async Task A_lock_that_lacks_a_package_is_not_up_to_date()
    {
        var recipe = Path.Combine(Workspace, "pkgs/peers/judges/pkg.yaml");
        await File.WriteAllTextAsync(recipe, (await File.ReadAllTextAsync(recipe)).Replace("- debian/dash\n", "- debian/dash\n    - debian/hello\n", StringComparison.Ordinal));

        var result = await BuilditProcess.RunAsync(_copy, "lock", "--check", "-C", Workspace);

        Assert.Equal(7, result.ExitCode);
        Assert.Contains("debian/hello: (new) ->", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_moves_the_package_that_is_named_and_leaves_the_others()
    {
        var fresh = await File.ReadAllTextAsync(LockPath);
        await File.WriteAllTextAsync(LockPath, Outdated(Outdated(fresh, "skopeo"), "umoci"));

        var result = await BuilditProcess.RunAsync(_copy, "update", "debian/skopeo", "-C", Workspace);

        Succeeded(result);
        Assert.Contains("debian/skopeo: 0-1 -> ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("debian/umoci", result.Error, StringComparison.Ordinal);
        Assert.Contains("\nPackage: umoci\nVersion: 0-1\n", await File.ReadAllTextAsync(LockPath), StringComparison.Ordinal);
        Assert.DoesNotContain("\nPackage: skopeo\nVersion: 0-1\n", await File.ReadAllTextAsync(LockPath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_that_other_keys_have_signed_is_refused()
    {
        judged.Peers.Run("cp", "/usr/share/keyrings/debian-archive-removed-keys.gpg", "other.gpg").Succeeded();
        File.Copy(Path.Combine(judged.Work, "other.gpg"), Path.Combine(_copy, "pkgs/debian/keyring.gpg"), overwrite: true);
        var before = await File.ReadAllTextAsync(LockPath);

        var result = await BuilditProcess.RunAsync(_copy, "lock", "-C", Workspace);

        Assert.Equal(6, result.ExitCode);
        Assert.Contains("not signed by a key of its keyring", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(LockPath));
    }

    public void Dispose() => _copy.Dispose();

    private static void Succeeded(BuilditResult result) => Assert.True(result.ExitCode == 0, result.ToString());

    /// <summary>The lock with an older version of a package.</summary>
    private static string Outdated(string locked, string package)
    {
        var outdated = Regex.Replace(locked, $"(\nPackage: {package}\nVersion: )[^\n]+((?:\n[^\n]+)*?\nSHA256: )[0-9a-f]+", $"${{1}}0-1${{2}}{new string('0', 64)}");
        Assert.NotEqual(locked, outdated);
        return outdated;
    }
}
