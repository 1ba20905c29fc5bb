using System.Text;
using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;
using Buildit.Store.Sources;

namespace Buildit.Images.ContainerLayers;

/// <summary>
/// Reads the local files of one <c>sync</c> step. What rsync's users expect: <c>dir</c> makes DEST/dir, <c>dir/</c> puts its content into DEST, a file goes to DEST,
/// or into it if DEST ends with a slash; links stay links. Nothing of the host but content, names and the owner's x bit gets in.
/// </summary>
internal sealed class SyncReader(Step.Sync step, string baseDirectory, (int Uid, int Gid) owner, Func<string, SourceSpan, string> template, DiagnosticBag bag)
{
    private const int ReadBits = 0x124;     // 0444
    private const int Executable = 0x1ED;   // 0755
    private const int Plain = 0x1A4;        // 0644
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly List<ContainerEntry> _entries = [];

    internal IReadOnlyList<ContainerEntry> Read()
    {
        var written = step.Source.Value;
        var source = Path.GetFullPath(Path.Combine(baseDirectory, written));
        var trimmed = Path.TrimEndingDirectorySeparator(source);
        var contentOnly = written.EndsWith('/') || Path.GetFileName(written) is "." or "..";
        if (Destination() is not { } destination)
        {
            return [];
        }

        try
        {
            ReadFrom(trimmed, contentOnly, destination);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            bag.Error(step.Source.Span, $"cannot read '{written}': {e.Message}");
        }

        return _entries;
    }

    private void ReadFrom(string source, bool contentOnly, string destination)
    {
        var isLink = new FileInfo(source).LinkTarget is not null;
        if (Directory.Exists(source) && (contentOnly || !isLink))
        {
            if (!step.Recursive)
            {
                bag.Error(step.Source.Span, $"'{step.Source.Value}' is a directory", "add `recursive: true` to copy it with everything in it");
                return;
            }

            ReadDirectory(source, contentOnly ? destination : Join(destination, Path.GetFileName(source)));
        }
        else if (isLink || (File.Exists(source) && !contentOnly))
        {
            var into = destination.Length == 0 || step.Destination.EndsWith('/');
            ReadLeaf(source, into ? Join(destination, Path.GetFileName(source)) : destination);
        }
        else
        {
            bag.Error(step.Source.Span, $"'{step.Source.Value}' is not there", $"it is looked for at '{source}', counted from the container's directory");
        }
    }

    private void ReadDirectory(string source, string destination)
    {
        if (destination.Length > 0)
        {
            var mode = step.Mode is { } asked ? (asked & 0x1FF) | ((asked & ReadBits) >> 2) : Executable;
            _entries.Add(new(Owned(new(destination, EntryKind.Directory) { Mode = mode }), step.Span) { IsDeclared = step.Mode is not null || step.Owner is not null });
        }

        foreach (var child in Directory.EnumerateFileSystemEntries(source).Order(PathOrder.Instance))
        {
            var path = Join(destination, Path.GetFileName(child));
            if (Directory.Exists(child) && new FileInfo(child).LinkTarget is null)
            {
                ReadDirectory(child, path);
            }
            else
            {
                ReadLeaf(child, path);
            }
        }
    }

    private void ReadLeaf(string source, string destination)
    {
        if (new FileInfo(source).LinkTarget is { } target)
        {
            _entries.Add(new(Owned(new(destination, EntryKind.Symlink) { Target = target }), step.Span));
        }
        else if (FileStatus.TypeOf(source) != FileType.Regular)
        {
            bag.Error(step.Source.Span, $"'{source}' is a device, a socket or a pipe, which cannot be part of an image");
        }
        else
        {
            var content = step.Template ? FillIn(source) : LocalFile.FromDisk(source, step.Source.Span);
            var isExecutable = (File.GetUnixFileMode(source) & UnixFileMode.UserExecute) != 0;
            var entry = new TreeEntry(destination, EntryKind.File) { Mode = step.Mode ?? (isExecutable ? Executable : Plain), Size = content.Size, Content = content.Digest };
            _entries.Add(new(Owned(entry), step.Span) { Open = content.Open });
        }
    }

    /// <summary>The template's own complaints point into the file itself.</summary>
    private LocalFile FillIn(string source)
    {
        try
        {
            // Bytes, not File.ReadAllText, which takes FF FE for UTF-16. A byte order mark is no part of what is filled in, but of the file.
            var text = StrictUtf8.GetString(File.ReadAllBytes(source));
            var file = new SourceText(Path.GetRelativePath(baseDirectory, source), text);
            return LocalFile.FromText(text[..^file.Text.Length] + template(file.Text, new(file, 1, 1)));
        }
        catch (DecoderFallbackException)
        {
            bag.Error(step.Source.Span, $"'{source}' is not UTF-8 text, so nothing can be filled in", "a template must be UTF-8: save it so, or leave out `template: true`");
            return LocalFile.FromText("");
        }
    }

    private TreeEntry Owned(TreeEntry entry) => entry with { Uid = owner.Uid, Gid = owner.Gid };

    private string? Destination()
    {
        var clean = TreePath.Clean(step.Destination.TrimStart('/'));
        if (clean is null)
        {
            bag.Error(step.Span, $"the destination '{step.Destination}' has a '..' in it", "write it as an absolute path in the image");
        }

        return clean;
    }

    private static string Join(string directory, string name) => directory.Length == 0 ? name : $"{directory}/{name}";
}
