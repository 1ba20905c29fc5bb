using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Buildit.Core.Diagnostics;
using Buildit.Core.Json;

namespace Buildit.Images.Aci;

/// <summary>An image that another one depends on ("dependencies" of the image manifest).</summary>
/// <param name="Name">Its name.</param>
/// <param name="ImageId">Which bytes it has: <c>sha512-HEX</c> of the uncompressed archive.</param>
/// <param name="Labels">Its labels: version, os, arch.</param>
public sealed record AciDependency(string Name, string ImageId, ImmutableArray<(string Name, string Value)> Labels)
{
    private const int ChunkSize = 1 << 17;

    /// <summary>
    /// The name of its file beside that of the image that depends on it: the dependency's name without what both names begin with up to a '/', with '_' for each further '/'; then version, os and arch.
    /// </summary>
    /// <param name="dependent">Name of the image that depends on it.</param>
    public string FileName(string dependent)
    {
        var shared = Parent(dependent);
        var own = Name.StartsWith(shared, StringComparison.Ordinal) ? Name[shared.Length..] : Name;
        return $"{FileStem(own)}{string.Concat(Labels.Select(l => "-" + l.Value))}.aci";
    }

    /// <summary>What the name of a file begins with for a name of an image.</summary>
    public static string FileStem(string name) => name.Replace('/', '_');

    /// <summary>What a name begins with that images of one place share: up to the last '/', with it.</summary>
    internal static string Parent(string name) => name[..(name.LastIndexOf('/') + 1)];

    /// <summary>The dependencies of a manifest that anybody wrote, in their order. Throws <see cref="BuilditException"/> for one that is not pinned to its bytes.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="shown">The image, for messages.</param>
    internal static (string Name, ImmutableArray<AciDependency> Dependencies) Read(ReadOnlySpan<byte> manifest, string shown)
    {
        try
        {
            var root = JsonItem.Parse(manifest);
            var listed = root.Member("dependencies") is { Kind: JsonKind.Array } list ? list.Items : [];
            if (!listed.IsEmpty && root.Member("pathWhitelist") is { Items.IsEmpty: false })
            {
                throw new BuilditException(Core.ExitCode.InvalidInput, $"{shown} has a 'pathWhitelist' over what it depends on, which is not understood here");
            }

            return (root.Member("name")?.Value ?? "", [.. listed.Select(item => Of(item, shown))]);
        }
        catch (Exception e) when (JsonDocuments.IsMalformed(e))
        {
            throw new BuilditException(Core.ExitCode.InvalidInput, $"the manifest of {shown} is not what it should be: {e.Message}");
        }
    }

    /// <summary>The image ID of an uncompressed archive, which is read to its end.</summary>
    internal static string IdOf(Stream archive)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        var chunk = new byte[ChunkSize];
        for (int read; (read = archive.Read(chunk)) > 0;)
        {
            hash.AppendData(chunk, 0, read);
        }

        return Id(hash.GetHashAndReset());
    }

    /// <summary>An image ID as it is written.</summary>
    internal static string Id(byte[] sha512) => "sha512-" + Convert.ToHexStringLower(sha512);

    private static AciDependency Of(JsonItem item, string shown)
    {
        var name = item.Member("imageName")?.Value ?? "";
        return new(
            name,
            item.Member("imageID")?.Value ?? throw new BuilditException(Core.ExitCode.InvalidInput, $"{shown} depends on '{name}', and does not say by its 'imageID' on which bytes", "only images whose dependencies are pinned can be put together here"),
            [.. (item.Member("labels")?.Items ?? []).Select(l => (l.Member("name")?.Value ?? "", l.Member("value")?.Value ?? "")).Where(l => l.Item1 is "version" or "os" or "arch").OrderBy(l => l.Item1 switch { "version" => 0, "os" => 1, _ => 2 })]);
    }
}
