using System.Diagnostics;

namespace Buildit.Testing;

/// <summary>A git repository made by the machine's git, with fixed identity and dates, untouched by anybody's configuration.</summary>
public sealed class GitUpstream
{
    /// <summary>When its commits are made, in seconds since 1970.</summary>
    public const long Time = 1_700_000_000;

    /// <param name="directory">Of the work tree; made if it is not there.</param>
    /// <param name="format">Its object format: sha1 or sha256.</param>
    public GitUpstream(string directory, string format = "sha1")
    {
        Path = directory;
        Directory.CreateDirectory(directory);
        Git("init", "--quiet", "--initial-branch=main", "--object-format=" + format);
    }

    public string Path { get; }

    public string Url => "file://" + Path;

    /// <summary>The commit that is checked out.</summary>
    public string Head => Git("rev-parse", "HEAD");

    public GitUpstream Write(string path, string text, bool executable = false)
    {
        var full = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        File.SetUnixFileMode(full, executable ? (UnixFileMode)0x1ED : (UnixFileMode)0x1A4);
        return this;
    }

    public GitUpstream Link(string path, string target)
    {
        File.CreateSymbolicLink(System.IO.Path.Combine(Path, path), target);
        return this;
    }

    /// <summary>Commits everything; gives the commit's id.</summary>
    public string Commit(string message = "a commit")
    {
        Git("add", "--all");
        Git("commit", "--quiet", "--allow-empty", "-m", message);
        return Head;
    }

    /// <summary>Commits a tree that 'git add' would refuse: lines as 'git ls-tree' prints them; gives the commit's id.</summary>
    public string CommitTree(string lines)
    {
        var commit = Git("commit-tree", "-m", "by hand", Tree(lines));
        Git("update-ref", "refs/heads/main", commit);
        return commit;
    }

    /// <summary>Stores a directory, as <see cref="CommitTree"/> takes it; gives its id.</summary>
    public string Tree(string lines) => Run(lines, "mktree");

    /// <summary>Stores a file's bytes; gives their id.</summary>
    public string Blob(string text) => Run(text, "hash-object", "-w", "--stdin");

    /// <summary>Puts another history in place of the branch's, and forgets the old one.</summary>
    public void Rewrite()
    {
        Git("checkout", "--quiet", "--orphan", "other");
        Commit("another history");
        Git("branch", "--quiet", "-M", "main");
        Git("reflog", "expire", "--expire=now", "--all");
        Git("gc", "--quiet", "--prune=now");
    }

    /// <summary>Runs git in the repository; it must succeed. Gives what it printed.</summary>
    public string Git(params string[] arguments) => Run("", arguments);

    private string Run(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-c", "protocol.file.allow=always", "-c", "core.hooksPath=/dev/null", .. arguments]) { WorkingDirectory = Path, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Clean)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {error.Result}");
    }

    private static IEnumerable<KeyValuePair<string, string>> Clean =>
    [
        new("GIT_CONFIG_GLOBAL", "/dev/null"), new("GIT_CONFIG_NOSYSTEM", "1"),
        new("GIT_AUTHOR_NAME", "A"), new("GIT_AUTHOR_EMAIL", "a@example.org"), new("GIT_COMMITTER_NAME", "C"), new("GIT_COMMITTER_EMAIL", "c@example.org"),
        new("GIT_AUTHOR_DATE", "1600000000 +0000"), new("GIT_COMMITTER_DATE", $"{Time} +0200"),
    ];
}
