using Buildit.Core.Diagnostics;
using Buildit.Core.Git;
using Buildit.Core.Locks;

namespace Buildit.Core.Tests.Locks;

public class PinLockFileTests
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";
    private static readonly string Tree = Digest.Of("tree").Hex;
    private static readonly string Text = PinLockFile.Print(Sample());

    [Fact]
    public void The_file_looks_like_this() => Assert.Equal(
        $"""
        # Written by buildit: 'buildit update' looks everything up again; do not edit

        Git: https://example.org/a.git
        Revision: branch main
        Commit: {Commit}
        SHA256: {Tree}

        Git: https://example.org/a.git
        Revision: branch main
        Submodules: yes
        LFS: pointers
        Commit: {Commit}
        SHA256: {Digest.Of("all").Hex}

        Git: https://example.org/a.git
        Revision: commit {Commit}
        Commit: {Commit}
        SHA256: {Tree}

        Patch: https://example.org/fix.patch
        SHA256: {Digest.Of("patch").Hex}

        Recipes: https://example.org/recipes.git
        Revision: default branch
        Commit: {Commit}
        SHA256: {Tree}

        """,
        Text);

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void What_was_printed_is_read_with_either_line_end(string end)
    {
        var locked = PinLockFile.Parse(new("buildit.lock", Text.Replace("\n", end, StringComparison.Ordinal)));
        Assert.Equal(Sample().Pins.AsEnumerable(), locked.Pins);
        Assert.Equal(Text, PinLockFile.Print(locked));
    }

    [Theory]
    [InlineData("Commit: 0", "Commit: x", "buildit.lock:5:9", "'x123456789abcdef0123456789abcdef01234567' is not a value for 'Commit'")]
    [InlineData("SHA256: ", "SHA256: x", "buildit.lock:6:9", "is not a value for 'SHA256'")]
    [InlineData("Revision: branch main", "Revision: main", "buildit.lock:4:11", "'main' is not a value for 'Revision'")]
    [InlineData("Submodules: yes", "Submodules: no", "buildit.lock:10:13", "'no' is not a value for 'Submodules'")]
    [InlineData("Submodules: yes", "Modules: yes", "buildit.lock:10:1", "unknown field 'Modules'")]
    [InlineData("Git: https", "URL: https", "buildit.lock:3:1", "the stanza needs one of 'Git', 'Patch', 'Place', 'Recipes'")]
    [InlineData("Patch: https://example.org/fix.patch\n", "Patch: https://example.org/fix.patch\nGit: x\n", "buildit.lock:20:1", "the stanza needs one of")]
    [InlineData("Patch: https://example.org/fix.patch\n", "Patch: https://example.org/fix.patch\nCommit: x\n", "buildit.lock:21:1", "unknown field 'Commit'")]
    [InlineData("Submodules: yes\nLFS: pointers\n", "", "buildit.lock:8:1", "'https://example.org/a.git branch main' is locked twice")]
    [InlineData("Revision: commit 0123456789abcdef0123456789abcdef01234567", "Revision: commit ff23456789abcdef0123456789abcdef01234567", "buildit.lock:17:9", "is not a value for 'Commit'")]
    [InlineData("Git: https", "something\nGit: https", "buildit.lock:3:1", "'something' is not a field")]
    [InlineData("Git: https", "<<<<<<< HEAD\nGit: https", "buildit.lock:3:1", "a merge conflict is not resolved here")]
    [InlineData("\nPatch:", "\n=======\nPatch:", "buildit.lock:20:1", "a merge conflict is not resolved here")]
    [InlineData("\nPatch:", "\n>>>>>>> branch: x\nPatch:", "buildit.lock:20:1", "a merge conflict is not resolved here")]
    public void What_is_wrong_is_shown_where_it_is(string old, string changed, string place, string message)
    {
        var at = Text.IndexOf(old, StringComparison.Ordinal);
        var error = Assert.Throws<BuilditException>(() => PinLockFile.Parse(new("buildit.lock", Text[..at] + changed + Text[(at + old.Length)..])));
        Assert.Equal((place, ExitCode.InvalidInput), (error.Diagnostics[0].Span.ToString(), error.Code));
        Assert.Contains(message, error.Diagnostics[0].Message, StringComparison.Ordinal);
        Assert.NotNull(error.Diagnostics[0].Hint);
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var text = Text.Replace("Revision: branch main", "Revision: x", StringComparison.Ordinal).Replace("Submodules: yes", "Submodules: 1", StringComparison.Ordinal);
        Assert.Equal(3, Assert.Throws<BuilditException>(() => PinLockFile.Parse(new("buildit.lock", text))).Diagnostics.Count);
    }

    private static PinLock Sample() => PinLock.Empty.With(
    [
        new(new Lookup.GitRecipes(new("https://example.org/recipes.git", GitRevision.Default)), new(Digest.Of("tree"), Commit)),
        new(new Lookup.RemotePatch("https://example.org/fix.patch"), new(Digest.Of("patch"))),
        new(new Lookup.GitSource(new("https://example.org/a.git", new(GitRevisionKind.Commit, Commit))), new(Digest.Of("tree"), Commit)),
        new(new Lookup.GitSource(new("https://example.org/a.git", new(GitRevisionKind.Branch, "main")) { Submodules = true, Lfs = false }), new(Digest.Of("all"), Commit)),
        new(new Lookup.GitSource(new("https://example.org/a.git", new(GitRevisionKind.Branch, "main"))), new(Digest.Of("tree"), Commit)),
    ]);
}
