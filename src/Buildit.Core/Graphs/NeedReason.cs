using System.Collections.Immutable;

namespace Buildit.Core.Graphs;

/// <summary>Ways in which something is needed at run time.</summary>
public enum ReasonKind
{
    /// <summary>A container's step names it; the files are the places of the steps.</summary>
    Asked,

    /// <summary>ELF files load it by this soname.</summary>
    Library,

    /// <summary>The recipe says that the package opens it by this soname (<c>dlopen</c>), which no ELF file shows.</summary>
    Dlopen,

    /// <summary>It is the loader of ELF programs.</summary>
    Interpreter,

    /// <summary>Scripts name it after <c>#!</c>, or tell <c>env</c> there to look for it.</summary>
    Shebang,

    /// <summary>A recipe declares it (<c>needs: {runtime: ...}</c>).</summary>
    Declared,

    /// <summary>A group consists of it.</summary>
    Member,

    /// <summary>Debian's Depends or Pre-Depends.</summary>
    Debian,

    /// <summary>The record of the build says so, and no file of the image shows why.</summary>
    Recorded,
}

/// <summary>Why something is needed at run time.</summary>
/// <param name="Kind">In which way.</param>
/// <param name="What">The soname, the loader or the script's interpreter; else empty.</param>
/// <param name="Files">Absolute paths of the files that need it, sorted; for <see cref="ReasonKind.Asked"/> places as <c>file:line:column</c>.</param>
public sealed record NeedReason(ReasonKind Kind, string What, ImmutableArray<string> Files)
{
    /// <summary>A reason without files.</summary>
    public static NeedReason Of(ReasonKind kind) => new(kind, "", []);

    /// <summary>Without its files, for people: <c>loads libz.so.1</c>.</summary>
    public string Words => Kind switch
    {
        ReasonKind.Asked => "asked for",
        ReasonKind.Library => $"loads {What}",
        ReasonKind.Dlopen => $"opens {What}",
        ReasonKind.Interpreter => $"started by {What}",
        ReasonKind.Shebang => $"has scripts for {What}",
        ReasonKind.Declared => "declared runtime need",
        ReasonKind.Member => "member of the group",
        ReasonKind.Debian => "Debian dependency",
        ReasonKind.Recorded => "recorded when it was built",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The way in one word, for programs.</summary>
    public string Word => Kind.ToString().ToLowerInvariant();
}

/// <summary>A file of an image that needs another one.</summary>
/// <param name="File">Absolute path of the file that needs something; empty for what the recipe says of the whole package.</param>
/// <param name="Owner">The package that brings it; null for the container's own files.</param>
/// <param name="Kind"><see cref="ReasonKind.Library"/>, <see cref="ReasonKind.Dlopen"/>, <see cref="ReasonKind.Interpreter"/> or <see cref="ReasonKind.Shebang"/>.</param>
/// <param name="What">The soname or the interpreter, as the file or recipe says it.</param>
/// <param name="Provider">Absolute path of what is found.</param>
/// <param name="ProviderOwner">The package that brings it; null for the container's own files.</param>
public sealed record FileLink(string File, string? Owner, ReasonKind Kind, string What, string Provider, string? ProviderOwner);
