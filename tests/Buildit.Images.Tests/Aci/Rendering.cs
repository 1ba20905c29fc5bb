using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Buildit.Images.Tests.Aci;

/// <summary>
/// Renders ACIs as the App Container specification has it, and as its reference renderer does, by nothing but the files: dependencies are found by name, labels and image ID, in their order, what they depend on before
/// them; an upper image's path hides a lower one's, of which it is then not unpacked at all.
/// </summary>
internal static class Rendering
{
    /// <summary>The rendered root, a line for each path: kind, mode, owner, time, content and all names of the same file.</summary>
    public static string Of(string aci)
    {
        var archives = Directory.GetFiles(Path.GetDirectoryName(aci)!, "*.aci").Select(Archive.Read).ToArray();
        var root = new SortedDictionary<string, (Archive From, Entry Entry)>(StringComparer.Ordinal);
        foreach (var archive in Order(Archive.Read(aci), archives))
        {
            foreach (var (path, entry) in archive.Entries)
            {
                root[path] = (archive, entry);
            }
        }

        var files = root.Where(r => r.Value.Entry.Kind == 'f').ToLookup(r => (r.Value.From.Id, r.Value.Entry.Source), r => r.Key);
        foreach (var (path, (from, entry)) in root.Where(r => r.Value.Entry.Kind == 'f'))
        {
            Assert.True(root[entry.Source].From.Id == from.Id, $"{path} is a hard link to {entry.Source}, which is not unpacked from {from.Name}");
        }

        return string.Concat(root.Select(r => $"{r.Key} {r.Value.Entry.Line} {(r.Value.Entry.Kind == 'f' ? string.Join('=', files[(r.Value.From.Id, r.Value.Entry.Source)]) : "")}\n"));
    }

    private static IEnumerable<Archive> Order(Archive image, Archive[] archives) =>
        image.Dependencies.Select(d => archives.Single(a => a.Id == d.Id && a.Name == d.Name && d.Labels.All(a.Labels.Contains))).SelectMany(d => Order(d, archives)).Append(image);

    /// <summary>A path of an archive; of a file with several names <paramref name="Source"/> is the one with the bytes.</summary>
    internal sealed record Entry(char Kind, string Line, string Source);

    /// <summary>An ACI.</summary>
    internal sealed record Archive(string Id, string Name, ImmutableArray<string> Labels, ImmutableArray<(string Name, string Id, ImmutableArray<string> Labels)> Dependencies, Dictionary<string, Entry> Entries)
    {
        public static Archive Read(string file)
        {
            var bytes = Uncompressed(file);
            var entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
            JsonElement manifest = default;
            using var reader = new TarReader(new MemoryStream(bytes));
            while (reader.GetNextEntry(copyData: true) is { } entry)
            {
                var path = entry.Name.TrimEnd('/');
                if (path == "manifest")
                {
                    manifest = JsonDocument.Parse(entry.DataStream!).RootElement.Clone();
                }
                else if (path != "rootfs")
                {
                    Assert.StartsWith("rootfs/", path, StringComparison.Ordinal);
                    Assert.True(entries.TryAdd(path, Of(entry, path, entries)), path);
                }
            }

            Assert.False(manifest.TryGetProperty("pathWhitelist", out _));
            return new("sha512-" + Convert.ToHexStringLower(SHA512.HashData(bytes)), manifest.GetProperty("name").GetString()!, LabelsOf(manifest), [.. DependenciesOf(manifest)], entries);
        }

        private static byte[] Uncompressed(string file)
        {
            var bytes = File.ReadAllBytes(file);
            if (bytes is not [0x1F, 0x8B, ..])
            {
                return bytes;
            }

            using var unpacked = new MemoryStream();
            new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress).CopyTo(unpacked);
            return unpacked.ToArray();
        }

        private static Entry Of(TarEntry entry, string path, Dictionary<string, Entry> before)
        {
            var attributes = FormattableString.Invariant($"{Convert.ToString((int)entry.Mode, 8)} {entry.Uid}:{entry.Gid} {entry.ModificationTime.ToUnixTimeSeconds()}");
            return entry.EntryType switch
            {
                TarEntryType.Directory => new('d', $"d {attributes}", path),
                TarEntryType.SymbolicLink => new('l', $"l {attributes} {entry.LinkName}", path),
                TarEntryType.HardLink => before[entry.LinkName],
                _ => new('f', $"f {attributes} {Convert.ToHexStringLower(SHA256.HashData(entry.DataStream ?? Stream.Null))}", path),
            };
        }

        private static IEnumerable<(string, string, ImmutableArray<string>)> DependenciesOf(JsonElement manifest) => manifest.TryGetProperty("dependencies", out var list)
            ? list.EnumerateArray().Select(d => (d.GetProperty("imageName").GetString()!, d.GetProperty("imageID").GetString()!, LabelsOf(d)))
            : [];

        private static ImmutableArray<string> LabelsOf(JsonElement e) => [.. e.GetProperty("labels").EnumerateArray().Select(l => l.GetRawText())];
    }
}
