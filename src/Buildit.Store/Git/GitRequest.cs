using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Git;
using Buildit.Store.Fetching;

namespace Buildit.Store.Git;

/// <summary>A state of a git repository that is wanted, and the place where a person wrote so.</summary>
public sealed record GitRequest(GitOrigin Origin, SourceSpan? Span)
{
    /// <summary>Address and revision, without secrets.</summary>
    public string Name => $"{Address} {Origin.Revision}";

    /// <summary>The address without secrets.</summary>
    public string Address => Redaction.Of(Origin.Url);

    /// <summary>The error that git itself tells.</summary>
    internal BuilditException Failed(string what, GitResult result, string address) => new(
        result.Error.Contains("No space left", StringComparison.Ordinal) ? ExitCode.StoreFailed : ExitCode.FetchFailed,
        [new Diagnostic(what, Span, "git runs with your own configuration, credentials and ssh keys, and may ask nothing: try 'git ls-remote' with this address")
        {
            Detail = string.Join('\n', result.Error.Replace(address, Redaction.Of(address), StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => "  git: " + l)),
        }]);

    /// <summary>The error for a commit that the server does not have (any more).</summary>
    internal BuilditException Gone(string commit, string address) => new(
        ExitCode.FetchFailed,
        [new Diagnostic($"'{Redaction.Of(address)}' does not have commit {commit}", Span, Origin.Revision.Moves
            ? $"its history was rewritten, or the repository is another one: find out why, then 'buildit update {Address}' takes what {Origin.Revision} is now"
            : "was its history rewritten? Name a commit that it has")]);

    /// <summary>The error for content that is not what was pinned.</summary>
    internal BuilditException Other(string commit, Digest wanted, Digest found) => new(
        ExitCode.FetchFailed,
        [new Diagnostic($"commit {commit} of '{Address}' is not what was pinned", Span, Origin.Revision.Moves ? $"'buildit update {Address}' pins it anew" : $"if the commit is right, put sha256: {found.Hex}")
        {
            Detail = $"  pinned: {wanted}\n  found:  {found}",
        }]);
}
