using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;

namespace Buildit.Testing;

/// <summary>Asks <c>buildit why</c> for every path that an image really has.</summary>
public static class Owners
{
    private const string Root = "rootfs/";

    // What every root has, whoever made it: docs/containers.md.
    private static readonly HashSet<string> OfEveryRoot = new(["/dev", "/etc", "/proc", "/root", "/run", "/sys", "/tmp", "/var", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"], StringComparer.Ordinal);

    /// <summary>The paths of a written ACI that are owned neither by a package nor by a step of its container, and are not in every root.</summary>
    public static async Task<IReadOnlyList<string>> UnownedAsync(string directory, Dictionary<string, string> environment, string target, string aci)
    {
        var entries = Entries(aci).ToDictionary(StringComparer.Ordinal);
        var owned = await OwnedAsync("/**");
        // A directory stands for what is in it, so that those are asked for one by one.
        foreach (var path in entries.Where(e => e.Value == TarEntryType.Directory && !OfEveryRoot.Contains(e.Key)).Select(e => e.Key))
        {
            owned.UnionWith((await OwnedAsync(path)).Count > 0 ? [path] : []);
        }

        return entries.Count > 0 ? [.. entries.Keys.Where(p => !OfEveryRoot.Contains(p) && !owned.Contains(p)).Order(StringComparer.Ordinal)] : throw new InvalidDataException(aci);

        async Task<HashSet<string>> OwnedAsync(string pattern)
        {
            var result = await BuilditProcess.RunAsync(directory, environment, "why", target, pattern, "--json");
            using var answer = JsonDocument.Parse(result.ExitCode == 0 ? result.Output : throw new InvalidOperationException(result.ToString()));
            return answer.RootElement.GetProperty("matches").EnumerateArray()
                .Where(m => m.GetProperty("package").ValueKind == JsonValueKind.String || m.GetProperty("step").ValueKind == JsonValueKind.String)
                .SelectMany(m => m.GetProperty("names").EnumerateArray().Select(n => n.GetString()!))
                .ToHashSet(StringComparer.Ordinal);
        }
    }

    private static IEnumerable<KeyValuePair<string, TarEntryType>> Entries(string aci)
    {
        using var file = File.OpenRead(aci);
        var isGzip = file.ReadByte() == 0x1F;
        file.Position = 0;
        using var reader = new TarReader(isGzip ? new GZipStream(file, CompressionMode.Decompress) : file);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.Name.StartsWith(Root, StringComparison.Ordinal) && entry.Name.Length > Root.Length)
            {
                yield return new("/" + entry.Name[Root.Length..].TrimEnd('/'), entry.EntryType);
            }
        }
    }
}
