using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Buildit.Core.Instances;
using Buildit.Core.Json;

namespace Buildit.Images.Instances;

/// <summary>The mounts of an instance: what every one has, then what is writable, then what is the machine's.</summary>
internal static class MountList
{
    private sealed record Mount(string Destination, string Type, string Source, ImmutableArray<string> Options);

    internal static void Write(Utf8JsonWriter json, Instance instance)
    {
        json.WriteStartArray("mounts");
        // A mount hides what was mounted below it before: the shortest paths come first.
        foreach (var mount in Basic(instance).Concat(Own(instance).OrderBy(m => m.Destination, StringComparer.Ordinal)))
        {
            json.WriteStartObject();
            json.WriteString("destination", mount.Destination);
            json.WriteString("type", mount.Type);
            json.WriteString("source", mount.Source);
            JsonDocuments.Texts(json, "options", mount.Options);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static IEnumerable<Mount> Basic(Instance instance)
    {
        const int Tty = 5; // the group of terminals, which is not there where nobody but root is
        yield return new("/proc", "proc", "proc", ["nosuid", "noexec", "nodev"]);
        yield return new("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]);
        yield return new("/dev/pts", "devpts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", .. instance.Ids.Group(Tty) == Tty ? (string[])["gid=5"] : []]);
        yield return new("/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]);
        yield return new("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]);
        yield return new("/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev", "ro"]);
    }

    private static IEnumerable<Mount> Own(Instance instance)
    {
        var given = instance.Mounts.Select(m => m.Inside).ToHashSet(StringComparer.Ordinal);
        return instance.Scratch.Where(s => !given.Contains(s.Path)).Select(s => Scratch(s, instance.Ids))
            .Concat(instance.Mounts.Select(m => new Mount(m.Inside, "bind", m.Host, ["rbind", m.IsReadOnly ? "ro" : "rw", "nosuid", "nodev"])));
    }

    private static Mount Scratch(ScratchDirectory directory, IdMap ids) => new(
        directory.Path,
        "tmpfs",
        "tmpfs",
        ["nosuid", "nodev", "mode=" + Convert.ToString(directory.Mode, 8), string.Create(CultureInfo.InvariantCulture, $"uid={ids.User(directory.Uid)}"), string.Create(CultureInfo.InvariantCulture, $"gid={ids.Group(directory.Gid)}")]);
}
