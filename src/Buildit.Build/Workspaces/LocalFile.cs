using Buildit.Core;
using Buildit.Core.Diagnostics;

namespace Buildit.Build.Workspaces;

/// <summary>Files beside recipes. Their digests went into keys when the recipes were read; what is used later must be the same bytes.</summary>
internal static class LocalFile
{
    /// <summary>Copies a file, with its directories; throws if it is no longer what it was.</summary>
    public static void Copy(string file, string place, Digest digest)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.Copy(file, place);
        using var stream = File.OpenRead(place);
        if (Digest.Of(stream) != digest)
        {
            throw new BuilditException(ExitCode.InvalidInput, $"'{file}' changed while it was used", "run the command again");
        }
    }
}
