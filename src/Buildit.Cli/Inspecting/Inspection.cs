using System.Collections.Immutable;
using Buildit.Core;

namespace Buildit.Cli.Inspecting;

/// <summary>What a container's images consist of.</summary>
/// <param name="Name">Of the container, with version.</param>
/// <param name="Platform">What it runs on.</param>
/// <param name="Packages">Its packages, and the container's own files as the last one; largest first otherwise.</param>
/// <param name="Users">Accounts in its <c>/etc/passwd</c>: name, uid, gid.</param>
/// <param name="Images">Its images.</param>
internal sealed record Inspection(string Name, Platform Platform, ImmutableArray<InspectedPackage> Packages, ImmutableArray<string> Users, ImmutableArray<InspectedImage> Images)
{
    /// <summary>Bytes of all files.</summary>
    public long Bytes => Packages.Sum(p => p.Bytes);

    /// <summary>All files.</summary>
    public int Files => Packages.Sum(p => p.Files.Length);
}

/// <summary>A package in an image, with what is there of it.</summary>
/// <param name="Name"><c>category/name</c>; empty for the container's own files.</param>
/// <param name="Version">Its version.</param>
/// <param name="License">SPDX expression, or null if nobody knows it.</param>
/// <param name="Files">Regular files, largest first, with their sizes.</param>
/// <param name="Compressed">Bytes of its layer, if it has one of its own that was made.</param>
internal sealed record InspectedPackage(string Name, string Version, string? License, ImmutableArray<(string Path, long Bytes)> Files, long? Compressed)
{
    /// <summary>Bytes of its files.</summary>
    public long Bytes => Files.Sum(f => f.Bytes);

    /// <summary>For people.</summary>
    public string Shown => Name.Length == 0 ? "the container itself" : Version.Length == 0 ? Name : $"{Name}-{Version}";
}

/// <summary>A layer of an OCI image.</summary>
/// <param name="Title">The package outputs in it.</param>
/// <param name="Bytes">Of its files.</param>
/// <param name="DiffId">Digest of its tar; null if it was not made yet.</param>
/// <param name="Compressed">Bytes of its blob; null if it was not made yet.</param>
internal sealed record InspectedLayer(string Title, long Bytes, Digest? DiffId, long? Compressed);

/// <summary>One image of a container.</summary>
/// <param name="Format">The type as an image step names it: <c>aci</c>, <c>oci</c>, <c>docker-archive</c>, <c>tar</c>.</param>
/// <param name="Path">Where it is, or would be.</param>
/// <param name="Digest">Of the image at that path; null if it is not there as the container is declared now.</param>
/// <param name="Size">Bytes of the image as it is written; null as above.</param>
/// <param name="Layers">Of an OCI image.</param>
/// <param name="Settings">What an instance runs, and how: word and value.</param>
internal sealed record InspectedImage(string Format, string Path, Digest? Digest, long? Size, ImmutableArray<InspectedLayer> Layers, ImmutableArray<(string Word, string Value)> Settings);
