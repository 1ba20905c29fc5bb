using Buildit.Testing;

namespace Buildit.Peers.Tests;

/// <summary>Parts of this checkout at another place, to be changed there.</summary>
internal static class WorkspaceCopy
{
    /// <summary>Copies directories of the checkout, and what every distribution needs.</summary>
    public static TemporaryDirectory Of(params string[] directories)
    {
        var copy = new TemporaryDirectory();
        foreach (var file in directories.SelectMany(d => Directory.EnumerateFiles(Path.Combine(Repository.Root, d), "*", SearchOption.AllDirectories)).Append(Path.Combine(Repository.Root, "pkgs/debian/keyring.gpg")).Distinct())
        {
            var target = Path.Combine(copy, Path.GetRelativePath(Repository.Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }
}
