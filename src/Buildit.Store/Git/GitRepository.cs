using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Core.Git;
using Buildit.Store.Sources;

namespace Buildit.Store.Git;

/// <summary>A path of a commit. <paramref name="Mode"/> is git's: 100644, 100755, 120000 for a symbolic link, 160000 for a submodule.</summary>
internal sealed record GitEntry(string Mode, string Id, string Path);

/// <summary>
/// Commits of one repository, kept in the store as a bare repository that any number of processes may read. A commit counts as there when
/// <c>refs/buildit/ID</c> says so: git writes that only when it has all of it.
/// </summary>
/// <param name="directory">Of the bare repository, whether or not it is there yet.</param>
/// <param name="url">Where it is fetched from.</param>
/// <param name="isTrusted">False if a repository named the address, not the user.</param>
internal sealed partial class GitRepository(string directory, string url, bool isTrusted)
{
    // What servers say that give a commit only with the branch or tag that leads to it, or only whole repositories (files behind a plain web server).
    private static readonly ImmutableArray<string> WholeOnly = ["unadvertised object", "does not support shallow", "no such remote ref", "couldn't find remote ref"];

    /// <summary>Of the bare repository.</summary>
    public string Directory => directory;

    /// <summary>Where it is fetched from.</summary>
    public string Url => url;

    /// <summary>Whether all of a commit is here.</summary>
    public async Task<bool> HasAsync(string commit, CancellationToken cancel) =>
        System.IO.Directory.Exists(directory) && await FindAsync(Ref(commit), cancel) == commit;

    /// <summary>Fetches a commit: it alone if the server permits that, else the branches and tags with all that leads to them. Who calls holds the repository's lock.</summary>
    public async Task<GitResult> FetchAsync(string commit, CancellationToken cancel)
    {
        await PrepareAsync(commit, cancel);
        var result = await FetchAsync(["--depth=1"], [$"+{commit}:{Ref(commit)}"], cancel);
        if (result.ExitCode == 0 || !WholeOnly.Any(w => result.Error.Contains(w, StringComparison.Ordinal)))
        {
            return result;
        }

        var isShallow = File.Exists(Path.Combine(directory, "shallow"));
        var whole = await FetchAsync(isShallow ? ["--unshallow"] : [], ["+refs/heads/*:refs/whole/heads/*", "+refs/tags/*:refs/whole/tags/*"], cancel);
        return whole.ExitCode != 0 ? whole : await RunAsync(["update-ref", Ref(commit), commit], cancel);
    }

