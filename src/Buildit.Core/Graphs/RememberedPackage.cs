using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Buildit.Core.Keys;

namespace Buildit.Core.Graphs;

/// <summary>A path that a package's key was made from, and its state at that time.</summary>
public readonly record struct RememberedInput(string Path, FileStamp Stamp);

/// <summary>
/// What was found out about a package when its files were last read. It holds as long as all its inputs have the same stamps and its dependencies give the
/// same keys; then the files need not be read again.
/// </summary>
public sealed record RememberedPackage
{
    /// <summary>Whether it is a group, which builds nothing.</summary>
    public required bool IsGroup { get; init; }

    /// <summary><c>category/name</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Empty for a group.</summary>
    public required string Version { get; init; }

    /// <summary>Its key.</summary>
    public required RecipeKey Key { get; init; }

    /// <summary>Names of dependencies by role, as they are asked for: tools, libs, runtime needs and tools of the test; the members, for a group.</summary>
    public required ImmutableArray<ImmutableArray<string>> Roles { get; init; }

    /// <summary>Names of packages that it stands for.</summary>
    public required ImmutableArray<string> Replaces { get; init; }

    /// <summary>What its build gets from elsewhere.</summary>
    public required ImmutableArray<RemoteFile> RemoteFiles { get; init; }

    /// <summary>Digest of the keys of all that it names above.</summary>
    public required Digest DependencyKeys { get; init; }

    /// <summary>Every path that was looked at.</summary>
    public required ImmutableArray<RememberedInput> Inputs { get; init; }

    /// <summary>What to remember of a package that was made from these inputs; null for a distribution package, which is cheap to make.</summary>
    internal static RememberedPackage? Of(Package package, ImmutableArray<RememberedInput> inputs) => package is Package.Imported ? null : new()
    {
        IsGroup = package is Package.Group,
        Name = package.Name,
        Version = package.Version,
        Key = package.Key,
        Roles = package.DependencyNames,
        Replaces = package.Replaces,
        RemoteFiles = package is Package.Built { RemoteFiles: var files } ? files : [],
        DependencyKeys = DigestOf(package is Package.Built b ? [b.Tools, b.Libs, b.Runtime, b.TestTools] : [package.Companions]),
        Inputs = inputs,
    };

    /// <summary>The package itself.</summary>
    /// <param name="roles">Its dependencies, by role.</param>
    /// <param name="again">Reads all that is not remembered.</param>
    internal Package ToPackage(ImmutableArray<ImmutableArray<Package>> roles, Func<Package> again)
    {
        var whole = new Lazy<Package>(again);
        return IsGroup
            ? new Package.Group
            {
                Name = Name,
                Version = Version,
                Key = Key,
                PreimageLater = () => whole.Value.Preimage,
                CompanionsLater = () => roles[0],
                Replaces = Replaces,
                DependencyNames = Roles,
                ContentLater = () => ((Package.Group)whole.Value).Content,
            }
            : new Package.Built
            {
                Name = Name,
                Version = Version,
                Key = Key,
                PreimageLater = () => whole.Value.Preimage,
                CompanionsLater = () => [.. roles[1], .. roles[2]],
                Replaces = Replaces,
                DependencyNames = Roles,
                RecipeLater = () => ((Package.Built)whole.Value).Recipe,
                RemoteFiles = RemoteFiles,
                Tools = roles[0],
                Libs = roles[1],
                Runtime = roles[2],
                TestTools = roles[3],
            };
    }

    /// <summary>The digest to compare with <see cref="DependencyKeys"/>.</summary>
    internal static Digest DigestOf(params ReadOnlySpan<ImmutableArray<Package>> roles)
    {
        // Each role as the number of its packages and their keys, so that no two lists of roles give the same bytes.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[Digest.Size];
        foreach (var role in roles)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, role.Length);
            hash.AppendData(bytes[..sizeof(int)]);
            foreach (var package in role)
            {
                package.Key.Digest.CopyTo(bytes);
                hash.AppendData(bytes);
            }
        }

        hash.GetHashAndReset(bytes);
        return Digest.FromHash(bytes);
    }
}
