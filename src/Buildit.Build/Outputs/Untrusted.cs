using Buildit.Core;
using Buildit.Core.Diagnostics;
using Buildit.Store.Sources;

namespace Buildit.Build.Outputs;

/// <summary>
/// Looks at what a build left in the directories that it could write, before anything there is opened or moved. A link in place of a directory would lead
/// to files of the host, a pipe in place of a file would hold the reader for ever. Asked only when the sandbox has ended, so that nobody can change the answer.
/// </summary>
internal static class Untrusted
{
    /// <summary>Throws unless a real directory is there.</summary>
    public static void RequireDirectory(string path, string shown) => Require(path, shown, FileType.Directory);

    /// <summary>Throws unless a regular file is there.</summary>
    public static void RequireFile(string path, string shown) => Require(path, shown, FileType.Regular);

    /// <summary>Whether a regular file is there.</summary>
    public static bool IsFile(string path) => FileStatus.TypeOf(path) == FileType.Regular;

    private static void Require(string path, string shown, FileType type)
    {
        if (FileStatus.TypeOf(path) is var found && found != type)
        {
            throw new BuilditException(ExitCode.Failed, $"the build replaced '{shown}' by {(found is null ? "nothing" : $"a {found}")}", $"a build may write below $OUTPUT, but must leave '{shown}' what it is");
        }
    }
}
