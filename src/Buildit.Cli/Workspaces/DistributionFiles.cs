using Buildit.Core.Debian;
using Buildit.Core.Diagnostics;
using Buildit.Core.Graphs;

namespace Buildit.Cli.Workspaces;

/// <summary><c>debian/distribution.yaml</c> of a recipe tree, and the lock beside it.</summary>
internal sealed record DistributionFiles(string Directory, SourceText Text, Distribution Distribution, PackagesLock Lock)
{
    private DistributionPackages? _packages;

    /// <summary>The locked packages as nodes.</summary>
    public DistributionPackages Packages => _packages ??= new(Distribution, Lock);

    /// <summary>The lock's text, for messages.</summary>
    public required SourceText LockText { get; init; }

    /// <summary>Path of packages.lock.</summary>
    public string LockPath => Path.Combine(Directory, "packages.lock");

    /// <summary>Reads both; null if there is no distribution here, or if it is wrong.</summary>
    public static DistributionFiles? Read(string directory, Func<string, string> display, DiagnosticBag bag)
    {
        var path = Path.Combine(directory, "distribution.yaml");
        if (!File.Exists(path))
        {
            return null;
        }

        var text = new SourceText(display(path), File.ReadAllText(path));
        if (DistributionParser.Parse(text, bag) is not { } distribution)
        {
            return null;
        }

        var lockPath = Path.Combine(directory, "packages.lock");
        var isThere = File.Exists(lockPath);
        var lockText = new SourceText(display(lockPath), isThere ? File.ReadAllText(lockPath) : "");
        var locked = isThere ? PackagesLockFile.Parse(lockText) : new(System.Collections.Immutable.ImmutableSortedDictionary.Create<string, LockedPackage>(StringComparer.Ordinal));
        return new(directory, text, distribution, locked) { LockText = lockText };
    }
}
