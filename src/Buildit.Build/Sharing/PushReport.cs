using System.Collections.Immutable;

namespace Buildit.Build.Sharing;

/// <summary>How a push ended.</summary>
/// <param name="Pushed">Records that were written.</param>
/// <param name="Unchanged">Records that were there already.</param>
/// <param name="Blobs">Blobs that were uploaded.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="Failed">Subject and reason of what was not pushed.</param>
public sealed record PushReport(int Pushed, int Unchanged, int Blobs, long Bytes, ImmutableArray<(string Subject, string Reason)> Failed)
{
    /// <summary>Nothing at all.</summary>
    public static PushReport Nothing { get; } = new(0, 0, 0, 0, []);

    /// <summary>The packages that are there now.</summary>
    public ImmutableArray<PushedPackage> Packages { get; init; } = [];

    /// <summary>Both together.</summary>
    public PushReport And(PushReport other) =>
        new(Pushed + other.Pushed, Unchanged + other.Unchanged, Blobs + other.Blobs, Bytes + other.Bytes, [.. Failed, .. other.Failed]) { Packages = [.. Packages, .. other.Packages] };
}
