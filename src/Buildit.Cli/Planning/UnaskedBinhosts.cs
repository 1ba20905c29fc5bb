using Buildit.Cli.Workspaces;

namespace Buildit.Cli.Planning;

/// <summary>What is said of binhosts by commands that only look at this machine.</summary>
internal static class UnaskedBinhosts
{
    /// <summary>Names them; null if there are none.</summary>
    public static string? Sentence(Workspace workspace)
    {
        // A directory that is not there has nothing: the usual one is only made by a push.
        string[] binhosts = [.. workspace.Binhosts.Readable(false).Where(b => !Path.IsPathRooted(b.Download) || Directory.Exists(b.Download)).Select(b => $"'{b.Name}'")];
        return binhosts.Length == 0 ? null : $"Not asked: {string.Join(", ", binhosts)}. What a binhost has is downloaded instead of imported or built.";
    }
}
