using System.Collections.Immutable;
using Buildit.Core.Debian;

namespace Buildit.Core.Tests.Debian;

public class PartialUpdateTests
{
    [Fact]
    public void A_package_moves_with_what_it_needs_and_nothing_else() => Assert.Equal(
        "a=2 c=2 d=1 x=1",
        Update("a=1:c c=1 x=1:d d=1", "a=2:c c=2 x=2:d d=2", "a x", "a"));

    [Fact]
    public void What_needs_something_that_moves_and_changed_itself_moves_too() => Assert.Equal(
        "a=2 c=2 dev=2 x=1",
        Update("a=1:c c=1 dev=1:c x=1", "a=2:c c=2 dev=2:c x=2", "a dev x", "a"));

    [Fact]
    public void What_needs_something_that_moves_and_did_not_change_stays() => Assert.Equal(
        "a=2 c=2 stable=1 x=1",
        Update("a=1:c c=1 stable=1:c x=1:stable", "a=2:c c=2 stable=1:c x=2:stable", "a stable x", "a"));

    [Fact]
    public void What_needs_something_that_is_gone_moves_too() => Assert.Equal(
        "a=2 c=2 top=2",
        Update("a=1:c c=1 old=1:c top=1:old", "a=2:c c=2 top=2", "a top", "a"));

    [Fact]
    public void What_was_not_locked_yet_comes_along_and_what_nothing_needs_goes() => Assert.Equal(
        "a=1 n=2 y=2",
        Update("a=1 z=1", "a=2 n=2:y y=2", "a n", "n"));

    [Fact]
    public void Packages_that_need_each_other_move_together() => Assert.Equal(
        "libc=2 libgcc=2 x=1",
        Update("libc=1:libgcc libgcc=1:libc x=1", "libc=2:libgcc libgcc=2:libc x=2", "libc x", "libgcc"));

    [Fact]
    public void A_new_dependency_comes_along() => Assert.Equal(
        "a=2 n=2 x=1",
        Update("a=1 x=1", "a=2:n n=2 x=2", "a x", "a"));

    private static string Update(string before, string newest, string roots, string names) =>
        string.Join(' ', PartialUpdate.Of(Lock(before), Lock(newest), roots.Split(' '), names.Split(' ')).Packages.Values.Select(p => $"{p.Name}={p.Version}"));

    /// <summary>Reads "NAME=VERSION:DEPENDENCY,...", separated by spaces.</summary>
    private static PackagesLock Lock(string text) => new(text.Split(' ').Select(Package).ToImmutableSortedDictionary(p => p.Name, p => p, StringComparer.Ordinal));

    private static LockedPackage Package(string text)
    {
        var (name, rest) = text.Split('=') is [var n, var r] ? (n, r.Split(':')) : throw new ArgumentException(text, nameof(text));
        return new(name, rest[0], "amd64", $"pool/{name}.deb", 1, Digest.Of(name + rest[0]), rest.Length > 1 ? [.. rest[1].Split(',')] : []);
    }
}
