using Buildit.Build.Discovery;
using Buildit.Build.Engine;
using Buildit.Core.Diagnostics;
using Buildit.Core.Locks;
using Buildit.Store.Fetching;
using Buildit.Store.Git;

namespace Buildit.Build.Locks;

/// <summary>Finds out what something that is named by its address is now. What is found is in the store afterwards.</summary>
public sealed class PinFinder(Fetcher fetcher, GitSources git, PlaceFinder places, Action<BuildEvent> report)
{
    /// <summary>Looks one thing up. Throws if it cannot be had.</summary>
    public async Task<Pin> FindAsync(Lookup lookup, SourceSpan? span, CancellationToken cancel) => lookup switch
    {
        Lookup.RemotePatch patch => await PatchAsync(patch, span, cancel),
        Lookup.GitSource source => await GitAsync(new(source.Origin, span), cancel),
        Lookup.GitRecipes recipes => await GitAsync(new(recipes.Origin, span), cancel),
        Lookup.Place place => new(await places.FindAsync(place.Url, span, cancel)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private async Task<Pin> PatchAsync(Lookup.RemotePatch patch, SourceSpan? span, CancellationToken cancel)
    {
        var name = patch.Url[(patch.Url.LastIndexOf('/') + 1)..];
        var fetched = await fetcher.FetchAsync(new(name, [patch.Url], null, DeclaredAt: span) { IsLookup = true }, null, cancel);
        report(new BuildEvent.Fetched(name, fetched.Size));
        return new(fetched.Digest);
    }

    private async Task<Pin> GitAsync(GitRequest request, CancellationToken cancel)
    {
        var commit = await git.ResolveAsync(request, cancel);
        return new((await git.TarAsync(request, commit, cancel)).Digest, commit);
    }
}
