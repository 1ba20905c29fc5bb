using System.Collections.Immutable;
using Buildit.Store.Trees;

namespace Buildit.Images;

/// <summary>One output of one package, as an image gets it. Parts come in dependency order.</summary>
/// <param name="Package">As people know it, for example <c>www-servers/nginx-1.26.3</c> or <c>debian/libc6</c>.</param>
/// <param name="Output">The output's name, for example <c>runtime</c>.</param>
/// <param name="Tree">Its files.</param>
public sealed record ImagePart(string Package, string Output, StoredTree Tree)
{
    /// <summary>The package's version; empty if it has none.</summary>
    public string Version { get; init; } = "";

    /// <summary>Whether it is the base image, on which all others lie: their files go before its files, and what it lacks itself is nobody's mistake here.</summary>
    public bool IsBase { get; init; }

    /// <summary>Sonames that it opens by itself, as its recipe says.</summary>
    public ImmutableArray<string> Dlopen { get; init; } = [];

    /// <summary>For messages and histories.</summary>
    public override string ToString() => $"{Package} ({Output})";
}
