using System.Collections.Immutable;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Debian;

/// <summary>One exact .deb, as pinned in <c>packages.lock</c>.</summary>
/// <param name="Name">Binary package name.</param>
/// <param name="Version">Full Debian version.</param>
/// <param name="Architecture">amd64 or all.</param>
/// <param name="Path">Path below the archive's root: <c>pool/main/...</c>.</param>
/// <param name="Size">Bytes of the .deb.</param>
/// <param name="Sha256">Digest of the .deb.</param>
/// <param name="Depends">Names of the packages that its Depends and Pre-Depends were resolved to, sorted.</param>
public sealed record LockedPackage(string Name, string Version, string Architecture, string Path, long Size, Digest Sha256, ImmutableArray<string> Depends);

/// <summary>The exact .debs in use: <c>packages.lock</c>.</summary>
/// <param name="Packages">By name.</param>
public sealed record PackagesLock(ImmutableSortedDictionary<string, LockedPackage> Packages)
{
    /// <summary>These packages and everything that they need, by name. Throws <see cref="BuilditException"/> on a name that is not locked.</summary>
    public ImmutableSortedSet<string> Closure(IEnumerable<string> names)
    {
        var found = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        var open = new Stack<string>(names);
        while (open.TryPop(out var name))
        {
            // Packages may depend on each other in a circle: each is visited once.
            if (found.Add(name))
            {
                foreach (var next in Find(name).Depends)
                {
                    open.Push(next);
                }
            }
        }

        return found.ToImmutable();
    }

    /// <summary>The package of this name; throws <see cref="BuilditException"/> if it is not locked.</summary>
    public LockedPackage Find(string name) =>
        Packages.TryGetValue(name, out var package)
            ? package
            : throw new BuilditException(ExitCode.Missing, $"the distribution package '{name}' is not locked", Suggestion.Hint(name, Packages.Keys) ?? "run 'buildit lock'");
}

/// <summary>Where Debian packages come from: <c>pkgs/debian/distribution.yaml</c>.</summary>
public sealed record Distribution
{
    /// <summary>For example <c>bookworm</c>.</summary>
    public required string Suite { get; init; }

    /// <summary>For example <c>main</c>.</summary>
    public required ImmutableArray<string> Components { get; init; }

    /// <summary>For example <c>amd64</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Path of the keyring, relative to the file's directory.</summary>
    public required string Keyring { get; init; }

    /// <summary><c>apt</c> (what the host's apt uses) or base URLs, tried in order.</summary>
    public required ImmutableArray<string> Mirrors { get; init; }

    /// <summary>Dependencies that only maintainer scripts need, which are never run; they are not followed.</summary>
    public ImmutableSortedSet<string> Ignore { get; init; } = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal);

    /// <summary>For a virtual package or an alternative: the package to take.</summary>
    public ImmutableSortedDictionary<string, string> Prefer { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>Further packages to lock besides those that recipes name.</summary>
    public ImmutableArray<string> Include { get; init; } = [];

    /// <summary>Links that maintainer scripts would have made: package -> absolute path -> link text. Part of the package's key.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>> Links { get; init; } =
        ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>>.Empty.WithComparers(StringComparer.Ordinal);
}
