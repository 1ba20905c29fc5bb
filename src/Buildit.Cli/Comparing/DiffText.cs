using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Buildit.Cli.Consoles;
using Buildit.Cli.Explaining;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Differences;
using Buildit.Core.Trees;
using Buildit.Images.Reading;

namespace Buildit.Cli.Comparing;

/// <summary>A comparison for people, in the manner of diff(1): '-' stands before what only the first of the two has, '+' before what only the second one has.</summary>
internal sealed class DiffText
{
    // What follows from the layers and files, which are told by themselves.
    private static readonly string[] Following = ["layers[", "config.digest", "config.size", "rootfs.diff_ids[", "history["];

    private readonly StringBuilder _text = new();

    /// <summary>The comparison as lines, the last one ended, too.</summary>
    public string Print(Comparison comparison)
    {
        Line(0, $"--- {comparison.Old.Written} ({comparison.Old.Title})");
        Line(0, $"+++ {comparison.New.Written} ({comparison.New.Title})");
        Inputs(comparison);
        foreach (var (name, changes) in comparison.Documents)
        {
            Document(name, [.. changes.Where(c => !Following.Any(f => c.Path.StartsWith(f, StringComparison.Ordinal)))]);
        }

        Layers(comparison.Layers);
        foreach (var files in comparison.Files.Where(f => !f.IsEqual))
        {
            Files(files);
        }

        if (comparison.Files.Where(f => f.IsEqual).Select(f => f.Name).ToArray() is { Length: > 0 } equal)
        {
            Line(0, $"equal: {string.Join(", ", equal)}");
        }

        foreach (var note in comparison.Notes)
        {
            Line(0, $"note: {note}");
        }

        return comparison.IsEqual ? _text.Append("no difference\n").ToString() : _text.ToString();
    }

    private void Inputs(Comparison comparison)
    {
        if (comparison.Inputs.IsEmpty)
        {
            return;
        }

        Line(0, "inputs");
        foreach (var cause in comparison.Inputs)
        {
            Line(2, ExplainText.LineOfPackage(cause));
            foreach (var detail in cause.Details)
            {
                Line(4, detail);
            }

            foreach (var line in cause.Diff)
            {
                Line(4, line);
            }
        }
    }

    private void Document(string name, JsonChange[] changes)
    {
        foreach (var change in changes.Take(1))
        {
            Line(0, name);
        }

        foreach (var change in changes)
        {
            Line(2, $"{change.Path}: {change.Old ?? "(nothing)"} -> {change.New ?? "(nothing)"}");
        }
    }

    private void Layers(ImmutableArray<(ImageLayer? Old, ImageLayer? New)> layers)
    {
        if (layers.IsEmpty)
        {
            return;
        }

        Line(0, "layers");
        foreach (var (old, now) in layers)
        {
            Line(2, Layer(old == now ? ' ' : now is null ? '-' : '+', (now ?? old)!));
        }
    }

    private static string Layer(char mark, ImageLayer layer) => string.Create(CultureInfo.InvariantCulture, $"{mark} {layer.Digest.Hex[..12]} {ByteCount.Show(layer.Size),10}  {layer.Title}");

    private void Files(FilesComparison files)
    {
        Line(0, files.Name);
        foreach (var change in files.Changes)
        {
            Line(2, File(change));
        }

        if (files.Changes.IsEmpty)
        {
            Line(2, "only times differ");
        }
    }

    private static string File(FileChange change) => change switch
    {
        { Old: null } => $"+ {change.Path} ({Describe(change.New!)})",
        { New: null } => $"- {change.Path} ({Describe(change.Old)})",
        _ => $"  {change.Path}: {string.Join("; ", change.Aspects.Select(a => Aspect(a)))}",
    };

    // Digests of contents say nothing to people, that they differ does.
    private static string Aspect(Aspect aspect) => aspect.Name == "content" ? "content" : $"{aspect.Name} {Value(aspect.Old)} -> {Value(aspect.New)}";

    private static string Value(string value) => value.Length == 0 ? "(nothing)" : value;

    private static string Describe(TreeEntry entry)
    {
        var owner = entry.Uid == 0 && entry.Gid == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", owner {entry.Uid}:{entry.Gid}");
        return entry.Kind switch
        {
            EntryKind.Directory => $"directory {FileDiff.Octal(entry.Mode)}{owner}",
            EntryKind.File => $"{FileDiff.Octal(entry.Mode)}, {ByteCount.Show(entry.Size)}{owner}",
            EntryKind.Symlink => $"link to {entry.Target}",
            _ => $"hard link to {entry.Target}",
        };
    }

    private void Line(int indent, string text) => _text.Append(' ', indent).Append(VisibleText.Of(text).TrimEnd()).Append('\n');
}
