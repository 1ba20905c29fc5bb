using Buildit.Core;
using Buildit.Core.Binhosts;
using Buildit.Core.Registries;

namespace Buildit.Store.Registries;

/// <summary>What is about a manifest, where a registry has no list of it: everybody keeps that list, under a tag.</summary>
internal static class RegistryReferrers
{
    private const int MostTries = 5;

    /// <summary>Names an artifact in the list. Only others read it, so that it is enough to look a few times whether it stayed there.</summary>
    /// <param name="registry">The repository.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="artifact">The artifact, which is there.</param>
    /// <param name="name">What tells its later states from other artifacts.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task AddAsync(RegistryClient registry, Digest subject, ArtifactManifest artifact, string name, CancellationToken cancel)
    {
        var list = ReferrerList.Tag(subject);
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (ReferrerList.Add(await registry.GetManifestAsync(list, cancel), artifact, artifact.Write(), name) is not { } longer)
            {
                return;
            }

            await registry.PutManifestAsync(list, OciIndex.MediaType, longer, cancel);
        }
    }
}
