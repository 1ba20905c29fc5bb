using System.Collections.Immutable;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Keys;
using Buildit.Core.Recipes;

namespace Buildit.Core.Graphs;

/// <summary>One node of the graph: a recipe with version, use flags and target fixed, or an exact distribution package.</summary>
public abstract class Package
{
    private readonly Lazy<ImmutableArray<Package>> _companions = new(() => []);
    private readonly Lazy<string> _preimage = new(() => "");

    private Package()
    {
    }

    /// <summary><c>category/name</c> or <c>debian/NAME</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The version, empty for a group.</summary>
    public required string Version { get; init; }

    /// <summary><c>category/name-version</c>, for people.</summary>
    public string DisplayName => Version.Length == 0 ? Name : Name + "-" + Version;

    /// <summary>Key of everything declared.</summary>
    public required RecipeKey Key { get; init; }

    /// <summary>What went into the key, as text.</summary>
    public string Preimage => _preimage.Value;

    /// <summary>Gives <see cref="Preimage"/> when it is first asked for: only what is made needs it.</summary>
    public required Func<string> PreimageLater
    {
        init => _preimage = new(value);
    }

    /// <summary>What must be in a root with this package for it to work there, as far as it is declared: its dependencies at run time or link time.</summary>
    public ImmutableArray<Package> Companions => _companions.Value;

    /// <summary>Gives <see cref="Companions"/> when they are first asked for, since distribution packages may depend on each other in a circle.</summary>
    public required Func<ImmutableArray<Package>> CompanionsLater
    {
        init => _companions = new(value);
    }

    /// <summary>Names of packages that this one stands for wherever both would meet.</summary>
    public ImmutableArray<string> Replaces { get; init; } = [];

    /// <summary>The packages whose keys are part of its own.</summary>
    public abstract IEnumerable<Package> Dependencies { get; }

    /// <summary>The files that declare it, for messages.</summary>
    public abstract Declaration Declaration { get; }

    /// <summary>The names under which its recipe asks for its dependencies, by role, in the order of the packages; empty for a distribution package.</summary>
    internal ImmutableArray<ImmutableArray<string>> DependencyNames { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => DisplayName;

    /// <summary>Built from sources in the sandbox.</summary>
    public sealed class Built : Package
    {
        private readonly Lazy<ResolvedRecipe> _recipe = new(() => throw new System.Diagnostics.UnreachableException());

        /// <summary>What is built, merged from the recipe and what it is derived from.</summary>
        public ResolvedRecipe Recipe => _recipe.Value;

        /// <summary>Gives <see cref="Recipe"/> when it is first asked for: only what is built needs it.</summary>
        public required Func<ResolvedRecipe> RecipeLater
        {
            init => _recipe = new(value);
        }

        /// <summary>What its build gets from elsewhere.</summary>
        public required ImmutableArray<RemoteFile> RemoteFiles { get; init; }

        /// <summary>Run during the build.</summary>
        public required ImmutableArray<Package> Tools { get; init; }

        /// <summary>Linked against.</summary>
        public required ImmutableArray<Package> Libs { get; init; }

        /// <summary>Needed at run time though no file says so.</summary>
        public required ImmutableArray<Package> Runtime { get; init; }

        /// <summary>What the recipe's test runs with besides the package: a shell and the commonest commands.</summary>
        public required ImmutableArray<Package> TestTools { get; init; }

        /// <inheritdoc/>
        public override IEnumerable<Package> Dependencies => [.. Tools, .. Libs, .. Runtime, .. TestTools];

        /// <inheritdoc/>
        public override Declaration Declaration => Recipe.Declaration;
    }

    /// <summary>Needs, links and files under one name.</summary>
    public sealed class Group : Package
    {
        private readonly Lazy<GroupContent> _content = new(() => throw new System.Diagnostics.UnreachableException());

        /// <summary>What it adds to its members.</summary>
        public GroupContent Content => _content.Value;

        /// <summary>Gives <see cref="Content"/> when it is first asked for.</summary>
        public required Func<GroupContent> ContentLater
        {
            init => _content = new(value);
        }

        /// <inheritdoc/>
        public override IEnumerable<Package> Dependencies => Companions;

        /// <inheritdoc/>
        public override Declaration Declaration => Content.Declaration;
    }

    /// <summary>An exact .deb.</summary>
    public sealed class Imported : Package
    {
        /// <summary>Its pin.</summary>
        public required LockedPackage Pin { get; init; }

        /// <summary>Absolute path -> link text, declared because no maintainer script is run.</summary>
        public required ImmutableSortedDictionary<string, string> Links { get; init; }

        /// <summary>The recipe that is derived from it, if any.</summary>
        public Declaration Derived { get; init; } = Declaration.None;

        /// <summary>What that recipe adds to its companions; the others count by their .debs.</summary>
        public ImmutableArray<Package> Added { get; init; } = [];

        /// <inheritdoc/>
        public override IEnumerable<Package> Dependencies => Added;

        /// <inheritdoc/>
        public override Declaration Declaration => Derived;
    }
}

/// <summary>What a group adds to its members.</summary>
/// <param name="Links">Absolute path -> link text.</param>
/// <param name="Files">Files that it places.</param>
/// <param name="Declaration">The files that declare it, for messages.</param>
public sealed record GroupContent(ImmutableSortedDictionary<string, string> Links, ImmutableArray<ResolvedFile> Files, Declaration Declaration);
