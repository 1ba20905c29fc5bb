using System.Text.Json;
using Buildit.Core.Instances;
using Buildit.Images.Instances;

namespace Buildit.Images.Tests.Instances;

/// <summary>What the OCI runtime specification's schema demands, and what an instance must not get.</summary>
public sealed class RuntimeConfigTests
{
    private static readonly Instance Plain = new() { Command = ["/bin/web", "-x"], Environment = [new("A", "b=c")], User = new(101, 102, [103], "/") };
    private static readonly IdMap Lent = IdMap.Of(1000, 1001, (100_000, 65_536), (200_000, 65_536));

    [Fact]
    public void All_that_the_specification_requires_is_there()
    {
        var config = Write(Plain);
        Assert.Matches("^1\\.0\\.\\d+$", Text(config, "ociVersion"));
        Assert.Equal("rootfs", Text(config.GetProperty("root"), "path"));
        var process = config.GetProperty("process");
        Assert.Equal(["/bin/web", "-x"], Texts(process, "args"));
        Assert.Equal(["A=b=c"], Texts(process, "env"));
        Assert.StartsWith("/", Text(process, "cwd"), StringComparison.Ordinal);
        Assert.Equal(101, process.GetProperty("user").GetProperty("uid").GetInt32());
        Assert.Equal(103, process.GetProperty("user").GetProperty("additionalGids")[0].GetInt32());
        Assert.All(config.GetProperty("mounts").EnumerateArray(), m => Assert.StartsWith("/", Text(m, "destination"), StringComparison.Ordinal));
        Assert.Equal(["pid", "ipc", "uts", "mount", "network"], config.GetProperty("linux").GetProperty("namespaces").EnumerateArray().Select(n => Text(n, "type")));
    }

    [Fact]
    public void An_instance_has_a_read_only_root_and_no_privileges()
    {
        var config = Write(Plain);
        Assert.True(config.GetProperty("root").GetProperty("readonly").GetBoolean());
        Assert.True(config.GetProperty("process").GetProperty("noNewPrivileges").GetBoolean());
        Assert.All(config.GetProperty("process").GetProperty("capabilities").EnumerateObject(), set => Assert.Equal(0, set.Value.GetArrayLength()));
        Assert.Equal("[{\"allow\":false,\"access\":\"rwm\"}]", JsonSerializer.Serialize(config.GetProperty("linux").GetProperty("resources").GetProperty("devices")));
    }

    [Fact]
    public void Low_ports_are_the_one_capability_of_who_is_not_root()
    {
        var capabilities = Write(Plain with { HasLowPorts = true }).GetProperty("process").GetProperty("capabilities");
        Assert.All(capabilities.EnumerateObject(), set => Assert.Equal("CAP_NET_BIND_SERVICE", set.Value.EnumerateArray().Single().GetString()));
        var ofRoot = Write(Plain with { IsPrivileged = true }).GetProperty("process").GetProperty("capabilities");
        Assert.Contains("CAP_SETUID", Texts(ofRoot, "bounding"));
        Assert.Empty(Texts(ofRoot, "ambient"));
    }

    [Fact]
    public void What_is_mounted_stands_above_what_it_is_mounted_in_and_hides_a_scratch_directory()
    {
        var config = Write(Plain with { Scratch = [new("/var/a/b", 0x1C0, 101, 0), new("/var/a", 0x3FF, 0, 0), new("/etc/tls", 0x1ED, 0, 0)], Mounts = [new("/home/me", "/etc/tls", true)] });
        var own = config.GetProperty("mounts").EnumerateArray().Skip(6).ToArray();
        Assert.Equal(["/etc/tls", "/var/a", "/var/a/b"], own.Select(m => Text(m, "destination")));
        Assert.Equal(["rbind", "ro", "nosuid", "nodev"], Texts(own[0], "options"));
        Assert.Equal(["nosuid", "nodev", "mode=1777", "uid=0", "gid=0"], Texts(own[1], "options"));
        Assert.Equal(["nosuid", "nodev", "mode=700", "uid=101", "gid=0"], Texts(own[2], "options"));
    }

    [Fact]
    public void Users_that_are_lent_are_mapped_where_the_runtime_makes_their_namespace()
    {
        var linux = Write(Plain with { Ids = Lent }).GetProperty("linux");
        Assert.Contains("user", linux.GetProperty("namespaces").EnumerateArray().Select(n => Text(n, "type")));
        Assert.Equal("[{\"containerID\":0,\"hostID\":1000,\"size\":1},{\"containerID\":1,\"hostID\":100000,\"size\":65536}]", JsonSerializer.Serialize(linux.GetProperty("uidMappings")));
        var inside = Write(Plain with { Ids = Lent, IsInNamespaces = true }).GetProperty("linux");
        Assert.False(inside.TryGetProperty("uidMappings", out _));
        Assert.Equal(["pid", "ipc", "uts", "mount"], inside.GetProperty("namespaces").EnumerateArray().Select(n => Text(n, "type")));
    }

    [Fact]
    public void Where_root_is_alone_nothing_is_anybody_else_s()
    {
        var alone = IdMap.Of(1000, 1000, null, null);
        Assert.True(alone.IsRootAlone);
        var config = Write(Plain with { Ids = alone, Scratch = [new("/tmp", 0x1ED, 101, 101)] });
        Assert.DoesNotContain("gid=5", config.ToString(), StringComparison.Ordinal);
        Assert.Equal(["nosuid", "nodev", "mode=755", "uid=0", "gid=0"], Texts(config.GetProperty("mounts").EnumerateArray().Last(), "options"));
    }

    [Fact]
    public void Limits_are_in_the_kernel_s_units()
    {
        var resources = Write(Plain with { Limits = new(64 << 20, 1500, 7) }).GetProperty("linux").GetProperty("resources");
        Assert.Equal(67_108_864, resources.GetProperty("memory").GetProperty("limit").GetInt64());
        Assert.Equal(150_000, resources.GetProperty("cpu").GetProperty("quota").GetInt64());
        Assert.Equal(100_000, resources.GetProperty("cpu").GetProperty("period").GetInt64());
        Assert.Equal(7, resources.GetProperty("pids").GetProperty("limit").GetInt32());
    }

    private static JsonElement Write(Instance instance) => JsonDocument.Parse(RuntimeConfig.Write(instance)).RootElement;

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString()!;

    private static IEnumerable<string> Texts(JsonElement e, string name) => e.GetProperty(name).EnumerateArray().Select(t => t.GetString()!);
}
