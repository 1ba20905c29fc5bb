using System.Net;
using System.Net.Sockets;
using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>A place that does not work, or does not have what it says, is told once, and costs a build its time, never its result: with nginx as the place.</summary>
[Collection(nameof(Judged))]
public sealed class TroubledBinhostTests(Judged judged, SmallBinhost binhost) : IClassFixture<SmallBinhost>
{
    [Theory]
    [InlineData("return 500;", "500")]
    [InlineData("return 503;", "503")]
    [InlineData("add_header Retry-After 300 always; return 429;", "429")]
    [InlineData("return 403;", "403")]
    [InlineData("default_type text/html; return 200 '<!DOCTYPE html><title>Please log in</title>';", "HTML")]
    [InlineData("limit_rate 20;", "gave nothing within 2 s")]
    public async Task A_server_that_does_not_work_is_told_once_and_everything_is_built(string rules, string reason)
    {
        using var server = await NginxServer.StartAsync(judged.Root, binhost.Place, rules);
        await BuildsAsync(server.Url, reason);
    }

    [Theory]
    [InlineData("http://no-such-host.invalid/bin", "there is no host named no-such-host.invalid")]
    [InlineData("http://127.0.0.1:9/bin", "could not be connected")]
    public async Task A_place_that_is_not_there_is_told_once_and_everything_is_built(string url, string reason) => await BuildsAsync(url, reason);

    [Fact]
    public async Task A_server_that_takes_connections_and_never_answers_is_told_once_and_everything_is_built()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await BuildsAsync($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/bin", " 2 s");
    }

    [Fact]
    public async Task A_server_that_speaks_no_TLS_is_told_once_and_everything_is_built()
    {
        using var server = await NginxServer.StartAsync(judged.Root, binhost.Place);
        await BuildsAsync(server.Url.Replace("http:", "https:", StringComparison.Ordinal), "TLS");
    }

    [Theory]
    [InlineData("rm '{0}'")]
    [InlineData("truncate -s 0 '{0}'")]
    [InlineData("truncate -s -7 '{0}'")]
    [InlineData("truncate -s +7 '{0}'")]
    [InlineData("printf x | dd of='{0}' bs=1 seek=20 conv=notrunc status=none")]
    [InlineData("size=$(stat -c %s '{0}') && head -c $size /dev/zero > '{0}'")]
    [InlineData("echo '<!DOCTYPE html><title>404</title>' > '{0}'")]
    public async Task R28_R29_what_it_lacks_or_has_with_other_bytes_comes_from_the_next_or_is_built(string damage)
    {
        var bad = binhost.Copy();
        foreach (var layer in SmallBinhost.LayersOf(bad, "test/app"))
        {
            SmallBinhost.Run("sh", "-c", string.Format(System.Globalization.CultureInfo.InvariantCulture, damage, layer));
        }

        using var server = await NginxServer.StartAsync(judged.Root, bad);
        using var good = await NginxServer.StartAsync(judged.Root, binhost.Place);
        var taken = await binhost.User(("bad", server.Url), ("good", good.Url)).MustAsync("pull", "test/app");
        Once("the binhost 'bad' has a record of 'test/app-1.0', but cannot give what it names", taken);
        var built = await binhost.User(("bad", server.Url)).MustAsync("test/app");
        Once("the binhost 'bad' has a record of 'test/app-1.0', but cannot give what it names", built);
        Assert.Contains("built in", built.Error, StringComparison.Ordinal);
        Assert.Equal(taken.Output, built.Output);
    }

    [Fact]
    public async Task R27_a_download_that_was_ended_leaves_nothing_half_there_and_goes_on()
    {
        using var slow = await NginxServer.StartAsync(judged.Root, binhost.Place, $"limit_rate {SmallBinhost.SlowRate};");
        var user = binhost.User(("shared", slow.Url));
        using (var process = user.Start("pull", "test/big"))
        {
            while (!process.HasExited && Directory.EnumerateFiles(Path.Combine(user.Store, "partial"), "*.blob").Sum(f => new FileInfo(f).Length) < SmallBinhost.SlowRate)
            {
                await Task.Delay(20);
            }

            SmallBinhost.Run("kill", "-TERM", $"{process.Id}");
            await process.WaitForExitAsync();
            Assert.Equal(130, process.ExitCode);
        }

        var trees = Directory.EnumerateDirectories(Path.Combine(user.Store, "trees"));
        Assert.DoesNotContain(trees, t => File.Exists(Path.Combine(t, "opt/big")));
        await user.MustAsync("pull", "test/big");
        Assert.Contains(slow.Requests, r => r.Contains("\" 206 ", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(user.Store, "partial"), "*.blob"));
        Assert.Single(trees, t => File.Exists(Path.Combine(t, "opt/big")));
    }

    [Fact]
    public async Task R30_an_output_that_the_store_has_lost_is_taken_again()
    {
        using var server = await NginxServer.StartAsync(judged.Root, binhost.Place);
        var user = binhost.User(("shared", server.Url));
        var first = await user.MustAsync("pull", "test/app");
        var tree = Path.Combine(user.Store, "trees", first.Output.Trim()[^64..]);
        SmallBinhost.Run("sh", "-c", $"find '{tree}' -type d -exec chmod u+w {{}} + && rm -rf '{tree}'");
        Assert.Equal(first.Output, (await user.MustAsync("pull", "test/app")).Output);
        Assert.True(File.Exists(Path.Combine(tree, "app")));
    }

    [Fact]
    public async Task R31_of_a_closure_with_a_gap_the_gap_is_built_and_the_rest_taken()
    {
        var place = binhost.Copy();
        File.Delete(SmallBinhost.RecordOf(place, "test/lib"));
        using var server = await NginxServer.StartAsync(judged.Root, place);
        var user = binhost.User(("shared", server.Url));
        var result = await user.MustAsync("containers/small", "--output", "out");
        Assert.Contains("test/lib-1.0: built in", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("test/app-1.0: built in", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task R36_of_a_package_with_one_damaged_output_nothing_is_taken()
    {
        var place = binhost.Copy();
        var layers = SmallBinhost.LayersOf(place, "test/lib");
        Assert.Equal(2, layers.Length);
        File.WriteAllText(layers[0], "damaged");
        using var server = await NginxServer.StartAsync(judged.Root, place);
        var result = await binhost.User(("shared", server.Url)).MustAsync("test/user");
        Once("the binhost 'shared' has a record of 'test/lib-1.0', but cannot give what it names", result);
        Assert.Contains("test/lib-1.0: built in", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task R41_what_was_removed_and_pushed_again_is_found_by_who_saw_both()
    {
        var place = binhost.Copy();
        var record = SmallBinhost.RecordOf(place, "test/app");
        using var server = await NginxServer.StartAsync(judged.Root, place);
        var user = binhost.User(("shared", server.Url));
        File.Move(record, record + ".away");
        Assert.Equal(7, (await user.RunAsync("pull", "test/app")).ExitCode);
        File.Move(record + ".away", record);
        await user.MustAsync("pull", "test/app");
    }

    private async Task BuildsAsync(string url, string reason)
    {
        var built = await binhost.User(("shared", url)).MustAsync("containers/small", "--output", "out");
        Once("the binhost 'shared'", built);
        Assert.Contains(reason, built.Error.Split('\n').Single(l => l.Contains("the binhost 'shared'", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("test/app-1.0: built in", built.Error, StringComparison.Ordinal);
    }

    private static void Once(string text, BuilditResult result) => Assert.True(result.Error.Split(text).Length == 2, result.ToString());
}
