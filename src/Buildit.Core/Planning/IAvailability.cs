using Buildit.Core.Graphs;
using Buildit.Core.Keys;
using Buildit.Core.Records;

namespace Buildit.Core.Planning;

/// <summary>What is there already, as a plan is told it. A record counts only while the outputs of it that are needed are there.</summary>
public interface IAvailability
{
    /// <summary>The record of a package by its recipe key.</summary>
    Record? Find(Package package, Need need);

    /// <summary>Whether what <see cref="Find(Package, Need)"/> found must be taken from elsewhere first.</summary>
    bool IsElsewhere(Package package, Need need);

    /// <summary>A record of the action that would build a package, if it fits: equal files may come from packages of other names.</summary>
    Record? Find(Package.Built package, BuildKey key, Func<Record, bool> fits, Need need);

    /// <summary>A record of the same import, whose files are all here: nobody else is asked for what the mirrors have.</summary>
    Record? FindImport(Package.Imported package);

    /// <summary>Whether anything of this name and version was made before, whatever its keys.</summary>
    bool WasMade(Package package);

    /// <summary>Size of a fetched file in bytes; null if it is not there.</summary>
    long? SizeOf(Digest file);
}
