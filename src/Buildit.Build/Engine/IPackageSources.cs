using Buildit.Core;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Build.Engine;

/// <summary>Where the engine gets files from that are not in the store yet.</summary>
public interface IPackageSources
{
    /// <summary>The path of a verified .deb.</summary>
    Task<string> DebAsync(LockedPackage pin, CancellationToken cancel);

    /// <summary>The path of a source as one canonical tar (or of the file itself, if it is not unpacked), its newest modification time, and its origin for the record.</summary>
    Task<PreparedSource> SourceAsync(ResolvedSource source, CancellationToken cancel);

    /// <summary>The path of a verified patch.</summary>
    Task<string> PatchAsync(ResolvedPatch patch, CancellationToken cancel);
}

/// <summary>A source that is ready for the sandbox.</summary>
/// <param name="Path">File to put into /src/sources.</param>
/// <param name="NewestMtime">In seconds since 1970.</param>
/// <param name="Digest">Digest that the recipe pins.</param>
/// <param name="Uri">What the recipe says where it is, for the record; null for a path.</param>
public sealed record PreparedSource(string Path, long NewestMtime, Digest Digest, string? Uri);
