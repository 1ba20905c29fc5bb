using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Buildit.Core.Instances;
using Buildit.Core.Json;

namespace Buildit.Images.Instances;

/// <summary>Writes the <c>config.json</c> of a bundle (OCI Runtime Specification 1.0.2).</summary>
public static class RuntimeConfig
{
    private const string Version = "1.0.2";

    // What a daemon needs that begins as root and then becomes somebody else.
    private static readonly ImmutableArray<string> RootCapabilities = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETGID", "CAP_SETUID"];
    private const string LowPorts = "CAP_NET_BIND_SERVICE";
    private static readonly ImmutableArray<string> Masked =
        ["/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/firmware"];

    private static readonly ImmutableArray<string> ReadOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    private static readonly ImmutableArray<string> Namespaces = ["pid", "ipc", "uts", "mount"];

    /// <summary>The file's bytes.</summary>
    public static byte[] Write(Instance instance)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion", Version);
            json.WriteStartObject("root");
            json.WriteString("path", "rootfs");
            json.WriteBoolean("readonly", !instance.IsWritable);
            json.WriteEndObject();
            json.WriteString("hostname", instance.HostName);
            WriteProcess(json, instance);
            MountList.Write(json, instance);
            WriteLinux(json, instance);
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static void WriteProcess(Utf8JsonWriter json, Instance instance)
    {
        json.WriteStartObject("process");
        json.WriteBoolean("terminal", instance.HasTerminal);
        json.WriteStartObject("user");
        json.WriteNumber("uid", instance.User.Uid);
        json.WriteNumber("gid", instance.User.Gid);
        if (!instance.User.Groups.IsEmpty)
        {
            json.WriteStartArray("additionalGids");
            foreach (var group in instance.User.Groups)
            {
                json.WriteNumberValue(group);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        JsonDocuments.Texts(json, "args", instance.Command);
        JsonDocuments.Texts(json, "env", instance.Environment.Select(e => $"{e.Key}={e.Value}"));
        json.WriteString("cwd", instance.WorkingDirectory);
        WriteCapabilities(json, instance);
        json.WriteBoolean("noNewPrivileges", true);
        json.WriteEndObject();
    }

    private static void WriteCapabilities(Utf8JsonWriter json, Instance instance)
    {
        // Only ambient capabilities reach a program that is not root's, capabilities(7).
        ImmutableArray<string> given = instance.IsPrivileged ? RootCapabilities : instance.HasLowPorts ? [LowPorts] : [];
        json.WriteStartObject("capabilities");
        JsonDocuments.Texts(json, "bounding", given);
        JsonDocuments.Texts(json, "effective", given);
        JsonDocuments.Texts(json, "permitted", given);
        JsonDocuments.Texts(json, "inheritable", instance.IsPrivileged ? [] : given);
        JsonDocuments.Texts(json, "ambient", instance.IsPrivileged ? [] : given);

        json.WriteEndObject();
    }

    private static void WriteLinux(Utf8JsonWriter json, Instance instance)
    {
        json.WriteStartObject("linux");
        var ids = instance.IsInNamespaces ? IdMap.Machine : instance.Ids;
        var namespaces = Namespaces.Concat(instance.IsInNamespaces ? [] : ["network"]).Concat(ids.Users.IsEmpty ? [] : ["user"]);
        json.WriteStartArray("namespaces");
        foreach (var name in namespaces)
        {
            json.WriteStartObject();
            json.WriteString("type", name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteIds(json, "uidMappings", ids.Users);
        WriteIds(json, "gidMappings", ids.Groups);
        if (instance.ControlGroup is { } group)
        {
            json.WriteString("cgroupsPath", group);
        }

        WriteResources(json, instance.Limits);
        JsonDocuments.Texts(json, "maskedPaths", Masked);
        JsonDocuments.Texts(json, "readonlyPaths", ReadOnly);
        json.WriteEndObject();
    }

    private static void WriteIds(Utf8JsonWriter json, string name, ImmutableArray<IdRange> ranges)
    {
        if (ranges.IsEmpty)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var range in ranges)
        {
            json.WriteStartObject();
            json.WriteNumber("containerID", range.Inside);
            json.WriteNumber("hostID", range.Outside);
            json.WriteNumber("size", range.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteResources(Utf8JsonWriter json, InstanceLimits limits)
    {
        const int Period = 100_000; // microseconds
        json.WriteStartObject("resources");
        json.WriteStartArray("devices");
        json.WriteStartObject();
        json.WriteBoolean("allow", false);
        json.WriteString("access", "rwm");
        json.WriteEndObject();
        json.WriteEndArray();
        if (limits.Memory is { } memory)
        {
            json.WriteStartObject("memory");
            json.WriteNumber("limit", memory);
            json.WriteEndObject();
        }

        if (limits.Cpus is { } cpus)
        {
            json.WriteStartObject("cpu");
            json.WriteNumber("quota", (long)cpus * Period / 1000);
            json.WriteNumber("period", Period);
            json.WriteEndObject();
        }

        if (limits.Pids is { } pids)
        {
            json.WriteStartObject("pids");
            json.WriteNumber("limit", pids);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
