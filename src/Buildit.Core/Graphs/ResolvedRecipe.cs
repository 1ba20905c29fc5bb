using System.Collections.Immutable;
using Buildit.Core.Diagnostics;
using Buildit.Core.Recipes;

namespace Buildit.Core.Graphs;

/// <summary>All that a build is told: base and derived recipe, style, version and flags merged. Equal values give equal builds.</summary>
public sealed record ResolvedRecipe
{
    /// <summary>The files that declare it, for messages.</summary>
    public required Declaration Declaration { get; init; }

    /// <summary>The file that was asked for.</summary>
    public SourceText Text => Declaration.Recipes[^1];

    /// <summary><c>category/name</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The version that was chosen.</summary>
    public required string Version { get; init; }

    /// <summary>What it is built for.</summary>
    public required Platform Platform { get; init; }

    /// <summary>Ordered sources; the main one first.</summary>
    public required ImmutableArray<ResolvedSource> Sources { get; init; }

    /// <summary>Ordered patches.</summary>
    public required ImmutableArray<ResolvedPatch> Patches { get; init; }

    /// <summary>Files under <c>files/</c> beside the recipe(s), seen by the phases in $FILES.</summary>
    public required ImmutableArray<ResolvedFile> HelperFiles { get; init; }

    /// <summary>Phase -> shell text.</summary>
    public required ImmutableSortedDictionary<string, string> Phases { get; init; }

    /// <summary>Arguments of the configure phase.</summary>
    public required ImmutableArray<string> Configure { get; init; }

    /// <summary>Environment of all phases.</summary>
    public required ImmutableSortedDictionary<string, string> Environment { get; init; }

    /// <summary>Flags that are on.</summary>
    public required ImmutableSortedSet<string> Enabled { get; init; }

    /// <summary>All flags that the recipe knows; <c>use OTHER</c> in a phase is an error.</summary>
    public required ImmutableSortedSet<string> Flags { get; init; }

    /// <summary>Refinements of the split.</summary>
    public required OutputRules Outputs { get; init; }

    /// <summary>Shell text of the test, if any.</summary>
    public required string? Test { get; init; }

    /// <summary>Links to add: absolute path -> link text.</summary>
    public required ImmutableSortedDictionary<string, string> Links { get; init; }

    /// <summary>Files to add.</summary>
    public required ImmutableArray<ResolvedFile> Files { get; init; }

    /// <summary>Source date, if declared.</summary>
    public required long? Date { get; init; }

    /// <summary>How long a build may take; not part of the key.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>One line for people; not part of the key.</summary>
    public string? Summary { get; init; }

    /// <summary>SPDX expression; not part of the key.</summary>
    public string? License { get; init; }

    /// <summary>Address for people; not part of the key.</summary>
    public string? Homepage { get; init; }

    /// <summary>Vendor and product, <c>vendor:product</c>; not part of the key.</summary>
    public string? Cpe { get; init; }
}

/// <summary>A source whose bytes are known by digest.</summary>
/// <param name="Name">Directory under /build; empty for the main source.</param>
/// <param name="Digest">Of the file; of the canonical tar for a local directory and for git. Empty if neither the recipe nor a lock says it yet.</param>
/// <param name="Origin">Where it comes from; not part of the key.</param>
/// <param name="FileName">Name of the file, for messages and for sources that are not unpacked.</param>
public sealed record ResolvedSource(string Name, Digest Digest, Source Origin, string FileName, string Directory)
{
    /// <summary>The commit of a git source, for people and provenance; not part of the key.</summary>
    public string? Commit { get; init; }

    /// <summary>
    /// The file's name, where a build can see it: when the file is not unpacked, or may be no archive. Empty for the usual archive, so that a source keeps its key
    /// under another URL, and for local and git sources, whose digest says it already.
    /// </summary>
    public string NameInBuild => Origin is Source.Local or Source.Git || (Origin.Unpack && ArchiveName.SaysTar(FileName)) ? "" : FileName;
}

/// <summary>A patch whose bytes are known by digest.</summary>
/// <param name="FileName">Shown when it is applied.</param>
/// <param name="LocalPath">Path of the file; null if it is fetched.</param>
public sealed record ResolvedPatch(string FileName, Digest Digest, int Strip, string? LocalPath, Patch Origin);

/// <summary>A local file that becomes part of a build or package.</summary>
/// <param name="Path">Where it is put: relative for helper files, absolute for placed files.</param>
/// <param name="LocalPath">Where it is now; not part of the key.</param>
public sealed record ResolvedFile(string Path, Digest Digest, bool Executable, string LocalPath);
