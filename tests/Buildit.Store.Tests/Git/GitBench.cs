using System.Formats.Tar;
using System.Text;
using Buildit.Core.Diagnostics;
using Buildit.Core.Git;
using Buildit.Core.Locks;
using Buildit.Store.Compression;
using Buildit.Store.Git;
using Buildit.Store.Sources;
using Buildit.Testing;

namespace Buildit.Store.Tests.Git;

/// <summary>A repository, a store, and git sources between them.</summary>
internal sealed class GitBench : IDisposable
{
    private readonly TemporaryDirectory _work = new();

    public GitBench(string format = "sha1")
    {
        Repository = new(Path.Combine(_work, "upstream"), format);
        Store = ContentStore.Open(Path.Combine(_work, "store"));
    }

    public GitUpstream Repository { get; }

    public ContentStore Store { get; }

    /// <summary>What was fetched.</summary>
    public List<string> Fetched { get; } = [];

    public string Directory => _work;

    public GitOrigin Main => new(Repository.Url, new(GitRevisionKind.Branch, "main"));

    public GitUpstream Another(string name) => new(Path.Combine(_work, name));

    public GitSources Sources(bool offline = false) =>
        new(Store, new(Store.Scratch), offline, TimeProvider.System, new((_, _) => { }, (name, _) => Fetched.Add(name)));

    public Task<string> ResolveAsync(GitOrigin origin) => Sources().ResolveAsync(new(origin, null), default);

    /// <summary>What a lookup does.</summary>
    public async Task<Pin> LockAsync(GitOrigin origin)
    {
        var commit = await ResolveAsync(origin);
        return new((await Sources().TarAsync(new(origin, null), commit, default)).Digest, commit);
    }

    /// <summary>The entries of the tar of a state: "TYPE MODE TIME NAME[ -> TARGET][: CONTENT]".</summary>
    public async Task<string[]> EntriesAsync(GitOrigin origin)
    {
        using var tar = new TarReader(File.OpenRead(Store.Paths.Blob((await LockAsync(origin)).Digest)));
        var entries = new List<string>();
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            var text = entry.DataStream is { } data ? await new StreamReader(data, Encoding.UTF8).ReadToEndAsync() : "";
            entries.Add($"{(char)entry.EntryType} {Convert.ToString((int)entry.Mode, 8)} {entry.ModificationTime.ToUnixTimeSeconds()} {entry.Name}{(entry.LinkName.Length > 0 ? " -> " + entry.LinkName : "")}{(text.Length > 0 ? ": " + text.ReplaceLineEndings("\\n") : "")}");
        }

        return [.. entries];
    }

    public async Task<Diagnostic> FailsAsync(Core.ExitCode code, GitOrigin origin)
    {
        var error = await Assert.ThrowsAsync<BuilditException>(() => LockAsync(origin));
        Assert.Equal(code, error.Code);
        return Assert.Single(error.Diagnostics);
    }

    public void Dispose()
    {
        Store.Dispose();
        _work.Dispose();
    }
}
