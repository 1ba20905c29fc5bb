using System.Collections.Immutable;
using Buildit.Core.Differences;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Explanations;

/// <summary>What became of an input.</summary>
public enum Became
{
    /// <summary>It says something else.</summary>
    Changed,

    /// <summary>It was not there before.</summary>
    Added,

    /// <summary>It is not there any more.</summary>
    Removed,

    /// <summary>Several of a kind stand in another order.</summary>
    Reordered,
}

/// <summary>A reason why a key is not what it was: one declared input that changed.</summary>
/// <param name="Package">Name of the package that declares it.</param>
/// <param name="Kind">Kind of input, as in the preimage (docs/keys.md).</param>
/// <param name="Name">Which one of its kind; may be empty.</param>
/// <param name="Became">What became of it.</param>
public sealed record Cause(string Package, string Kind, string Name, Became Became)
{
    /// <summary>The input in people's words: <c>patch 2 of 3 https-only.patch</c>.</summary>
    public required string What { get; init; }

    /// <summary>What it was; null if it was not there.</summary>
    public string? Old { get; init; }

    /// <summary>What it is; null if it is not there.</summary>
    public string? New { get; init; }

    /// <summary>Whether its values are texts of several lines, to be shown as <see cref="Diff"/>.</summary>
    public bool IsText { get; init; }

    /// <summary>Where it is declared.</summary>
    public Place? Place { get; init; }

    /// <summary>Lines that say more: what a use flag brings with it, which files of a local source changed.</summary>
    public ImmutableArray<string> Details { get; init; } = [];

    /// <summary>A changed text as a unified diff.</summary>
    public ImmutableArray<string> Diff => IsText && Old is not null && New is not null ? TextDiff.Unified(Old, New) : [];

    /// <summary>One line for people, without package and place: <c>phase install changed</c>.</summary>
    public string Sentence => Say(What);

    /// <summary>One line for people that names the package: <c>phase install of sys-libs/zlib changed</c>.</summary>
    public string SentenceOfPackage => Say(Kind == "closure" ? $"dependency on {Package}" : $"{What} of {Package}");


    /// <summary>Equal for causes that are the same one, met on different ways.</summary>
    internal (string, string, string, string, string?, string?) Identity => (Package, Kind, Name, What, Old, New);

    private string Say(string subject) => VisibleText.Of(this switch
    {
        { Became: Became.Reordered } => $"{subject} in another order",
        { Kind: "use", Became: Became.Added } => $"{subject} switched on",
        { Kind: "use", Became: Became.Removed } => $"{subject} switched off",
        { Became: Became.Added, IsText: false, New: { Length: > 0 } value } when !IsDigest(value) => $"{subject} added: {Short(value)}",
        { Became: Became.Removed, IsText: false, Old: { Length: > 0 } value } when !IsDigest(value) => $"{subject} removed: {Short(value)}",
        { Became: Became.Added } => $"{subject} added",
        { Became: Became.Removed } => $"{subject} removed",
        { IsText: true } or { Old: null } or { New: null } => $"{subject} changed",
        // The digest of a file beside the recipe says nothing to anybody; one that is written in the recipe does.
        _ when IsDigest(Old) && !What.EndsWith("sha256", StringComparison.Ordinal) => $"{subject} changed",
        _ => $"{subject}: {Quoted(Old)} -> {Quoted(New)}",
    });

    private static bool IsDigest(string value) => Digest.TryParse(value, out _);

    private static string Quoted(string value) => value.Length == 0 ? "(nothing)" : Short(value);

    // Nobody compares 64 digits by eye.
    private static string Short(string value) => Digest.TryParse(value, out var digest) ? digest.Hex[..12] : value.ReplaceLineEndings(", ");
}
