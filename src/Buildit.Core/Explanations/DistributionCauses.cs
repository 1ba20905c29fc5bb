using Buildit.Core.Debian;
using Buildit.Core.Differences;
using Buildit.Core.Diagnostics;
using Buildit.Core.Yaml;

namespace Buildit.Core.Explanations;

/// <summary>Puts what changed among distribution packages into words. Their keys know .debs by digest; the lock and the history know the versions.</summary>
/// <param name="history">Knows what was imported before.</param>
/// <param name="locked">The lock in force.</param>
/// <param name="lockText">Its file.</param>
/// <param name="distributionText">The file that declares links.</param>
public sealed class DistributionCauses(IHistory history, PackagesLock locked, SourceText lockText, SourceText distributionText)
{
    private readonly Lazy<YamlNode?> _distribution = new(() => YamlReader.Read(distributionText, new()));

    /// <summary>The causes of a change of kind <c>closure</c>: they are the package's that the change names, whoever depends on it.</summary>
    internal IEnumerable<Cause> Of(InputChange change)
    {
        var package = "debian/" + change.Name;
        if (!change.IsChange)
        {
            return [new(package, "closure", "", change.Old is null ? Became.Added : Became.Removed) { What = "dependency on it", Place = LockPlace(change.Name) }];
        }

        var (old, now) = (change.Old!, change.New!);
        return old.Values.Select(v => v.Tag).Union(now.Values.Select(v => v.Tag)).Where(tag => old[tag] != now[tag])
            .Select(tag => tag == "closure-deb" ? Deb(package, change) : Link(package, change.Name, tag, old[tag], now[tag]));
    }

    private Cause Deb(string package, InputChange change)
    {
        var (old, now) = (VersionOf(change.Name, change.Old!["closure-deb"]), VersionOf(change.Name, change.New!["closure-deb"]));
        var areVersions = old is not null && now is not null && old != now;
        return new(package, "deb", "", Became.Changed)
        {
            What = areVersions ? "version" : now is null ? ".deb" : $".deb of version {now}",
            Old = areVersions ? old : change.Old["closure-deb"],
            New = areVersions ? now : change.New["closure-deb"],
            Place = LockPlace(change.Name),
        };
    }

    private Cause Link(string package, string name, string tag, string old, string now) =>
        new(package, "link", tag[(tag.IndexOf(' ', StringComparison.Ordinal) + 1)..], old.Length == 0 ? Became.Added : now.Length == 0 ? Became.Removed : Became.Changed)
        {
            What = tag,
            Old = old.Length == 0 ? null : old,
            New = now.Length == 0 ? null : now,
            Place = YamlPath.Entry(_distribution.Value, "links", name)?.Key.Span is { } span ? Place.Of(span) : null,
        };

    private string? VersionOf(string name, string deb) => locked.Packages.GetValueOrDefault(name) is { } pin && pin.Sha256.Hex == deb
        ? pin.Version
        : history.Of("debian/" + name).FirstOrDefault(p => p.Record.Materials.Any(m => m.Digest.Hex == deb))?.Record.Version;

    /// <summary>The line with a package's version; its first line, if that is another file's order.</summary>
    private Place? LockPlace(string name)
    {
        var start = ("\n" + lockText.Text).IndexOf($"\nPackage: {name}\n", StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        var version = lockText.Text.IndexOf("\nVersion: ", start, StringComparison.Ordinal);
        return Place.Of(lockText.At(version < 0 ? start : version + 1));
    }
}
