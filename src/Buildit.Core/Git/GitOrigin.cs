namespace Buildit.Core.Git;

/// <summary>What is wanted of a git repository.</summary>
/// <param name="Url">As written: see <see cref="GitAddress"/>.</param>
/// <param name="Revision">Which state of it.</param>
public sealed record GitOrigin(string Url, GitRevision Revision)
{
    /// <summary>Whether its submodules are part of it, all the way down; else each is an empty directory.</summary>
    public bool Submodules { get; init; }

    /// <summary>Whether contents that Git LFS keeps elsewhere are wanted, which cannot be had: then a pointer file is an error. False: it is a file like others.</summary>
    public bool Lfs { get; init; } = true;

    /// <summary>Address and revision, for people; it may hold a password.</summary>
    public override string ToString() => $"{Url} {Revision}";
}

/// <summary>How a state of a repository can be named.</summary>
public enum GitRevisionKind
{
    /// <summary>The branch that the repository says is its main one.</summary>
    Default,

    /// <summary>The newest commit of a branch.</summary>
    Branch,

    /// <summary>A tag.</summary>
    Tag,

    /// <summary>A commit by its whole id: the only one that cannot move.</summary>
    Commit,
}

/// <summary>A state of a repository by name. <paramref name="Name"/> is empty for the default branch.</summary>
public sealed record GitRevision(GitRevisionKind Kind, string Name)
{
    private const string DefaultText = "default branch";

    /// <summary>The newest commit of the default branch.</summary>
    public static GitRevision Default { get; } = new(GitRevisionKind.Default, "");

    /// <summary>Whether it may mean another commit tomorrow.</summary>
    public bool Moves => Kind != GitRevisionKind.Commit;

    /// <summary>Whether a text is the whole id of a commit: 40 lower-case hexadecimal digits, or 64 in a SHA-256 repository.</summary>
    public static bool IsCommit(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Whether a text can be the name of a branch or tag, by git-check-ref-format(1).</summary>
    public static bool IsName(string text) =>
        text.Length > 0
        && !text.Any(c => c is <= ' ' or '\x7f' or '~' or '^' or ':' or '?' or '*' or '[' or '\\')
        && !text.Contains("..", StringComparison.Ordinal)
        && !text.Contains("@{", StringComparison.Ordinal)
        && !text.StartsWith('-')
        && !text.EndsWith('.')
        && text.Split('/').All(part => part.Length > 0 && !part.StartsWith('.') && !part.EndsWith(".lock", StringComparison.Ordinal));

    /// <summary>Reads what <see cref="ToString"/> gave; null for anything else.</summary>
    public static GitRevision? Parse(string text) => text == DefaultText ? Default : text.Split(' ', 2) switch
    {
        ["branch", var name] when IsName(name) => new(GitRevisionKind.Branch, name),
        ["tag", var name] when IsName(name) => new(GitRevisionKind.Tag, name),
        ["commit", var id] when IsCommit(id) => new(GitRevisionKind.Commit, id),
        _ => null,
    };

    /// <summary><c>branch main</c>, <c>tag v1.0</c>, <c>commit HEX</c> or <c>default branch</c>.</summary>
    public override string ToString() => Kind switch
    {
        GitRevisionKind.Branch => "branch " + Name,
        GitRevisionKind.Tag => "tag " + Name,
        GitRevisionKind.Commit => "commit " + Name,
        _ => DefaultText,
    };
}
