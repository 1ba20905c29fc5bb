using System.Collections.Immutable;
using Buildit.Core.Archives;
using Buildit.Core.Trees;

namespace Buildit.Images.Composition;

/// <summary>Finds what the files of a root need in order to be loaded or run, as the loader and the kernel would, without running anything.</summary>
internal sealed class Loader
{
    private static readonly string[] Commands = ["usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin"];
    private readonly ImageRoot _root;
    private readonly IReadOnlyDictionary<string, Program> _programs;

    public Loader(ImageRoot root)
    {
        _root = root;
        _programs = ProgramIndex.Read(root);
    }

    /// <summary>All programs, libraries and scripts.</summary>
    public IEnumerable<Program> Programs => _programs.Values;

    /// <summary>The library that a file gets for a soname when a program has loaded it; null if there is none.</summary>
    public Program? Find(Program file, Program program, string soname)
    {
        if (soname.Contains('/', StringComparison.Ordinal))
        {
            return At(soname, file);
        }

        // An rpath of the program counts for its libraries, a run path for its own file only (ld.so(8)).
        var elf = file.Elf!;
        var inherited = elf.Runpath.IsEmpty ? [.. Expand(file, elf.Rpath), .. program.Elf!.Runpath.IsEmpty ? Expand(program, program.Elf.Rpath) : []] : Expand(file, elf.Runpath);
        return inherited.Concat(DefaultDirectories(elf)).Select(d => At(d + "/" + soname, file)).FirstOrDefault(p => p is not null);
    }

    /// <summary>The same where no program is known. A library that nobody asks for by soname may count on its neighbours: whoever opens it knows its directory.</summary>
    public Program? FindAlone(Program file, string soname) =>
        Find(file, file, soname) ?? At(TreePath.Parent(file.Entry.Entry.Path) + "/" + soname, file);

    /// <summary>The library that a package gets when it opens a soname: by the run paths of its own files, else where every program looks. Null if there is none.</summary>
    public Program? FindOpened(string package, string soname)
    {
        var all = _programs.Values.Where(p => p.Elf is not null).OrderBy(p => p.Entry.Entry.Path, PathOrder.Instance).ToArray();
        var own = all.Where(p => p.Entry.Part?.Package == package).ToArray();
        return (own.Length > 0 ? own : all.Where(p => p.Elf!.Interpreter is not null)).Select(p => FindAlone(p, soname)).FirstOrDefault(p => p is not null);
    }

    /// <summary>What a program or script is started by, and what is found there: its loader, or its interpreter and the command that <c>env</c> looks for.</summary>
    public IEnumerable<(string Name, RootEntry? Found)> Interpreters(Program file)
    {
        if (file.Elf is { } elf)
        {
            return elf.Interpreter is { } loader ? [(loader, _root.Resolve(loader))] : [];
        }

        return ShebangLine.Programs(file.Shebang).Select(p => (p, p.StartsWith('/') ? _root.Resolve(p) : Commands.Select(d => _root.Resolve($"{d}/{p}")).FirstOrDefault(e => e is not null)));
    }

    private Program? At(string path, Program asker) =>
        _root.Resolve(path) is { } entry && _programs.TryGetValue(HardLinkTarget(entry.Entry), out var found)
        && found.Elf is { } elf && elf.Machine == asker.Elf!.Machine && elf.Is64Bit == asker.Elf.Is64Bit ? found : null;

    private static string HardLinkTarget(TreeEntry entry) => entry.Kind == EntryKind.HardLink ? entry.Target! : entry.Path;

    private static IEnumerable<string> Expand(Program file, ImmutableArray<string> directories)
    {
        var origin = "/" + TreePath.Parent(file.Entry.Entry.Path);
        var lib = file.Elf!.Is64Bit ? "lib64" : "lib";
        return directories.Select(d => d.Replace("${ORIGIN}", origin, StringComparison.Ordinal).Replace("$ORIGIN", origin, StringComparison.Ordinal)
            .Replace("${LIB}", lib, StringComparison.Ordinal).Replace("$LIB", lib, StringComparison.Ordinal));
    }

    private static IEnumerable<string> DefaultDirectories(ElfFile elf)
    {
        var triplet = elf.Machine switch { 62 => "x86_64-linux-gnu", 3 => "i386-linux-gnu", 183 => "aarch64-linux-gnu", 40 => "arm-linux-gnueabihf", _ => null };
        string[] multiarch = triplet is null ? [] : [$"/lib/{triplet}", $"/usr/lib/{triplet}"];
        string[] wide = elf.Is64Bit ? ["/lib64", "/usr/lib64"] : [];
        return [.. multiarch, "/lib", "/usr/lib", .. wide];
    }
}
