using Buildit.Core.Containers;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;

namespace Buildit.Images.Composition;

/// <summary>Checks before an image is written that the programs that its container declares are in it, and can be executed.</summary>
public static class CommandCheck
{
    private const int AnyExecute = 0x49;

    /// <summary>All findings go to the bag, at the steps that declare the programs.</summary>
    public static void Run(ImageRoot root, Container container, Advice advise, DiagnosticBag bag)
    {
        foreach (var command in DeclaredCommand.Of(container).Where(c => !IsMounted(c)).DistinctBy(c => (c.Program, c.Role, c.Path, c.Directory)))
        {
            Check(root, command, advise, bag);
        }
    }

    private static void Check(ImageRoot root, DeclaredCommand command, Advice advise, DiagnosticBag bag)
    {
        var found = Places(command).Select(root.Resolve).OfType<RootEntry>().ToArray();
        if (found.Any(IsProgram))
        {
            return;
        }

        if (found is [var other, ..])
        {
            var (what, hint) = other.Entry.Kind == EntryKind.Directory ? ("is a directory", (string?)null) : ("is not executable", other.Part is null ? "give its step 'chmod: 0755'" : null);
            bag.Error(command.Span, $"{command.Role} '{command.Program}' {what}", hint);
            return;
        }

        var where = command.Program.Contains('/', StringComparison.Ordinal) ? "" : $" (it is looked for in {command.Path})";
        bag.Error(command.Span, $"{command.Role} '{command.Program}' is not in the image{where}", Hint(root, command.Program, advise));
    }

    private static string Hint(ImageRoot root, string program, Advice advise)
    {
        string[] programs = [.. root.Entries.Where(e => e.Entry.Kind is EntryKind.File or EntryKind.Symlink && root.Resolve(e.Entry.Path) is { } found && IsProgram(found)).Select(e => "/" + e.Entry.Path)];
        var name = TreePath.Name(program);
        return (programs.FirstOrDefault(p => TreePath.Name(p) == name) is { } elsewhere ? $"did you mean '{elsewhere}'?" : null)
            ?? advise(new(program, IsLibrary: false, null))
            ?? (Suggestion.Nearest(name, programs.Select(TreePath.Name)) is { } near ? $"did you mean '{programs.First(p => TreePath.Name(p) == near)}'?" : null)
            ?? "add the package that has it to the container";
    }

    private static IEnumerable<string> Places(DeclaredCommand command) => command.Program switch
    {
        ['/', ..] => [command.Program],
        var relative when relative.Contains('/', StringComparison.Ordinal) => [$"{command.Directory}/{relative}"],
        var name => command.Path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(d => $"{d}/{name}"),
    };

    private static bool IsProgram(RootEntry entry) => entry.Entry.Kind is EntryKind.File or EntryKind.HardLink && (entry.Entry.Mode & AnyExecute) != 0;

    // What will be in a volume is not known.
    private static bool IsMounted(DeclaredCommand command) => command.Mounts.Any(m => command.Program.StartsWith(m.TrimEnd('/') + "/", StringComparison.Ordinal));
}
