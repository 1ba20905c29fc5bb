using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Buildit.Core.Trees;
using Buildit.Images.Tests.Aci;

namespace Buildit.Peers.Tests;

/// <summary>The ACI's outer form, which tools of the time relied upon.</summary>
[Collection(nameof(Judged))]
public sealed class AciTests(Judged judged)
{
    /// <summary>What the table of our own validator's tests says of actool is what actool says.</summary>
    [Fact]
    public void Actool_judges_each_manifest_as_the_table_says()
    {
        var rows = VerdictTable.Rows.Select(r => (Title: (string)r[0], Manifest: (string)r[1], IsGood: (bool)r[2])).ToArray();
        var directory = Directory.CreateDirectory(Path.Combine(judged.Work, "verdicts")).FullName;
        for (var i = 0; i < rows.Length; i++)
        {
            using var file = File.Create(Path.Combine(directory, FormattableString.Invariant($"{i}.aci")));
            var tar = new CanonicalTarWriter(file);
            tar.WriteFile("manifest", Encoding.UTF8.GetBytes(rows[i].Manifest), 0x1A4, 0);
            tar.WriteEntry(new("rootfs", EntryKind.Directory), 0, _ => Stream.Null);
            tar.Finish();
        }

        var taken = judged.Peers.Shell("cd verdicts; for f in *.aci; do if actool validate $f >/dev/null 2>&1; then echo ${f%.aci}; fi; done").Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet();

        Assert.Equal([], rows.Select((r, i) => (r, IsTaken: taken.Contains(i.ToString(CultureInfo.InvariantCulture)))).Where(r => r.r.IsGood != r.IsTaken).Select(r => $"{r.r.Title}: {(r.IsTaken ? "taken" : "refused")}"));
    }

    [Theory]
    [InlineData("nginx-prod")]
    [InlineData("redis")]
    public void The_manifest_comes_first_and_then_the_root(string container)
    {
        using var reader = new TarReader(new GZipStream(File.OpenRead(Path.Combine(judged.Work, judged.Image(container).Aci)), CompressionMode.Decompress));

        var first = reader.GetNextEntry()!;
        var manifest = JsonDocument.Parse(first.DataStream!).RootElement.Clone();
        var second = reader.GetNextEntry()!;

        Assert.Equal("manifest", first.Name);
        Assert.Equal(("rootfs/", TarEntryType.Directory), (second.Name, second.EntryType));
        var read = JsonDocument.Parse(judged.Peers.Run("actool", "cat-manifest", judged.Image(container).Aci).Succeeded()).RootElement;
        Assert.Equal("ImageManifest", read.GetProperty("acKind").GetString());
        Assert.True(JsonElement.DeepEquals(manifest.GetProperty("labels"), read.GetProperty("labels")));
        Assert.True(JsonElement.DeepEquals(manifest.GetProperty("app").GetProperty("exec"), read.GetProperty("app").GetProperty("exec")));
    }
}
