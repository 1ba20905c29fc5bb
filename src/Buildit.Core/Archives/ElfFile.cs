using System.Collections.Immutable;

namespace Buildit.Core.Archives;

/// <summary>What an ELF file says about how it is loaded.</summary>
public sealed record ElfFile
{
    /// <summary>Whether it is of the 64-bit class.</summary>
    public required bool Is64Bit { get; init; }

    /// <summary><c>e_machine</c>: 62 is x86-64, 3 is i386, 183 is AArch64.</summary>
    public required int Machine { get; init; }

    /// <summary><c>e_type</c>.</summary>
    public required ElfType Type { get; init; }

    /// <summary>The program that loads it (PT_INTERP), for example <c>/lib64/ld-linux-x86-64.so.2</c>; null for a library or a static program.</summary>
    public string? Interpreter { get; init; }

    /// <summary>The name that others ask for it by (DT_SONAME).</summary>
    public string? Soname { get; init; }

    /// <summary>The libraries it asks for (DT_NEEDED), in order.</summary>
    public ImmutableArray<string> Needed { get; init; } = [];

    /// <summary>Directories to look in before all others (DT_RPATH; not used if there is a run path), as written, <c>$ORIGIN</c> included.</summary>
    public ImmutableArray<string> Rpath { get; init; } = [];

    /// <summary>Directories to look in (DT_RUNPATH), as written.</summary>
    public ImmutableArray<string> Runpath { get; init; } = [];
}

/// <summary><c>e_type</c>, as far as it matters here.</summary>
public enum ElfType
{
    /// <summary>None of the others.</summary>
    Other = 0,

    /// <summary>An object file.</summary>
    Relocatable = 1,

    /// <summary>A program at a fixed address.</summary>
    Executable = 2,

    /// <summary>A library, or a program that can be anywhere (PIE).</summary>
    Shared = 3,

    /// <summary>A core dump.</summary>
    Core = 4,
}
