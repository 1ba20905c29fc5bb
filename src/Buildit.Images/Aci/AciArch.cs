namespace Buildit.Images.Aci;

/// <summary>The operating systems and architectures that the App Container specification knows, and their names in the OCI's (Go's) words.</summary>
public static class AciArch
{
    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal)
    {
        ["linux"] = ["amd64", "i386", "aarch64", "aarch64_be", "armv6l", "armv7l", "armv7b", "ppc64", "ppc64le", "s390x"],
        ["freebsd"] = ["amd64", "i386", "arm"],
        ["darwin"] = ["x86_64", "i386"],
    };

    private static readonly Dictionary<string, string[]> Aliases = new(StringComparer.Ordinal)
    {
        ["x86_64"] = ["amd64"],
        ["amd64"] = ["x86_64"],
        ["386"] = ["i386"],
        ["i686"] = ["i386"],
        ["arm64"] = ["aarch64"],
        ["arm"] = ["armv6l"],
        ["armhf"] = ["armv7l"],
    };

    /// <summary>All operating systems.</summary>
    public static IReadOnlyCollection<string> OperatingSystems => Known.Keys;

    /// <summary>The architectures of an operating system; empty if it is unknown.</summary>
    public static IReadOnlyList<string> Of(string os) => Known.GetValueOrDefault(os, []);

    /// <summary>The specification's word for an architecture given in any common word; null if there is none.</summary>
    public static string? Translate(string os, string arch) =>
        Of(os).Contains(arch) ? arch : Aliases.GetValueOrDefault(arch, []).FirstOrDefault(a => Of(os).Contains(a));
}