    /// <summary>The commit that a revision stands for on the server now; null if there is no such revision.</summary>
    public async Task<(string? Commit, GitResult Result)> ResolveAsync(GitRevision revision, CancellationToken cancel)
    {
        var name = revision.Kind switch { GitRevisionKind.Branch => "refs/heads/" + revision.Name, GitRevisionKind.Tag => "refs/tags/" + revision.Name, _ => "HEAD" };
        var result = await GitProgram.RunAsync(directory, isTrusted, ["ls-remote", "--quiet", "--", url, name, name + "^{}"], cancel);
        var found = Encoding.UTF8.GetString(result.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')).Where(l => l.Length == 2).ToLookup(l => l[1], l => l[0]);
        // A tag with a message is an object of its own; behind "^{}" is the commit that it stands for.
        return (found[name + "^{}"].Concat(found[name]).FirstOrDefault(GitRevision.IsCommit), result);
    }

    /// <summary>The names of all branches or tags on the server.</summary>
    public async Task<ImmutableArray<string>> NamesAsync(GitRevisionKind kind, CancellationToken cancel)
    {
        var prefix = kind == GitRevisionKind.Tag ? "refs/tags/" : "refs/heads/";
        var result = await GitProgram.RunAsync(directory, isTrusted, ["ls-remote", "--quiet", "--refs", "--", url, prefix + "*"], cancel);
        return [.. Encoding.UTF8.GetString(result.Output).Split('\n').Select(l => l.Split('\t')).Where(l => l.Length == 2 && l[1].StartsWith(prefix, StringComparison.Ordinal)).Select(l => l[1][prefix.Length..])];
    }

    /// <summary>When a commit was made, in seconds since 1970.</summary>
    public async Task<long> TimeAsync(string commit, CancellationToken cancel)
    {
        var text = Encoding.UTF8.GetString((await RunAsync(["cat-file", "commit", commit], cancel)).Output);
        return CommitterLine().Match(text) is { Success: true } m && long.TryParse(m.Groups[1].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time) ? time : 0;
    }

    /// <summary>All paths of a commit.</summary>
    public async Task<ImmutableArray<GitEntry>> ListAsync(string commit, CancellationToken cancel)
    {
        var result = await RunAsync(["ls-tree", "-r", "-z", "--full-tree", commit], cancel);
        if (result.ExitCode != 0)
        {
            throw new BuilditException(ExitCode.StoreFailed, $"the copy of a git repository in '{directory}' is damaged: {result.Error}", "delete it and run the command again");
        }

        var entries = ImmutableArray.CreateBuilder<GitEntry>();
        for (var rest = result.Output.AsSpan(); !rest.IsEmpty;)
        {
            // "MODE TYPE ID\tPATH\0"
            var (tab, end) = (rest.IndexOf((byte)'\t'), rest.IndexOf((byte)0));
            var words = Encoding.ASCII.GetString(rest[..tab]).Split(' ');
            entries.Add(new(words[0], words[2], TarHeader.Text(rest[(tab + 1)..end])));
            rest = rest[(end + 1)..];
        }

        return entries.ToImmutable();
    }

    /// <summary>What a commit's <c>.gitmodules</c> says: path -> address as written there.</summary>
    public async Task<ImmutableDictionary<string, string>> SubmodulesAsync(string commit, CancellationToken cancel)
    {
        var result = await RunAsync(["config", "-z", "--blob", commit + ":.gitmodules", "--get-regexp", @"^submodule\..*\.(path|url)$"], cancel);
        // "submodule.NAME.path\nVALUE\0"
        var values = Encoding.UTF8.GetString(result.Output).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(e => e.Split('\n', 2)).Where(e => e.Length == 2)
            .GroupBy(e => e[0], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last()[1], StringComparer.Ordinal);
        return values.Where(v => v.Key.EndsWith(".path", StringComparison.Ordinal) && values.ContainsKey(v.Key[..^5] + ".url"))
            .GroupBy(v => v.Value, StringComparer.Ordinal).ToImmutableDictionary(g => g.Key, g => values[g.First().Key[..^5] + ".url"], StringComparer.Ordinal);
    }

    private static string Ref(string commit) => "refs/buildit/" + commit;

    private async Task<string?> FindAsync(string name, CancellationToken cancel)
    {
        var result = await RunAsync(["rev-parse", "--verify", "--quiet", name + "^{commit}"], cancel);
        return result.ExitCode == 0 ? Encoding.ASCII.GetString(result.Output).Trim() : null;
    }

    /// <summary>Makes the repository, or makes one usable again whose last user was killed.</summary>
    private async Task PrepareAsync(string commit, CancellationToken cancel)
    {
        System.IO.Directory.CreateDirectory(directory);
        foreach (var left in System.IO.Directory.EnumerateFiles(directory, "*.lock", SearchOption.AllDirectories).Concat(System.IO.Directory.EnumerateFiles(directory, "tmp_*", SearchOption.AllDirectories)).ToArray())
        {
            File.Delete(left);
        }

        var format = commit.Length == 64 ? "sha256" : "sha1";
        var result = await RunAsync(["init", "--quiet", "--bare", "--template=", $"--object-format={format}"], cancel);
        if (result.ExitCode != 0)
        {
            throw new BuilditException(ExitCode.StoreFailed, $"git cannot make a repository in '{directory}': {result.Error}", "is the disk full, or git older than 2.29?");
        }
    }

    private Task<GitResult> FetchAsync(IEnumerable<string> how, IEnumerable<string> what, CancellationToken cancel) =>
        RunAsync(["fetch", "--quiet", "--no-tags", "--force", .. how, "--", url, .. what], cancel);

    private Task<GitResult> RunAsync(IEnumerable<string> arguments, CancellationToken cancel) => GitProgram.RunAsync(directory, isTrusted, arguments, cancel);

    [GeneratedRegex(@"^committer .*> (-?\d+) [-+]\d+$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex CommitterLine();
}
