using System.Collections.Immutable;
using Buildit.Core.Archives;
using Buildit.Core.Diagnostics;
using Buildit.Core.Trees;

namespace Buildit.Images.Composition;

/// <summary>
/// Checks before an image is written that everything in it can start: each ELF file's loader and libraries are there, each script's interpreter too, as the
/// loader of the image would look for them, by <c>ldd</c>'s rules, without running anything. So is each library that a recipe says its package opens.
/// </summary>
/// <remarks>
/// Missing things are errors. They are warnings for what a distribution package brings but no program asks for: Debian leaves out on purpose what only some
/// plug-ins and helper scripts need ("Recommends", "Suggests").
/// </remarks>
public sealed class LibraryCheck
{
    private const int ShownFiles = 5;
    private readonly Loader _loader;
    private readonly Dictionary<string, string> _anywhere = new(StringComparer.Ordinal);
    private readonly HashSet<string> _started = new(StringComparer.Ordinal);

    private LibraryCheck(ImageRoot root)
    {
        _loader = new(root);
        foreach (var path in root.Entries.Select(e => e.Entry.Path))
        {
            _anywhere.TryAdd(TreePath.Name(path), path);
        }
    }

    /// <summary>All findings go to the bag.</summary>
    public static void Run(ImageRoot root, Advice advise, DiagnosticBag bag)
    {
        var check = new LibraryCheck(root);
        var missing = check.FindMissing().OrderBy(m => m.File.Entry.Entry.Path, PathOrder.Instance).ToArray();
        foreach (var group in missing.GroupBy(m => (m.File.Entry.Owner, m.What, m.IsError)))
        {
            bag.Add(Describe([.. group], check._anywhere, advise));
        }

        foreach (var (part, soname) in root.Parts.SelectMany(p => p.Dlopen.Select(s => (p, s))).Where(o => check._loader.FindOpened(o.p.Package, o.s) is null))
        {
            bag.Error(null, $"'{part.Package}' opens '{soname}' (dlopen), which is not in the image", Hint(soname, isLibrary: true, part.Package, check._anywhere, advise));
        }
    }

    private sealed record Missing(Program File, string What, bool IsLibrary, bool IsError);

    private static Diagnostic Describe(ImmutableArray<Missing> group, Dictionary<string, string> anywhere, Advice advise)
    {
        var first = group[0];
        var names = group.Select(m => $"'/{m.File.Entry.Entry.Path}'").Distinct().ToArray();
        var who = string.Join(", ", names.Take(ShownFiles)) + (names.Length > ShownFiles ? $" and {names.Length - ShownFiles} more files" : "");
        var verb = names.Length == 1 ? "needs" : "need";
        var hint = Hint(first.What, first.IsLibrary, first.File.Entry.Part?.Package, anywhere, advise);
        return new($"{who} of '{first.File.Entry.Owner}' {verb} '{first.What}', which is not in the image", Hint: hint, Severity: first.IsError ? Severity.Error : Severity.Warning);
    }

    private static string Hint(string what, bool isLibrary, string? owner, Dictionary<string, string> anywhere, Advice advise) => anywhere.TryGetValue(TreePath.Name(what), out var elsewhere)
        ? $"there is '/{elsewhere}', but nothing says to look there: set a run path, or install it where libraries and programs are looked for"
        : advise(new(what, isLibrary, owner)) ?? $"add the package that has it to the needs of '{owner ?? "the container"}', or to the container";

    private IEnumerable<Missing> FindMissing()
    {
        // Programs first, with all that they load: what is left over is only ever loaded by name, at run time.
        var programs = _loader.Programs.Where(p => p.Elf is { Interpreter: not null }).ToArray();
        foreach (var program in programs)
        {
            foreach (var missing in FromProgram(program))
            {
                yield return missing;
            }
        }

        foreach (var library in _loader.Programs.Where(p => p.Elf is { Type: ElfType.Shared } && !_started.Contains(p.Entry.Entry.Path)).ToArray())
        {
            foreach (var soname in library.Elf!.Needed.Where(n => _loader.FindAlone(library, n) is null))
            {
                yield return new(library, soname, IsLibrary: true, !IsDistribution(library));
            }
        }

        foreach (var script in _loader.Programs.Where(p => p.Elf is null))
        {
            foreach (var (interpreter, _) in _loader.Interpreters(script).Where(i => i.Found is null).Take(1))
            {
                yield return new(script, interpreter, IsLibrary: false, !IsDistribution(script));
            }
        }
    }

    /// <summary>Loads a program in thought: its libraries, theirs, and so on. What one has loaded is there for all that come after it.</summary>
    private IEnumerable<Missing> FromProgram(Program program)
    {
        foreach (var (interpreter, _) in _loader.Interpreters(program).Where(i => i.Found is null))
        {
            yield return new(program, interpreter, IsLibrary: false, !IsOfBase(program));
        }

        var loaded = new HashSet<string>(StringComparer.Ordinal);
        var queue = new Queue<Program>([program]);
        while (queue.TryDequeue(out var file))
        {
            _started.Add(file.Entry.Entry.Path);
            foreach (var soname in file.Elf!.Needed.Where(loaded.Add))
            {
                if (_loader.Find(file, program, soname) is { } library)
                {
                    queue.Enqueue(library);
                }
                else
                {
                    yield return new(file, soname, IsLibrary: true, !IsOfBase(program));
                }
            }
        }
    }

    private static bool IsDistribution(Program file) => IsOfBase(file) || file.Entry.Part?.Package.StartsWith("debian/", StringComparison.Ordinal) == true;

    // Whoever made the base image left it so.
    private static bool IsOfBase(Program file) => file.Entry.Part?.IsBase == true;
}
