namespace Buildit.Core;

/// <summary>What a package or image is made for, in the OCI image specification's words (GOOS/GOARCH): <c>linux/amd64</c>.</summary>
public readonly record struct Platform(string Os, string Arch)
{
    /// <summary>The one that packages can be built for today.</summary>
    public static Platform LinuxAmd64 { get; } = new("linux", "amd64");

    /// <summary><c>os/arch</c>.</summary>
    public override string ToString() => $"{Os}/{Arch}";
}
