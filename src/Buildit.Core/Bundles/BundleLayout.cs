namespace Buildit.Core.Bundles;

/// <summary>The names that things have in a bundle, with '/' between the parts. What people wrote keeps the names that it has in its workspace. See docs/bundles.md.</summary>
public static class BundleLayout
{
    /// <summary>Directory of everything that no person wrote.</summary>
    public const string Own = ".buildit";

    /// <summary>The signed <see cref="BundleStatement"/>, the first file of the archive.</summary>
    public const string Statement = Own + "/bundle.json";

    /// <summary>All that is in the bundle after it, as <see cref="Trees.Tree"/> prints it; the second file of the archive.</summary>
    public const string List = Own + "/bundle.tree";

    /// <summary>A binhost with sources, patches, .debs, and with the outputs if they were asked for.</summary>
    public const string Binhost = Own + "/binhost";

    /// <summary>Public keys whose signatures count for that binhost.</summary>
    public const string Keys = Own + "/keys";

    /// <summary>buildit itself.</summary>
    public const string Program = Own + "/program";

    /// <summary>Recipe trees from outside of the workspace, by number.</summary>
    public const string Trees = Own + "/trees";

    /// <summary>Starts the bundle's own buildit.</summary>
    public const string Launcher = "buildit";

    /// <summary>The configuration of the unpacked workspace.</summary>
    public const string Configuration = ".buildit-config.yaml";

    /// <summary>Modification time of everything in a bundle: 1980-01-01, the oldest that every kind of archive can say.</summary>
    public const long Mtime = 315532800;
}
