namespace Buildit.Core.Keys;

/// <summary>
/// Versions of what reaches keys without being declared by anybody. Raising one changes every key below it; each bump needs a line here that says why.
/// </summary>
public static class FormatVersions
{
    /// <summary>
    /// The preimage of recipe and build keys.
    /// 1: first.
    /// </summary>
    public const int Key = 1;

    /// <summary>
    /// What a build sees besides its inputs: the script's frame, environment, mounts, accounts, stripping.
    /// 1: first.
    /// </summary>
    public const int SandboxProfile = 1;

    /// <summary>
    /// How a .deb becomes outputs: usr-merge, split, links.
    /// 1: first.
    /// </summary>
    public const int DebianImport = 1;

    /// <summary>
    /// How installed files become outputs: split by path, normalised modes, canonical tar.
    /// 1: first.
    /// </summary>
    public const int Outputs = 1;

    /// <summary>
    /// What reaches an image besides its parts: layout of the files, order of layers, form of the documents.
    /// 1: first.
    /// </summary>
    public const int Image = 1;
}
