using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;

namespace Buildit.Images.ContainerLayers;

/// <summary>Makes the container's own files out of its steps: <c>sync</c>, <c>directory</c>, <c>symlink</c> and <c>accounts</c>. Local files are read here.</summary>
public static class ContainerLayerBuilder
{
    private static readonly string[] AccountFiles = ["etc/passwd", "etc/group"];

    /// <summary>All mistakes go to <paramref name="bag"/>; <paramref name="template"/> fills <c>{{ var }}</c> in a file's text, whose start is at the span.</summary>
    public static ContainerFiles Build(Container container, Func<string, SourceSpan, string> template, DiagnosticBag bag)
    {
        var accounts = AccountTable.From(container, bag);
        var table = new EntryTable(bag);
        foreach (var entry in container.Steps.SelectMany(step => Entries(step, container, accounts, template, bag)))
        {
            table.Add(entry);
        }

        var files = table.Finish();
        return container.Steps.OfType<Step.Accounts>().FirstOrDefault() is { } step ? WithAccounts(files, accounts, step.Span, bag) : files;
    }

    private static IEnumerable<ContainerEntry> Entries(
        Step step, Container container, AccountTable accounts, Func<string, SourceSpan, string> template, DiagnosticBag bag) => step switch
        {
            Step.Sync sync => new SyncReader(sync, container.Directory, accounts.Resolve(sync.Owner, bag), template, bag).Read(),
            Step.Directory directory => Directory(directory, accounts.Resolve(directory.Owner, bag), bag),
            Step.Symlink link => Symlink(link, bag),
            _ => [],
        };

    private static IEnumerable<ContainerEntry> Directory(Step.Directory step, (int Uid, int Gid) owner, DiagnosticBag bag) =>
        Clean(step.Path, step.Span, bag) is { } path
            ? [new(new(path, EntryKind.Directory) { Mode = step.Mode, Uid = owner.Uid, Gid = owner.Gid }, step.Span)]
            : [];

    private static IEnumerable<ContainerEntry> Symlink(Step.Symlink step, DiagnosticBag bag)
    {
        if (step.Target.Length == 0 || step.Target.Contains('\0', StringComparison.Ordinal))
        {
            bag.Error(step.Span, $"'{step.Path}' needs a target to point to");
            return [];
        }

        return Clean(step.Path, step.Span, bag) is { } path ? [new(new(path, EntryKind.Symlink) { Target = step.Target }, step.Span)] : [];
    }

    private static string? Clean(string written, SourceSpan span, DiagnosticBag bag)
    {
        if (TreePath.Clean(written.TrimStart('/')) is { Length: > 0 } path)
        {
            return path;
        }

        bag.Error(span, $"'{written}' is not a path inside the image", "write an absolute path without '..'");
        return null;
    }

    private static ContainerFiles WithAccounts(ContainerFiles files, AccountTable accounts, SourceSpan span, DiagnosticBag bag)
    {
        foreach (var twice in files.Entries.Where(e => AccountFiles.Contains(e.Entry.Path)))
        {
            bag.Error(twice.Span, $"'/{twice.Entry.Path}' is written by the `accounts` step at {span} too", "keep one of the two");
        }

        var own = files.Entries.Where(e => !AccountFiles.Contains(e.Entry.Path));
        return new([.. own.Append(Text("etc/passwd", accounts.PrintPasswd())).Append(Text("etc/group", accounts.PrintGroup())).OrderBy(e => e.Entry.Path, PathOrder.Instance)]);

        ContainerEntry Text(string path, string text)
        {
            var content = LocalFile.FromText(text);
            return new(new(path, EntryKind.File) { Size = content.Size, Content = content.Digest }, span) { Open = content.Open };
        }
    }
}
