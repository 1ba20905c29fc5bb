using System.Collections.Immutable;
using Buildit.Core;
using Buildit.Core.Keys;
using Buildit.Images.Composition;

namespace Buildit.Images.Aci;

/// <summary>
/// The ACI of one package output, for split images to depend on. Its version ends with the beginning of a digest of all that decides about its bytes, so that the same name, version and
/// file name always mean the same bytes, whichever container they are made for, and others never take their place.
/// </summary>
public sealed class PackageAci
{
    private const int FormatVersion = 1;
    private const int ShownDigits = 12;
    private readonly ImagePart _part;

    /// <param name="part">The output.</param>
    /// <param name="dependent">Name of the image that depends on it: both are found at the same place.</param>
    /// <param name="platform">What it runs on.</param>
    /// <param name="compressor">Identity of what compresses it; null = nothing does.</param>
    public PackageAci(ImagePart part, string dependent, Platform platform, string? compressor)
    {
        _part = part;
        Name = AciDependency.Parent(dependent) + OwnName(part.Package);
        var arch = AciArch.Translate(platform.Os, platform.Arch) ?? platform.Arch;
        Key = new CanonicalWriter("package-aci", FormatVersion).Put("name", Name).Put("version", part.Version).Put("output", part.Output).Put("os", platform.Os).Put("arch", arch)
            .Put("files", part.Tree.DiffId).Put("compressor", compressor ?? "").Digest;
        var digits = Key.Hex[..ShownDigits];
        Labels = [("version", AciName.MakeIdentifier(part.Version) is { } version ? $"{version}-{digits}" : digits), ("os", platform.Os), ("arch", arch)];
        FileName = new AciDependency(Name, "", Labels).FileName(dependent);
    }

    /// <summary>The AC identifier of a package, without the place that it is found at.</summary>
    public static string OwnName(string package) => AciName.MakeIdentifier(package) ?? "package";

    /// <summary>Name in the manifest.</summary>
    public string Name { get; }

    /// <summary>Version, os and arch.</summary>
    public ImmutableArray<(string Name, string Value)> Labels { get; }

    /// <summary>Of its file.</summary>
    public string FileName { get; }

    /// <summary>Digest of all that decides about the file's bytes.</summary>
    internal Digest Key { get; }

    internal long Mtime => _part.Tree.Tree.Mtime;

    internal byte[] Manifest => GeneratedManifest.OfFiles(Name, Labels, Mtime).ToBytes();

    internal IEnumerable<RootEntry> Entries => _part.Tree.Tree.Entries.Select(e => new RootEntry(e, _part, Mtime, () => _part.Tree.Open(e)));
}
