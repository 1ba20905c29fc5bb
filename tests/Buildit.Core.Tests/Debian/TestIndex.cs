using System.Collections.Immutable;
using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;

namespace Buildit.Core.Tests.Debian;

/// <summary>Indexes in a few words: <c>"a 1 | Depends: b (>= 2) | Provides: c"</c>.</summary>
internal static class TestIndex
{
    public static PackageIndex Of(params string[] packages) => PackageIndex.Read([new StringReader(string.Join("\n\n", packages.Select(Stanza)))], "amd64");

    public static Distribution Distribution(string ignore = "", params string[] prefer) => new()
    {
        Suite = "bookworm",
        Components = ["main"],
        Architecture = "amd64",
        Keyring = "keyring.gpg",
        Mirrors = [],
        Ignore = ImmutableSortedSet.Create(StringComparer.Ordinal, ignore.Split(' ')),
        Prefer = prefer.Select(p => p.Split('=')).ToImmutableSortedDictionary(p => p[0], p => p[1], StringComparer.Ordinal),
    };

    public static PackagesLock Resolve(PackageIndex index, string roots, Distribution? distribution = null) =>
        DependencyResolver.Resolve(roots.Split(' ').Select(r => new DependencyRoot(r)), index, distribution ?? Distribution());

    public static string Names(PackageIndex index, string roots, Distribution? distribution = null) => string.Join(' ', Resolve(index, roots, distribution).Packages.Keys);

    public static Diagnostic Fails(PackageIndex index, string roots, Distribution? distribution = null)
    {
        var error = Assert.Throws<BuilditException>(() => Resolve(index, roots, distribution));
        Assert.Equal(ExitCode.Unresolvable, error.Code);
        return Assert.Single(error.Diagnostics);
    }

    private static string Stanza(string package)
    {
        var parts = package.Split(" ; ");
        var (name, version) = parts[0].Split(' ') switch { [var n, var v] => (n, v), var n => (n[0], "1") };
        var fields = string.Join('\n', parts.Skip(1));
        return $"Package: {name}\nVersion: {version}\nArchitecture: amd64\nFilename: pool/{name}.deb\nSize: 5\nSHA256: {Digest.Of(name + version).Hex}\nDescription: x\n more\n{fields}";
    }
}
