using System.Text.Json;
using Buildit.Cli.Explaining;
using Buildit.Core.Differences;
using Buildit.Core.Json;
using Buildit.Core.Trees;
using Buildit.Images.Reading;

namespace Buildit.Cli.Comparing;

/// <summary>Comparisons for programs; docs/cli.md says what each member means.</summary>
internal sealed class DiffJson(Utf8JsonWriter json)
{
    /// <summary>Writes one comparison as an object.</summary>
    public void Write(Comparison comparison)
    {
        json.WriteStartObject();
        json.WriteBoolean("equal", comparison.IsEqual);
        Write("old", comparison.Old);
        Write("new", comparison.New);
        CauseJson.Write(json, comparison.Inputs);
        List("documents", comparison.Documents, d =>
        {
            json.WriteString("name", d.Name);
            List("changes", d.Changes, c =>
            {
                json.WriteString("path", c.Path);
                json.WriteString("old", c.Old);
                json.WriteString("new", c.New);
            });
        });
        List("layers", comparison.Layers, l =>
        {
            json.WriteString("change", l.Old == l.New ? "none" : l.New is null ? "removed" : "added");
            Write((l.New ?? l.Old)!);
        });
        List("files", comparison.Files, Write);
        JsonDocuments.Texts(json, "notes", comparison.Notes);
        json.WriteEndObject();
    }

    private void Write(string name, Side side)
    {
        json.WriteStartObject(name);
        json.WriteString("argument", side.Written);
        json.WriteString("kind", side switch { Side.PackageSide => "package", Side.ContainerSide => "container", _ => "image" });
        json.WriteString("name", side switch { Side.PackageSide p => p.DisplayName, Side.ContainerSide c => c.Container.DisplayName, _ => null });
        json.WriteString("key", (side as Side.PackageSide)?.Key.ToString());
        json.WriteString("digest", (side as Side.ImageSide)?.Image.Digest.ToString());
        json.WriteEndObject();
    }

    private void Write(ImageLayer layer)
    {
        json.WriteString("digest", layer.Digest.ToString());
        json.WriteNumber("size", layer.Size);
        json.WriteString("diffId", layer.DiffId.ToString());
        json.WriteString("title", layer.Title);
    }

    private void Write(FilesComparison files)
    {
        json.WriteString("name", files.Name);
        json.WriteBoolean("equal", files.IsEqual);
        json.WriteString("old", files.Old?.ToString());
        json.WriteString("new", files.New?.ToString());
        List("changes", files.Changes, c =>
        {
            json.WriteString("path", c.Path);
            json.WriteString("change", c.Old is null ? "added" : c.New is null ? "removed" : "changed");
            Write("old", c.Old);
            Write("new", c.New);
            List("aspects", c.Aspects, Write);
        });
    }

    private void Write(Aspect aspect)
    {
        json.WriteString("name", aspect.Name);
        json.WriteString("old", aspect.Old);
        json.WriteString("new", aspect.New);
    }

    private void Write(string name, TreeEntry? entry)
    {
        if (entry is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("kind", FileDiff.KindOf(entry));
        json.WriteString("mode", FileDiff.Octal(entry.Mode));
        json.WriteNumber("uid", entry.Uid);
        json.WriteNumber("gid", entry.Gid);
        json.WriteNumber("size", entry.Size);
        json.WriteString("content", entry.Content.IsEmpty ? null : entry.Content.ToString());
        json.WriteString("target", entry.Target);
        json.WriteEndObject();
    }

    private void List<T>(string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
