using System.Collections.Immutable;
using Buildit.Core.Archives;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;

namespace Buildit.Images.Composition;

/// <summary>
/// Checks before an image is written that everything in it can start: each ELF file's loader and libraries are there, each script's interpreter too, as the
/// loader of the image would look for them, by <c>ldd</c>'s rules, without running anything.
/// </summary>
/// <remarks>
/// Missing things are errors. They are warnings for what a distribution package brings but no program asks for: Debian leaves out on purpose what only some
/// plug-ins and helper scripts need ("Recommends", "Suggests").
/// </remarks>
public sealed class LibraryCheck
{
    private const int ShownFiles = 5;
    private static readonly string[] Commands = ["usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin"];
    private readonly ImageRoot _root;
    private readonly IReadOnlyDictionary<string, Program> _programs;
    private readonly Dictionary<string, string> _anywhere = new(StringComparer.Ordinal);
    private readonly HashSet<string> _started = new(StringComparer.Ordinal);

    private LibraryCheck(ImageRoot root)
    {
        _root = root;
        _programs = ProgramIndex.Read(root);
        foreach (var path in root.Entries.Select(e => e.Entry.Path))
        {
            _anywhere.TryAdd(TreePath.Name(path), path);
        }
    }

    /// <summary>All findings go to the bag.</summary>
    public static void Run(ImageRoot root, DiagnosticBag bag)
    {
        var check = new LibraryCheck(root);
        var missing = check.FindMissing().OrderBy(m => m.File.Entry.Entry.Path, PathOrder.Instance).ToArray();
        foreach (var group in missing.GroupBy(m => (m.File.Entry.Owner, m.What, m.IsError)))
        {
            bag.Add(Describe([.. group], check._anywhere));
        }
    }

    private sealed record Missing(Program File, string What, bool IsLibrary, bool IsError);

    private static Diagnostic Describe(ImmutableArray<Missing> group, Dictionary<string, string> anywhere)
    {
        var first = group[0];
        var names = group.Select(m => $"'/{m.File.Entry.Entry.Path}'").Distinct().ToArray();
        var who = string.Join(", ", names.Take(ShownFiles)) + (names.Length > ShownFiles ? $" and {names.Length - ShownFiles} more files" : "");
        var verb = names.Length == 1 ? "needs" : "need";
        var hint = anywhere.TryGetValue(TreePath.Name(first.What), out var elsewhere)
            ? $"there is '/{elsewhere}', but nothing says to look there: set a run path, or install it where libraries and programs are looked for"
            : $"add the package that has it to the needs of '{first.File.Entry.Owner}', or to the container";
        return new($"{who} of '{first.File.Entry.Owner}' {verb} '{first.What}', which is not in the image", Hint: hint, Severity: first.IsError ? Severity.Error : Severity.Warning);
    }

    private IEnumerable<Missing> FindMissing()
    {
        // Programs first, with all that they load: what is left over is only ever loaded by name, at run time.
        var programs = _programs.Values.Where(p => p.Elf is { Interpreter: not null }).ToArray();
        foreach (var program in programs)
        {
            foreach (var missing in FromProgram(program))
            {
                yield return missing;
            }
        }

        foreach (var library in _programs.Values.Where(p => p.Elf is { Type: ElfType.Shared } && !_started.Contains(p.Entry.Entry.Path)).ToArray())
        {
            foreach (var soname in library.Elf!.Needed.Where(n => !IsHere(library, n)))
            {
                yield return new(library, soname, IsLibrary: true, !IsDistribution(library));
            }
        }

        foreach (var script in _programs.Values.Where(p => p.Elf is null))
        {
            if (MissingInterpreter(script) is { } interpreter)
            {
                yield return new(script, interpreter, IsLibrary: false, !IsDistribution(script));
            }
        }
    }

    /// <summary>Loads a program in thought: its libraries, theirs, and so on. What one has loaded is there for all that come after it.</summary>
    private IEnumerable<Missing> FromProgram(Program program)
    {
        if (_root.Resolve(program.Elf!.Interpreter!) is null)
        {
            yield return new(program, program.Elf.Interpreter!, IsLibrary: false, IsError: true);
        }

        var loaded = new HashSet<string>(StringComparer.Ordinal);
        var queue = new Queue<Program>([program]);
        while (queue.TryDequeue(out var file))
        {
            _started.Add(file.Entry.Entry.Path);
            foreach (var soname in file.Elf!.Needed.Where(loaded.Add))
            {
                if (Find(file, program, soname) is { } library)
                {
                    queue.Enqueue(library);
                }
                else
                {
                    yield return new(file, soname, IsLibrary: true, IsError: true);
                }
            }
        }
    }

    private Program? Find(Program file, Program program, string soname)
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

    /// <summary>A library that nobody asks for by soname may count on its neighbours: whoever opens it knows its directory.</summary>
    private bool IsHere(Program library, string soname) =>
        Find(library, library, soname) is not null || At(TreePath.Parent(library.Entry.Entry.Path) + "/" + soname, library) is not null;

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

    private string? MissingInterpreter(Program script)
    {
        var interpreter = script.Shebang[0];
        if (_root.Resolve(interpreter) is null)
        {
            return interpreter;
        }

        // "#!/usr/bin/env python3": env looks for the command on the path.
        var command = TreePath.Name(interpreter) == "env" ? script.Shebang.Skip(1).FirstOrDefault(w => !w.StartsWith('-') && !w.Contains('=', StringComparison.Ordinal)) : null;
        return command is null || command.Contains('/', StringComparison.Ordinal) || Commands.Any(d => _root.Resolve($"{d}/{command}") is not null) ? null : command;
    }

    private static bool IsDistribution(Program file) => file.Entry.Part?.Package.StartsWith("debian/", StringComparison.Ordinal) == true;
}
