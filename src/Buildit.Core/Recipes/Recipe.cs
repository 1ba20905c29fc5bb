using System.Collections.Immutable;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Recipes;

/// <summary>A <c>pkg.yaml</c> as a person wrote it: nothing is looked up or merged yet. See docs/recipes.md.</summary>
public abstract record Recipe
{
    private Recipe()
    {
    }

    /// <summary>The file, for messages.</summary>
    public required SourceText Text { get; init; }

    /// <summary>Directory of the file: <c>patches/</c> and <c>files/</c> are found from here.</summary>
    public required string Directory { get; init; }

    /// <summary>Who wrote it (<c>author:</c>); not part of any key.</summary>
    public string? Author { get; init; }

    /// <summary>Every package that it names, whatever flags and version are chosen.</summary>
    public abstract IEnumerable<Spanned<string>> PossibleNeeds { get; }

    /// <summary>A recipe that stands by itself: builds from sources, or, without phases and style, a group.</summary>
    public sealed record Full : Recipe
    {
        /// <summary>Name without category.</summary>
        public required Spanned<string> Name { get; init; }

        /// <summary>One line for people.</summary>
        public string? Summary { get; init; }

        /// <summary>Address for people.</summary>
        public string? Homepage { get; init; }

        /// <summary>SPDX expression.</summary>
        public string? License { get; init; }

        /// <summary>Vendor and product by which vulnerability databases know it, <c>vendor:product</c>.</summary>
        public string? Cpe { get; init; }

        /// <summary>In the order written; the first is the default. A group has none.</summary>
        public ImmutableArray<RecipeVersion> Versions { get; init; } = [];

        /// <summary>What every build of it needs.</summary>
        public Needs Needs { get; init; } = Needs.None;

        /// <summary>Its use flags, in the order written.</summary>
        public ImmutableArray<UseFlag> Use { get; init; } = [];

        /// <summary>Arguments of the configure phase, before those of the flags.</summary>
        public ImmutableArray<string> Configure { get; init; } = [];

        /// <summary>Environment of all phases.</summary>
        public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

        /// <summary>Name of a style file that fills phases in (<c>styles/NAME.yaml</c> of the recipe tree).</summary>
        public Spanned<string>? Style { get; init; }

        /// <summary>Shell text of the phases written here; they win over the style's.</summary>
        public ImmutableSortedDictionary<string, string> Phases { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

        /// <summary>Refinements of the split into outputs.</summary>
        public OutputRules Outputs { get; init; } = OutputRules.Default;

        /// <summary>Shell text run in a fresh root that holds this package and its runtime needs only.</summary>
        public string? Test { get; init; }

        /// <summary>Symbolic links that the package consists of or adds: absolute path -> link text.</summary>
        public ImmutableSortedDictionary<string, string> Links { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

        /// <summary>Files that the package adds: absolute path -> file beside the recipe.</summary>
        public ImmutableArray<PlacedFile> Files { get; init; } = [];

        /// <summary>Packages that this one stands for wherever both would meet.</summary>
        public ImmutableArray<Spanned<string>> Replaces { get; init; } = [];

        /// <summary>How long a build may take; not part of any key.</summary>
        public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);

        /// <summary>Source date in seconds since 1970 (<c>date:</c>); null = the newest modification time in the sources.</summary>
        public long? Date { get; init; }

        /// <inheritdoc/>
        public override IEnumerable<Spanned<string>> PossibleNeeds => Use.Aggregate(Needs.All, (all, flag) => all.Concat(flag.Needs.All).Concat(flag.NeedsOff.All));

        /// <summary>Whether there is nothing to build.</summary>
        public bool IsGroup => Style is null && Phases.IsEmpty;
    }

    /// <summary>A recipe that changes another one: patches, use flags, more needs.</summary>
    public sealed record Derived : Recipe
    {
        /// <summary><c>base:</c>, an atom: <c>category/name</c>, <c>category/name-version</c> or <c>debian/NAME</c>.</summary>
        public required Spanned<string> Base { get; init; }

        /// <summary>In the order in which they are applied.</summary>
        public ImmutableArray<Patch> Patches { get; init; } = [];

        /// <summary>Flags to switch on.</summary>
        public ImmutableArray<Spanned<string>> With { get; init; } = [];

        /// <summary>Flags to switch off.</summary>
        public ImmutableArray<Spanned<string>> Without { get; init; } = [];

        /// <summary>Further configure arguments, after those of the base.</summary>
        public ImmutableArray<string> Configure { get; init; } = [];

        /// <summary>Further needs.</summary>
        public Needs Needs { get; init; } = Needs.None;

        /// <summary>Further links: absolute path -> link text.</summary>
        public ImmutableSortedDictionary<string, string> Links { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

        /// <inheritdoc/>
        public override IEnumerable<Spanned<string>> PossibleNeeds => Needs.All;
    }
}
