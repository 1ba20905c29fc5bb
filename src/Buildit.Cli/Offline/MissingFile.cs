using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Planning;

namespace Buildit.Cli.Offline;

/// <summary>A file that a build without a network would need and that is nowhere on this machine.</summary>
/// <param name="Name">Its file name; of a .deb, its path below each address.</param>
/// <param name="Package">One of the packages that need it.</param>
/// <param name="Digest">Empty if nothing says it.</param>
/// <param name="Size">In bytes, where known.</param>
/// <param name="Addresses">Who could provide it; of a .deb, the distribution's mirrors.</param>
/// <param name="IsDeb">Whether it is a package of the distribution.</param>
internal sealed record MissingFile(string Name, string Package, Digest Digest, long? Size, ImmutableArray<string> Addresses, bool IsDeb)
{
    /// <summary>What a step of a plan fetches; null if it fetches nothing.</summary>
    public static MissingFile? Of(PlanStep step, Session session) => step switch
    {
        PlanStep.Import { IsFetched: true } import => new(import.Pin.Path, import.Package.DisplayName, import.Pin.Sha256, import.Pin.Size, session.Apt.Value.BaseUrls, IsDeb: true),
        PlanStep.Fetch fetch => new(fetch.File.Name, fetch.Package.DisplayName, fetch.File.Digest, null, session.Addresses.Of(fetch.File), IsDeb: false),
        _ => null,
    };
}
