using System.Text.Json;

namespace Buildit.Peers.Tests;

/// <summary>A binhost is looked after over ssh as it is where it lies.</summary>
[Collection(nameof(SshServer))]
public sealed class SshKeepingTests(SshServer server)
{
    [Theory]
    [InlineData("containers")]
    [InlineData("restricted")]
    public async Task What_is_old_goes_and_what_stays_is_verified(string account)
    {
        var name = $"kept-{Guid.NewGuid():N}";
        using var owner = new SmallWorkspace($"binhosts: [{{name: account, url: '{server.Url(account, name)}'}}]");
        await owner.MustAsync("key", "new");
        await owner.MustAsync("push", "test/app");
        var place = Path.Combine(account == "containers" ? server.Home : server.RestrictedHome, name);
        var old = Records(place).Single();
        var recipe = Path.Combine(owner.Home, "pkgs/test/app/pkg.yaml");
        await File.WriteAllTextAsync(recipe, (await File.ReadAllTextAsync(recipe)).Replace("echo ", "echo newer ", StringComparison.Ordinal));
        await owner.MustAsync("push", "test/app");
        var kept = Records(place).Single(r => r != old);
        var path = Path.GetRelativePath(place, old);
        Assert.DoesNotContain(path, await GoneAsync(owner, "--dry-run"));
        // How old a file is, the server says.
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-100));
        Assert.Contains("everything is as it must be", (await owner.MustAsync("binhost", "verify")).Error, StringComparison.Ordinal);
        var before = Files(place);
        var planned = await GoneAsync(owner, "--dry-run");
        Assert.Contains(path, planned);
        Assert.Equal(before, Files(place));

        var gone = await GoneAsync(owner);
        // And the part of the catalog that was replaced by one without the record.
        Assert.Empty(planned.Except(gone));
        Assert.Empty(gone.Intersect(Files(place)));
        Assert.Equal(kept, Records(place).Single());
        Assert.Contains("everything is as it must be", (await owner.MustAsync("binhost", "verify")).Error, StringComparison.Ordinal);

        var blob = Directory.EnumerateFiles(Path.Combine(place, "blobs/sha256")).MaxBy(f => new FileInfo(f).Length)!;
        await File.WriteAllTextAsync(blob, "other bytes");
        var damaged = await owner.RunAsync("binhost", "verify");
        Assert.Equal(4, damaged.ExitCode);
        Assert.Contains(Path.GetFileName(blob), damaged.Output, StringComparison.Ordinal);
    }

    private static async Task<string[]> GoneAsync(SmallWorkspace owner, params string[] more)
    {
        var result = await owner.MustAsync(["binhost", "gc", "--keep", "1", "--older-than", "90d", "--grace", "0h", "--json", .. more]);
        using var report = JsonDocument.Parse(result.Output);
        return [.. report.RootElement.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("path").GetString()!).Order(StringComparer.Ordinal)];
    }

    private static string[] Records(string place) => [.. Directory.EnumerateFiles(Path.Combine(place, "records"), "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f).Length == 64)];

    private static string[] Files(string place) => [.. Directory.EnumerateFiles(place, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(place, f)).Order(StringComparer.Ordinal)];
}
