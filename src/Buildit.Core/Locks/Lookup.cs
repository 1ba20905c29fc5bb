using Buildit.Core.Git;
using Buildit.Core.Recipes;

namespace Buildit.Core.Locks;

/// <summary>Something that is named by its address instead of by its content. What it was found to be is pinned in a lock before it is used.</summary>
public abstract record Lookup
{
    private Lookup()
    {
    }

    /// <summary>The address as written; it may hold a password.</summary>
    public abstract string Url { get; }

    /// <summary>Whether the same lookup may rightly give something else tomorrow.</summary>
    public abstract bool Moves { get; }

    /// <summary>Address and revision, for people, and to be sorted by; it may hold a password.</summary>
    public abstract override string ToString();

    /// <summary>The bytes at an address: a patch without <c>sha256</c>.</summary>
    public sealed record RemotePatch(string Address) : Lookup
    {
        /// <inheritdoc/>
        public override string Url => Address;

        /// <inheritdoc/>
        public override bool Moves => true;

        /// <inheritdoc/>
        public override string ToString() => Address;
    }

    /// <summary>A state of a git repository as a source.</summary>
    public sealed record GitSource(GitOrigin Origin) : Lookup
    {
        /// <inheritdoc/>
        public override string Url => Origin.Url;

        /// <inheritdoc/>
        public override bool Moves => Origin.Revision.Moves;

        /// <inheritdoc/>
        public override string ToString() => Origin.ToString();
    }

    /// <summary>A state of a git repository as a recipe tree.</summary>
    public sealed record GitRecipes(GitOrigin Origin) : Lookup
    {
        /// <inheritdoc/>
        public override string Url => Origin.Url;

        /// <inheritdoc/>
        public override bool Moves => Origin.Revision.Moves;

        /// <inheritdoc/>
        public override string ToString() => Origin.ToString();
    }

    /// <summary>What is to be discovered at a place of the web. Its pin is the digest of a <see cref="Discovery.PlaceDescription"/>.</summary>
    public sealed record Place(string Address) : Lookup
    {
        /// <inheritdoc/>
        public override string Url => Address;

        /// <inheritdoc/>
        public override bool Moves => true;

        /// <inheritdoc/>
        public override string ToString() => Address;
    }

    /// <summary>Whether it belongs to a configuration, not to a target.</summary>
    public bool IsOfConfiguration => this is GitRecipes or Place;

    /// <summary>What must be looked up for a patch; null if it is a file, or its recipe says its digest.</summary>
    public static Lookup? Of(Patch patch) => patch is { IsRemote: true, Sha256: null } ? new RemotePatch(patch.Location) : null;

    /// <summary>What must be looked up for a source; null if its recipe says its digest, or it is here.</summary>
    public static Lookup? Of(Source source) => source is Source.Git { Sha256: null } git ? new GitSource(git.Origin) : null;
}
