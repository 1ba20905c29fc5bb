using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Store.Fetching;

/// <summary>A file that is wanted, by its digest, and the places that may have it.</summary>
/// <param name="Name">As shown to people, for example the file's name.</param>
/// <param name="Urls"><c>http:</c>, <c>https:</c>, <c>file:</c> or an absolute path; tried in order.</param>
/// <param name="Expected">Null: nobody knows it yet. The file is fetched and kept; unless it is looked up, an error then says the right digest.</param>
/// <param name="Size">Bytes of the file, where known (a distribution's index says it).</param>
/// <param name="DeclaredAt">Where a person wrote the digest, or the address if there is none.</param>
public sealed record FetchRequest(string Name, ImmutableArray<string> Urls, Digest? Expected, long? Size = null, SourceSpan? DeclaredAt = null)
{
    /// <summary>Whether the digest is what is wanted: whatever comes is taken if it can be such a file at all.</summary>
    public bool IsLookup { get; init; }

    /// <summary>What to do when upstream rightly has another file now; null: put the new digest where the old one is.</summary>
    public string? Renewal { get; init; }
}

/// <summary>A file that the store has now. <paramref name="From"/> is the address it came from, without secrets; null if it was there already.</summary>
public sealed record FetchedFile(Digest Digest, long Size, string? From);

/// <summary>How far a download is. <paramref name="Url"/> is without secrets; <paramref name="Total"/> is null if the server does not say it.</summary>
public readonly record struct FetchProgress(string Name, string Url, long Bytes, long? Total);
