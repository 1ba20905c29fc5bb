using System.Collections.Immutable;
using Buildit.Core.Graphs;
using Buildit.Core.Trees;

namespace Buildit.Images.Composition;

/// <summary>What the files of a root say about what they need and offer: the reasons why packages are in an image.</summary>
/// <param name="Links">Which file needs which other one, by path. What is not found is left out; <see cref="LibraryCheck"/> tells of it.</param>
/// <param name="Libraries">Libraries with the sonames that they are asked for by, by path.</param>
public sealed record RuntimeLinks(ImmutableArray<FileLink> Links, ImmutableArray<(string Soname, RootEntry File)> Libraries)
{
    /// <summary>Reads the headers of all programs, libraries and scripts.</summary>
    public static RuntimeLinks Find(ImageRoot root)
    {
        var loader = new Loader(root);
        var programs = loader.Programs.OrderBy(p => p.Entry.Entry.Path, PathOrder.Instance).ToArray();
        return new(
            [.. programs.SelectMany(p => LibrariesOf(loader, p).Concat(InterpretersOf(loader, p))).Concat(root.Parts.SelectMany(p => OpenedBy(loader, p)))],
            [.. programs.Where(p => p.Elf?.Soname is not null).Select(p => (p.Elf!.Soname!, p.Entry))]);
    }

    private static IEnumerable<FileLink> LibrariesOf(Loader loader, Program file) =>
        (file.Elf?.Needed ?? []).Distinct(StringComparer.Ordinal).Select(soname => Link(file, ReasonKind.Library, soname, loader.FindAlone(file, soname)?.Entry)).OfType<FileLink>();

    private static IEnumerable<FileLink> InterpretersOf(Loader loader, Program file) =>
        loader.Interpreters(file).Select(i => Link(file, file.Elf is null ? ReasonKind.Shebang : ReasonKind.Interpreter, i.Name, i.Found)).OfType<FileLink>();

    private static IEnumerable<FileLink> OpenedBy(Loader loader, ImagePart part) =>
        from soname in part.Dlopen
        let found = loader.FindOpened(part.Package, soname)?.Entry
        where found is not null
        select new FileLink("", part.Package, ReasonKind.Dlopen, soname, "/" + found.Entry.Path, found.Part?.Package);

    private static FileLink? Link(Program file, ReasonKind kind, string what, RootEntry? found) =>
        found is null ? null : new("/" + file.Entry.Entry.Path, file.Entry.Part?.Package, kind, what, "/" + found.Entry.Path, found.Part?.Package);
}
