using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Git;
using Buildit.Core.Trees;

namespace Buildit.Core.Recipes;

/// <summary>One version of a recipe: its sources and the patches that only it needs.</summary>
public sealed record RecipeVersion(Spanned<string> Version, ImmutableArray<Source> Sources, ImmutableArray<Patch> Patches);

/// <summary>Names of packages by role: run during the build, linked against, needed at run time though no file says so.</summary>
public sealed record Needs(ImmutableArray<Spanned<string>> Tools, ImmutableArray<Spanned<string>> Libs, ImmutableArray<Spanned<string>> Runtime)
{
    /// <summary>No needs.</summary>
    public static Needs None { get; } = new([], [], []);

    /// <summary>The names of all roles.</summary>
    public IEnumerable<Spanned<string>> All => Tools.Concat(Libs).Concat(Runtime);

    /// <summary>Both lists, one after the other.</summary>
    public Needs Plus(Needs other) => new([.. Tools, .. other.Tools], [.. Libs, .. other.Libs], [.. Runtime, .. other.Runtime]);
}

/// <summary>A use flag, as Gentoo knows them: what switching it on adds.</summary>
public sealed record UseFlag(Spanned<string> Name)
{
    /// <summary>State without <c>use:</c> in a derived recipe.</summary>
    public bool Default { get; init; }

    /// <summary>One line for people; not part of any key.</summary>
    public string? Description { get; init; }

    /// <summary>Flags that must be on when this one is.</summary>
    public ImmutableArray<Spanned<string>> Requires { get; init; } = [];

    /// <summary>Needs when on.</summary>
    public Needs Needs { get; init; } = Needs.None;

    /// <summary>Needs when off.</summary>
    public Needs NeedsOff { get; init; } = Needs.None;

    /// <summary>Configure arguments when on.</summary>
    public ImmutableArray<string> Configure { get; init; } = [];

    /// <summary>Configure arguments when off (<c>configure-off:</c>).</summary>
    public ImmutableArray<string> ConfigureOff { get; init; } = [];
}

/// <summary>Something that a build starts from.</summary>
public abstract record Source
{
    private Source()
    {
    }

    /// <summary>Name of the directory under /build that it is unpacked into; null for the main source.</summary>
    public string? Name { get; init; }

    /// <summary>False: the file is put into place as it is.</summary>
    public bool Unpack { get; init; } = true;

    /// <summary>Leading directories to drop when unpacking; null = one if the archive has a single top directory.</summary>
    public int? Strip { get; init; }

    /// <summary>Where the recipe declares it.</summary>
    public required SourceSpan Span { get; init; }

    /// <summary>A file from <c>http:</c>, <c>https:</c>, <c>file:</c> or <c>debian:SOURCE/FILE</c> (the distribution's source pool). Only the digest enters keys.</summary>
    public sealed record Remote(string Url) : Source
    {
        /// <summary>Null if the recipe has none yet, which is an error that prints the right one after fetching.</summary>
        public Digest? Sha256 { get; init; }

        /// <summary>The same bytes from other places, tried in order.</summary>
        public ImmutableArray<string> Mirrors { get; init; } = [];
    }

    /// <summary>A file or directory of this machine, content-hashed; <paramref name="Path"/> is relative to the recipe.</summary>
    public sealed record Local(string Path) : Source;

    /// <summary>A state of a git repository. Only the digest of its canonical tar enters keys.</summary>
    public sealed record Git(GitOrigin Origin) : Source
    {
        /// <summary>Digest of the canonical tar, for a commit; null = a lock says it.</summary>
        public Digest? Sha256 { get; init; }
    }
}

/// <summary>A patch: a file beside the recipe, or a URL.</summary>
public sealed record Patch(string Location, SourceSpan Span)
{
    /// <summary>What it is for; not part of any key.</summary>
    public string? Description { get; init; }

    /// <summary>Directories to strip from names in the patch, as <c>patch -p</c>.</summary>
    public int Strip { get; init; } = 1;

    /// <summary>Digest of the patch's bytes; null for a URL = a lock says it.</summary>
    public Digest? Sha256 { get; init; }

    /// <summary>Which versions it applies to: terms like <c>&gt;=1.26</c> that must all hold; empty = all.</summary>
    public ImmutableArray<VersionTerm> Versions { get; init; } = [];

    /// <summary>Whether it is fetched.</summary>
    public bool IsRemote => Location.StartsWith("http://", StringComparison.Ordinal) || Location.StartsWith("https://", StringComparison.Ordinal);
}

/// <summary>A relation to a version, for example <c>&gt;=1.26</c>. Compared as Debian compares upstream versions.</summary>
public sealed record VersionTerm(string Relation, string Version);

/// <summary>A file beside the recipe and the absolute path that it is installed at.</summary>
public sealed record PlacedFile(string Path, string Source, SourceSpan Span);

/// <summary>How what a package installs is split into outputs, where the defaults are not right.</summary>
/// <param name="Include">Output name -> globs of absolute paths that belong to it, before the defaults.</param>
/// <param name="Exclude">Globs of absolute paths that are dropped.</param>
/// <param name="Permissions">Declared modes and owners, by absolute path.</param>
/// <param name="KeepSymbols">True: nothing is stripped.</param>
public sealed record OutputRules(
    ImmutableSortedDictionary<string, ImmutableArray<string>> Include,
    ImmutableArray<string> Exclude,
    ImmutableSortedDictionary<string, Permission> Permissions,
    bool KeepSymbols = false)
{
    /// <summary>Sonames that the runtime output opens by itself, which no ELF file says; sorted.</summary>
    public ImmutableArray<string> Dlopen { get; init; } = [];

    /// <summary>Globs of paths that files of the runtime output may name though they are not there at run time; part of no key.</summary>
    public ImmutableArray<string> AllowReferences { get; init; } = [];

    /// <summary>The names that outputs can have.</summary>
    public static ImmutableArray<string> Names { get; } = ["runtime", "dev", "doc", "debug"];

    /// <summary>No refinement.</summary>
    public static OutputRules Default { get; } = new(
        ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.WithComparers(StringComparer.Ordinal),
        [],
        ImmutableSortedDictionary<string, Permission>.Empty.WithComparers(StringComparer.Ordinal));
}

/// <summary>A declared mode and numeric owner; null = as it is.</summary>
public sealed record Permission(int? Mode, int? Uid, int? Gid)
{
    /// <summary>What a program may do besides; null = nothing.</summary>
    public FileCapabilities? Capabilities { get; init; }
}

/// <summary>A style file: phases (and tools) that recipes of one kind share.</summary>
public sealed record Style(string Name, ImmutableSortedDictionary<string, string> Phases, Needs Needs)
{
    /// <summary>The file, for messages; null for the style of a recipe that has none.</summary>
    public SourceText? Text { get; init; }
}

/// <summary>The build phases, in the order in which they run.</summary>
public static class Phase
{
    /// <summary>Phases that a recipe or style can write.</summary>
    public static ImmutableArray<string> Names { get; } = ["prepare", "configure", "build", "check", "install"];
}
